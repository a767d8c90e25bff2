/** One record with all that is known of it, on a terminal. */

import type { Content, EpisodeBody } from '../memory/episode.ts'
import type { MemoryRecord } from '../memory/record.ts'
import { endedWords } from '../memory/safety/ended-words.ts'
import type { MemoryDetail } from '../protocol-memories.ts'
import { escapeBlock, escapeLine } from './escape.ts'
import { bytes, columns, moment } from './format.ts'
import { anchorLine, eventTable, recordTitle, shorten } from './memory-text.ts'
import type { Style } from './style.ts'

/** Events of its history that are printed. */
const shownEvents = 10

export function detailText(detail: MemoryDetail, style: Style): string {
  const { record } = detail
  const parts = [
    recordTitle(record, style),
    '',
    indent(escapeBlock(record.text)),
    '',
    columns(facts(record)),
    ...(record.episode === undefined ? [] : episodeLines(record.episode, style)),
    ...section(
      'Code',
      detail.anchors.map((anchor) => anchorLine(anchor, style)),
      style,
    ),
    ...section('Links', linkLines(detail), style),
    ...section(
      'Evidence',
      detail.artifacts.map(
        ({ sha, kind, bytes: size }) => `art:${sha.slice(0, 12)}  ${kind}  ${bytes(size)}`,
      ),
      style,
    ),
    ...section('History', [eventTable(detail.history.slice(0, shownEvents))], style),
  ]
  return parts.join('\n')
}

function facts(record: MemoryRecord): string[][] {
  const { counters, provenance, fact, lesson } = record
  const rows: string[][] = []
  if (record.cue !== '') rows.push(['when', escapeLine(record.cue)])
  if (fact?.key)
    rows.push(['key', `${escapeLine(fact.key)}${fact.value ? ` = ${escapeLine(fact.value)}` : ''}`])
  if (fact?.checker) rows.push(['checked by', escapeLine(fact.checker)])
  if (lesson !== undefined)
    rows.push([
      'lesson',
      `${lesson.polarity}, ${lesson.stream}${lesson.role ? `, for the ${lesson.role}` : ''}`,
    ])
  for (const [at, step] of (lesson?.procedure ?? []).entries())
    rows.push([`step ${at + 1}`, escapeLine(step)])
  rows.push([
    'true',
    `${moment(record.validFrom)} to ${record.validTo === null ? 'now' : moment(record.validTo)}`,
  ])
  rows.push(['known since', `${moment(record.recordedAt)}, version ${record.version}`])
  rows.push(['made by', escapeLine(`${provenance.author}, ${provenance.method}`)])
  const sources = provenance.sources.slice(0, 4).map(({ type, ref }) => `${type} ${ref.slice(0, 60)}`)
  const more = provenance.sources.length > 4 ? ` and ${provenance.sources.length - 4} more` : ''
  rows.push(['sources', escapeLine(sources.join(', ') + more)])
  rows.push([
    'used',
    `shown ${counters.shown}, cited ${counters.cited}, helped ${round(counters.helped)}, hurt ${round(counters.hurt)}`,
  ])
  if (record.tags.length > 0) rows.push(['tags', escapeLine(record.tags.join(', '))])
  if (record.entities.length > 0) rows.push(['about', shorten(record.entities.join(', '), 200)])
  if (record.masked > 0)
    rows.push([
      'masked',
      record.masked === 1 ? '1 secret was masked' : `${record.masked} secrets were masked`,
    ])
  return rows
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function episodeLines(body: EpisodeBody, style: Style): string[] {
  const { outcome, patch } = body
  const verdict = { passed: style.good, failed: style.bad, unknown: style.warn }[outcome.verdict]
  const size = patch === null ? '' : `+${patch.added} -${patch.removed}`
  const commit = patch?.commit === undefined ? '' : `commit ${patch.commit.slice(0, 10)}`
  const rows = [
    ['origin', escapeLine([body.origin, body.agent, body.sessionId].filter(Boolean).join(' '))],
    ['outcome', `${verdict(endedWords(outcome))}  ${outcome.evidence.slice(0, 2).map(escapeLine).join(' ')}`],
    ['change', [commit, size, `${body.files.length} files`].filter(Boolean).join(', ')],
  ]
  if (body.issues.length > 0) rows.push(['issues', escapeLine(body.issues.join(', '))])
  if (body.signatures.length > 0) rows.push(['errors', shorten(body.signatures.join(' | '), 300)])
  return [
    columns(rows),
    ...section('Goal', body.goal === '' ? [] : [escapeBlock(body.goal)], style),
    ...section(
      'Files',
      body.files.map(({ path, change }) => escapeLine(`${change}  ${path}`)),
      style,
    ),
    ...section(
      'Attempts',
      body.attempts.flatMap((attempt, at) => attemptLines(attempt, at, style)),
      style,
    ),
    ...section(
      'Commands',
      body.commands.map((one) => `${exit(one.exitCode)}  ${escapeLine(one.command)}`),
      style,
    ),
    ...section(
      'Corrections',
      body.corrections.map((text) => shorten(text, 300)),
      style,
    ),
  ]
}

function attemptLines(attempt: EpisodeBody['attempts'][number], at: number, style: Style): string[] {
  const state =
    attempt.passed === null ? 'not run' : attempt.passed ? style.good('passed') : style.bad('failed')
  return [
    `${at + 1}. ${attempt.kind}  ${state}  ${attempt.files.map(escapeLine).join(', ')}`,
    `   ${preview(attempt.content)}`,
    ...(attempt.feedback === null ? [] : [`   said: ${preview(attempt.feedback)}`]),
  ]
}

function preview({ text, artifact }: Content): string {
  return `${shorten(text, 240)}${artifact === undefined ? '' : `  (whole: art:${artifact.slice(0, 12)})`}`
}

function exit(code: number | null): string {
  return code === null ? 'exit ?' : `exit ${code}`
}

function linkLines(detail: MemoryDetail): string[] {
  const to = detail.record.links.map((link) => `${link.type} ${link.to}  ${escapeLine(link.why)}`)
  const from = detail.linkedFrom.map((link) => `${link.type} of ${link.id}  ${shorten(link.text, 100)}`)
  return [...to, ...from]
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  if (lines.length === 0 || lines.every((line) => line === '')) return []
  return ['', style.bold(title), ...lines.map(indent)]
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
