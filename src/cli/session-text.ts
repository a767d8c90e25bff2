/** Sources, imports and sessions of other agents as people read them on a terminal. */

import type {
  SessionDetail,
  SessionEntry,
  SessionImport,
  SessionPage,
  SessionSources,
} from '../protocol-sessions.ts'
import { escapeLine } from './escape.ts'
import { bytes, columns, count, duration, moment, plural } from './format.ts'
import { recordLines, shorten } from './memory-text.ts'
import type { Style } from './style.ts'

export function sourceLines({ asked, sources }: SessionSources, style: Style): string {
  const found = sources.reduce((sum, one) => sum + one.found, 0)
  const agents = sources.filter((one) => one.found > 0).length
  const head = `Found ${plural(found, 'session')} of ${plural(agents, 'agent')} for this repository.`
  const rows = sources.map((one) => [
    one.agent,
    one.chosen ? 'chosen' : '',
    plural(one.found, 'session'),
    bytes(one.bytes),
    one.waiting > 0 ? `${count(one.waiting)} to import` : '',
    one.imported > 0 ? `${plural(one.episodes, 'episode')}, ${count(one.verdicts.passed)} passed` : '',
    one.lastImport === null ? '' : `last ${moment(one.lastImport)}`,
  ])
  const waits = sources.some(({ waiting }) => waiting > 0)
  const names = sources.filter((one) => one.found > 0).map(({ agent }) => agent)
  const hint = asked
    ? 'Import: casebook sessions import'
    : `Import them: casebook sessions import --agent ${names.join(',')}`
  return [head, ...(rows.length > 0 ? [columns(rows, '  ')] : []), ...(waits ? [style.dim(hint)] : [])].join(
    '\n',
  )
}

function verdictText({ passed, failed, unknown }: SessionEntry['verdicts'], style: Style): string {
  const parts = [
    passed > 0 ? style.good(`${count(passed)} passed`) : '',
    failed > 0 ? style.bad(`${count(failed)} failed`) : '',
    unknown > 0 ? style.warn(`${count(unknown)} unknown`) : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

export function importLines(done: SessionImport, style: Style): string {
  const verdicts = verdictText(done.verdicts, style)
  const extended = done.extended > 0 ? `, ${count(done.extended)} of them went on` : ''
  const lines = [
    `${plural(done.imported, 'session')} of ${count(done.found)} imported in ${duration(done.elapsedMs / 1000)}` +
      (done.unchanged > 0 ? `, ${count(done.unchanged)} known already.` : '.'),
    `${plural(done.episodes, 'episode')}${extended}, ${plural(done.demonstrations, 'demonstration')}` +
      (verdicts === '' ? '.' : `: ${verdicts}.`),
  ]
  if (done.masked > 0) lines.push(`${plural(done.masked, 'secret')} masked.`)
  if (done.learned !== null)
    lines.push(
      `Learned from them: ${count(done.learned.admitted)} admitted, ${count(done.learned.activated)} active.`,
    )
  for (const { reason, count: times, example } of done.skipped)
    lines.push(style.dim(`  skipped ${count(times)}: ${escapeLine(reason)} (${escapeLine(example)})`))
  if (done.stopped) lines.push(style.warn('It was stopped. The next import does the rest.'))
  return lines.join('\n')
}

export function listLines({ sessions, total }: SessionPage, style: Style): string {
  if (total === 0) return 'No session is imported. See: casebook sessions sources'
  const more = total > sessions.length ? [style.dim(`${count(total)} in all. More: --limit`)] : []
  return [...sessions.map((one) => entryLines(one, style)), ...more].join('\n')
}

function entryLines(entry: SessionEntry, style: Style): string {
  const { agent, sessionId, endedAt, verdicts, goal } = entry
  const name = style.path(escapeLine(`${agent}:${sessionId}`))
  return `${name}  ${style.dim(moment(endedAt))}  ${verdictText(verdicts, style)}\n    ${shorten(goal, 160)}`
}

export function detailLines(detail: SessionDetail, style: Style): string {
  const gone = detail.sourceExists ? '' : style.warn('  (the file is gone)')
  const place = detail.place === null ? [] : [`source  ${escapeLine(detail.place)}${gone}`]
  const records = detail.records.map((record) => {
    const reasons =
      record.episode?.outcome.evidence.slice(0, 5).map((line) => `      ${escapeLine(line)}`) ?? []
    return [recordLines(record, style), ...reasons].join('\n')
  })
  return [entryLines(detail, style), ...place, ...records].join('\n')
}
