/** `casebook bench memory-history`. */

import type { Accuracy } from '../bench/localise.ts'
import { machineFacts } from '../bench/measure.ts'
import type { Hits, MemoryHistoryReport } from '../bench/memory-history.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { bytes, columns, duration } from '../format.ts'

export const benchMemoryHistory: Command = {
  name: 'bench memory-history',
  summary: 'Measure whether past fixes lead to the files of real issues',
  usage: '--dev FILE.jsonl --repos DIR',
  details: `Each line of FILE is an issue as for bench localise. The memory of each repository is made from its history at the
newest base commit; an issue is asked with memory strictly before its own. hit@k: one of the first k past
episodes touches a file of the real fix. Locate is asked at each base commit: recall follows it, and it is ranked
with memory on and off.`,
  options: {
    dev: { type: 'string', value: 'FILE', help: 'the issues, one JSON object a line' },
    repos: { type: 'string', value: 'DIR', help: 'the folder with the repositories' },
    only: { type: 'string', value: 'TEXT', help: 'only issues whose id or repository contains this' },
    'no-locate': { type: 'boolean', help: 'leave out locate, which needs an index of every base commit' },
  },
  async run(call) {
    const { benchMemoryHistory: bench } = await import('../bench/memory-history.ts')
    const { settings, log, signal, terminal, values } = call
    const report = await bench({
      dev: required(call, 'dev'),
      repos: required(call, 'repos'),
      ...(typeof values.only === 'string' && { only: values.only }),
      locate: values['no-locate'] !== true,
      settings,
      log,
      signal,
      onProgress: (line) => terminal.note(escapeLine(line)),
    })
    return {
      data: { bench: 'memory-history', machine: machineFacts(), ...report },
      text: () => render(report),
      failed: report.issues === 0,
    }
  },
}

function required({ values, resolve }: Call, name: string): string {
  const value = values[name]
  if (typeof value !== 'string') throw new UsageError(`--${name} is missing.`, benchMemoryHistory)
  return resolve(value)
}

function render(report: MemoryHistoryReport): string {
  const hits = (row: Hits) => [row.at1, row.at5, row.at10, row.mrr].map((share) => share.toFixed(3))
  const ranking = columns([
    ['', 'hit@1', 'hit@5', 'hit@10', 'MRR'],
    ...Object.entries(report.hits).map(([name, row]) => [name, ...hits(row)]),
    ['possible', '', '', report.possible.toFixed(3)],
  ])
  const repositories = columns([
    ['', 'issues', 'hit@1', 'hit@5', 'hit@10', 'MRR', 'commits', 'episodes', 'made in', 'vectors', 'size'],
    ...report.repositories.map((row) => [
      escapeLine(row.repository),
      String(row.issues),
      ...hits(row),
      String(row.commits),
      String(row.episodes),
      duration(row.seconds),
      duration(row.vectorSeconds),
      bytes(row.bytes),
    ]),
  ])
  const { recallMs, locateMs, seconds } = report
  const times = ({ p50, p95 }: typeof recallMs) => `p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms`
  const before = locateMs === null ? '' : `, locate before it ${times(locateMs)}`
  const facts = `${report.issues} issues in ${duration(seconds)}; recall ${times(recallMs)}${before}.`
  return [ranking, repositories, ...renderVotes(report), facts].join('\n\n')
}

function renderVotes({ votes }: MemoryHistoryReport): string[] {
  if (votes === null) return []
  const cells = (row: Accuracy & { mrr: number }) =>
    [row.at1, row.at3, row.at5, row.at10, row.mrr].map((share) => share.toFixed(3))
  return [
    columns([
      ['locate', 'Acc@1', 'Acc@3', 'Acc@5', 'Acc@10', 'MRR', 'weights'],
      ['memory off', ...cells(votes.off), ''],
      ['on, fitted on these issues', ...cells(votes.fitted), votes.fitted.weights.join(' ')],
      ['on, fitted on the other repositories', ...cells(votes.heldOut), ''],
      ...votes.alone.map((row) => [`on, ${row.column} alone, held out`, ...cells(row), '']),
    ]),
  ]
}
