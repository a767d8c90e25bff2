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
  episodes: readonly { memory: MemoryName; record: MemoryRecord; why: string }[]
  commits: readonly CommitHit[]
}

export function historyReply(l10n: L10n, { about, episodes, commits }: PastWork): ReplyPart[] {
  if (episodes.length === 0 && commits.length === 0) {
    return [markdown(l10n.t('No fix of {0} is known.', escaped(about, 200)))]
  }
  const fixes = episodes.flatMap((one) => episodeRow(l10n, one))
  const changes = commits.flatMap(commitRow)
  return [
    ...(fixes.length === 0
      ? [markdown(`${l10n.t('No fix of {0} is known.', escaped(about, 200))}\n\n`)]
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
