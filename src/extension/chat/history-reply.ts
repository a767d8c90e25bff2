/** How a file or a symbol was fixed before, as an answer: episodes and commits. Pure. */

import type { MemoryName } from '../../agent/chat/credit.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { endedWords } from '../../memory/safety/ended-words.ts'
import type { CommitHit } from '../../protocol.ts'
import { dateText, labelOf } from '../memory-text.ts'
import type { L10n } from '../session-text.ts'
import { escaped, markdown, type ReplyPart } from './reply-part.ts'

export interface PastWork {
  /** What was asked about, in words for people. */
  about: string
  /** Nobody named it: it is what the editor shows. */
  isOpenFile?: boolean
  episodes: readonly { memory: MemoryName; record: MemoryRecord; why: string }[]
  commits: readonly CommitHit[]
}

interface Episode {
  record: MemoryRecord
  why: string
}

interface FoundWork<E extends Episode> {
  path: string
  episodes: readonly E[]
  commits: readonly CommitHit[]
}

/** `./src\a.py` as the repository has it. */
export function pathIn(typed: string): string {
  return typed.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '')
}

/** Each once. Of a file that the history knows only what touched it; a commit that an episode tells of is told once. */
export function newestFirst<E extends Episode>({ path, episodes, commits }: FoundWork<E>) {
  const distinct = [...new Map(episodes.map((one) => [one.record.id, one])).values()]
  const isTouched = (files: readonly string[]) => files.some((file) => isMeant(file, path))
  // A name with a dot and a slash is a path; one without may be a symbol, unless something touched it.
  const looksLikePath =
    /^[^\s]+[/][^\s]*$/.test(path) ||
    commits.some(({ files }) => isTouched(files)) ||
    distinct.some(({ record }) => isTouched(filesOf(record)))
  const fixes = looksLikePath ? distinct.filter(({ record }) => isTouched(filesOf(record))) : distinct
  const told = new Set(fixes.flatMap(({ record }) => record.episode?.patch?.commit ?? []))
  const other = commits.filter(({ sha, files }) => !told.has(sha) && (!looksLikePath || isTouched(files)))
  return {
    episodes: fixes.toSorted((one, next) => endOf(next.record) - endOf(one.record)),
    commits: other.toSorted((one, next) => next.time - one.time),
  }
}

/** The whole path, the end of one, or a folder. */
function isMeant(file: string, path: string): boolean {
  return file === path || file.endsWith(`/${path}`) || file.startsWith(`${path.replace(/\/$/, '')}/`)
}

function filesOf({ anchors, episode }: MemoryRecord): string[] {
  return [...anchors.map(({ path }) => path), ...(episode?.files ?? []).map(({ path }) => path)]
}

function endOf({ episode, validFrom }: MemoryRecord): number {
  return episode?.endedAt ?? validFrom
}

export function historyReply(
  l10n: L10n,
  { about, isOpenFile = false, episodes, commits }: PastWork,
): ReplyPart[] {
  const name = escaped(about, 200)
  const head = isOpenFile ? [markdown(`${l10n.t('The open file, {0}:', name)}\n\n`)] : []
  if (episodes.length === 0 && commits.length === 0) {
    const none = l10n.t('{0} has no history that the memory knows: no fix and no commit.', name)
    const remedy = l10n.t('Name another file or a symbol: /history src/parser.ts')
    return [...head, markdown(isOpenFile ? `${none} ${remedy}` : none)]
  }
  const fixes = episodes.flatMap((one) => episodeRow(l10n, one))
  const changes = commits.flatMap(commitRow)
  return [
    ...head,
    ...(fixes.length === 0
      ? [markdown(`${l10n.t('No fix of {0} is known.', name)}\n\n`)]
      : [markdown(`**${l10n.t('Fixed before')}**\n\n`), ...fixes, markdown('\n')]),
    ...(changes.length === 0 ? [] : [markdown(`\n**${l10n.t('Commits')}**\n\n`), ...changes]),
  ]
}

function episodeRow(l10n: L10n, { memory, record, why }: PastWork['episodes'][number]): ReplyPart[] {
  const { episode, validFrom } = record
  const ended = episode === undefined ? l10n.t('not known') : endedWords(episode.outcome)
  const files = episode?.files.slice(0, 4).map(({ path }) => `\`${path.replaceAll('`', "'")}\``) ?? []
  const lines = [
    ...(files.length === 0 ? [] : [files.join(', ')]),
    ...(episode?.outcome.evidence.slice(0, 1).map((one) => escaped(one, 300)) ?? []),
    ...(why === '' ? [] : [escaped(why, 300)]),
  ]
  const commit = episode?.patch?.commit
  return [
    markdown('- '),
    { type: 'memory', memory, title: labelOf(record), label: dateText(episode?.endedAt ?? validFrom) },
    markdown(` ${escaped(labelOf(record), 200)} (${ended})${commit === undefined ? '' : ' '}`),
    ...(commit === undefined ? [] : [{ type: 'commit' as const, root: memory.root, sha: commit }]),
    markdown(`${lines.map((line) => `  \n  ${line}`).join('')}\n`),
  ]
}

function commitRow({ root, sha, subject, time }: CommitHit): ReplyPart[] {
  return [
    markdown('- '),
    { type: 'commit', root, sha },
    markdown(` ${escaped(subject, 200)} (${dateText(time * 1000)})\n`),
  ]
}
