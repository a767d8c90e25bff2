/** One memory as a page: what it says, why it is known, the code it cites, where it comes from, what happened to it. */

import type { EpisodeBody } from '../memory/episode.ts'
import type { MemoryEvent } from '../memory/event.ts'
import type { AnchorState } from '../memory/recollection.ts'
import type { MemoryRecord, Source } from '../memory/record.ts'
import { endedWords } from '../memory/safety/ended-words.ts'
import type { MemoryDetail } from '../protocol-memories.ts'
import { kindText, statusText } from './memory-text.ts'
import { hasPlace, openTurnLine } from './session-page-text.ts'

/** What was written elsewhere stands as a quotation, so that it can be taken neither for our words nor for a link. */
export function memoryPageText({
  record,
  anchors,
  history,
  linkedFrom,
  artifacts,
  why,
}: MemoryDetail): string {
  const links = [
    ...record.links.map(({ type, to, why: reason }) => `- ${type} mem:${to}${because(reason)}`),
    ...linkedFrom.map(({ id, type, text }) => `- ${type} from mem:${id}${because(text)}`),
  ]
  const parts = [
    `# ${kindText(record.kind)}`,
    ...stateLines(record),
    '',
    ...quoted(record.text),
    ...(record.cue === '' ? [] : ['', `When it matters: ${oneLine(record.cue)}`]),
    ...bodyLines(record),
    ...section('Why do you know this?', why.map(bullet)),
    ...section('The code it is about', anchors.map(anchorLine)),
    ...section('Where it comes from', sourceLines(record)),
    ...section('Other memories', links),
    ...section(
      'Evidence',
      artifacts.map(({ sha, kind, bytes }) => `- ${kind}, ${bytes} bytes (${sha.slice(0, 12)})`),
    ),
    ...section('History, newest first', history.map(eventLine)),
  ]
  return `${parts.join('\n')}\n`
}

/** The answer to "why do you know this": the reasons first, then where to look. */
export function whyPageText(detail: MemoryDetail): string {
  const { record, why, history } = detail
  const parts = [
    '# Why do you know this?',
    '',
    ...quoted(record.text),
    '',
    ...why.map(bullet),
    ...section('Where it comes from', sourceLines(record)),
    ...section('The code it is about', detail.anchors.map(anchorLine)),
    ...section('What happened to it, newest first', history.map(eventLine)),
    ...section('Use', [useLine(record)]),
  ]
  return `${parts.join('\n')}\n`
}

function stateLines(record: MemoryRecord): string[] {
  const { status, confidence, version, branch, pinned, inhibited, masked, tags, flags, id } = record
  const state = [
    statusText(status) || 'active',
    ...(pinned ? ['pinned'] : []),
    ...(inhibited ? ['muted'] : []),
    confidence,
    `version ${version}`,
    ...(branch === null ? [] : [`on branch ${branch}`]),
  ]
  return [
    `mem:${id}`,
    state.join(' · '),
    ...(flags.length > 0 ? [`Needs a person: ${flags.join(', ')}`] : []),
    ...(tags.length > 0 ? [`Tags: ${tags.map(oneLine).join(', ')}`] : []),
    ...(masked > 0 ? [`Secrets masked before it was written: ${masked}`] : []),
  ]
}

function bodyLines({ fact, lesson, episode }: MemoryRecord): string[] {
  if (fact?.key) return ['', `About: ${oneLine(fact.key)}${fact.value ? ` = ${oneLine(fact.value)}` : ''}`]
  if (lesson !== undefined) {
    const head = `${lesson.polarity === 'avoid' ? 'Avoid' : 'Do'} · ${lesson.stream}`
    return ['', head, ...lesson.procedure.map((step, index) => `${index + 1}. ${oneLine(step)}`)]
  }
  return episode === undefined ? [] : episodeLines(episode)
}

function episodeLines(episode: EpisodeBody): string[] {
  const { outcome, goal, attempts, commands, files, corrections } = episode
  return [
    ...section('How it ended', [endedWords(outcome), ...outcome.evidence.map(bullet)]),
    ...section('The task', quoted(goal)),
    ...section('What was tried', attempts.map(attemptLine)),
    ...section(
      'Commands',
      commands.map(({ command, exitCode }) => `- \`${oneLine(command)}\`${exit(exitCode)}`),
    ),
    ...section(
      'Files',
      files.map(({ path, change }) => `- ${change} ${oneLine(path)}`),
    ),
    ...section('What the person corrected', corrections.map(bullet)),
  ]
}

function attemptLine({ kind, passed, exitCode, files, advice }: EpisodeBody['attempts'][number]): string {
  const verdict = passed === null ? 'not judged' : passed ? 'passed' : 'failed'
  const where = files.length === 0 ? '' : ` in ${files.slice(0, 3).map(oneLine).join(', ')}`
  return `- ${kind}: ${verdict}${exit(exitCode)}${where}${because(advice)}`
}

/** `pageLinks` reads these lines again. */
function anchorLine({ anchor, state, to }: AnchorState): string {
  const was = place(anchor.path, anchor.span?.startLine, anchor.span?.endLine)
  const now = to === undefined ? '' : ` -> ${place(to.path, to.startLine, to.endLine)}`
  const symbol = anchor.symbol === undefined ? '' : ` · ${oneLine(anchor.symbol)}`
  return `- [${state}] ${was}${now}${symbol}`
}

function place(path: string, startLine = 1, endLine = startLine): string {
  return `${oneLine(path)}:${startLine}-${endLine}`
}

function sourceLines({ provenance }: MemoryRecord): string[] {
  const lines = provenance.sources.map(sourceLine)
  return hasPlace(provenance) ? [...lines, '', openTurnLine] : lines
}

function sourceLine({ type, ref, agent, turns, place: where }: Source): string {
  const by = agent === undefined ? '' : ` of ${oneLine(agent)}`
  const at = turns === undefined || turns.length === 0 ? '' : `, turns ${turns.slice(0, 20).join(', ')}`
  return `- ${type} ${oneLine(ref)}${by}${at}${where === undefined ? '' : `, ${oneLine(where)}`}`
}

export function eventLine({ seq, at, type, actor, reason }: MemoryEvent): string {
  const time = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
  return `- ${time} #${seq} ${type} by ${actor.type} ${oneLine(actor.name)}${because(reason)}`
}

function useLine({ counters: { shown, cited, helped, hurt } }: MemoryRecord): string {
  return `Shown ${shown} times, cited ${cited}, helped ${helped}, hurt ${hurt}.`
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, ...lines]
}

function quoted(text: string): string[] {
  return text.split('\n').map((line) => `> ${line}`.trimEnd())
}

function bullet(text: string): string {
  return `- ${oneLine(text)}`
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${oneLine(reason)}`
}

function exit(code: number | null): string {
  return code === null ? '' : ` (exit ${code})`
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
