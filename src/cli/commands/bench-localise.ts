/** `casebook bench localise`. */

import type { Accuracy, LocaliseReport } from '../bench/localise.ts'
import { machineFacts } from '../bench/measure.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { bytes, columns, duration } from '../format.ts'

export const benchLocalise: Command = {
  name: 'bench localise',
  summary: 'Measure how well the files of real issues are found',
  usage: '--data FILE.jsonl --repos DIR',
  details: `Each line of FILE is an issue: instance_id, repo, base_commit, problem_statement, gold_files.
DIR holds each repository as OWNER+NAME/repo, OWNER__NAME or NAME, bare or not.
Every issue is asked at its base commit; Acc@k is the share whose gold files are all within the first k.`,
  options: {
    data: { type: 'string', value: 'FILE', help: 'the issues, one JSON object a line' },
    repos: { type: 'string', value: 'DIR', help: 'the folder with the repositories' },
    out: { type: 'string', value: 'FILE', help: 'write the ranking of every issue to this file' },
    only: { type: 'string', value: 'TEXT', help: 'only issues whose id or repository contains this' },
    ablate: { type: 'boolean', help: 'also rank without each kind of evidence, in turn' },
  },
  async run(call) {
    const { benchLocalise: bench } = await import('../bench/localise.ts')
    const { settings, log, signal, terminal, values } = call
    const out = file(call, 'out')
    const report = await bench({
      data: required(call, 'data'),
      repos: required(call, 'repos'),
      ...(out !== undefined && { out }),
      ...(typeof values.only === 'string' && { only: values.only }),
      ablate: values.ablate === true,
      settings,
      log,
      signal,
      onProgress: (done, total, line) => terminal.note(`${done}/${total}  ${escapeLine(line)}`),
    })
    const machine = machineFacts()
    return {
      data: { bench: 'localise', machine, ...report },
      text: () => render(report),
      failed: report.issues === 0,
    }
  },
}

function required(call: Call, name: string): string {
  const path = file(call, name)
  if (path === undefined) throw new UsageError(`--${name} is missing.`, benchLocalise)
  return path
}

function file({ values, resolve }: Call, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? resolve(value) : undefined
}

/** Floors and goals of the project, on its development issues. */
const marks: readonly [string, Accuracy][] = [
  ['floor', { at1: 0.49, at3: Number.NaN, at5: 0.85, at10: 0.9 }],
  ['goal', { at1: 0.58, at3: Number.NaN, at5: 0.92, at10: 0.95 }],
]

function render(report: LocaliseReport): string {
  const { issues, overall, repositories, ablations, skipped, seconds, indexSeconds, locate } = report
  const table = columns([
    ['', 'issues', 'Acc@1', 'Acc@3', 'Acc@5', 'Acc@10'],
    ...repositories.map((row) => [escapeLine(row.repository), String(row.issues), ...cells(row)]),
    ['all', String(issues), ...cells(overall)],
    ...marks.map(([name, accuracy]) => [name, '', ...cells(accuracy)]),
  ])
  const without = ablations.map((row) => [escapeLine(row.without), ...cells(row)])
  const facts = [
    `${duration(seconds)} in all, ${duration(indexSeconds)} indexing;`,
    `locate p50 ${Math.round(locate.p50)} ms, p95 ${Math.round(locate.p95)} ms;`,
    `stores ${bytes(report.storeBytes)}.`,
  ].join(' ')
  const parts = [table, facts]
  if (without.length > 0) parts.push(columns([['without', 'Acc@1', 'Acc@3', 'Acc@5', 'Acc@10'], ...without]))
  if (skipped.length > 0)
    parts.push(columns(skipped.map(({ id, reason }) => ['skipped', escapeLine(id), escapeLine(reason)])))
  return parts.join('\n\n')
}

function cells({ at1, at3, at5, at10 }: Accuracy): string[] {
  return [at1, at3, at5, at10].map((share) => (Number.isNaN(share) ? '' : share.toFixed(3)))
}
