/** R6: code changes unannounced, and anchors must tell. Counts what was missed, what was a false alarm, and how long it took. */

import { assetsFolder } from '../../assets.ts'
import { openParser } from '../../memory/code/parser.ts'
import { openAnchorCheck } from '../../memory/recall/records/anchors.ts'
import { cite } from '../../memory/recall/records/cite.ts'
import type { Anchor } from '../../memory/record.ts'
import { type CodeView, openCodeView } from './code-view.ts'
import { quantile } from './measure.ts'
import { type Expected, type Mutated, type Mutation, mutations, type Target } from './mutations.ts'
import { openRandom, type Random } from './random.ts'

export interface AnchorOptions {
  /** Texts by path: the sources of any repository. */
  texts: Readonly<Record<string, string>>
  /** Targets; each meets every mutation that it allows. */
  targets: number
  seed: number
  signal?: AbortSignal
}

/** One question that was answered otherwise than expected. */
export interface Miss {
  mutation: string
  cited: 'symbol' | 'file'
  place: string
  expected: Expected
  answered: Expected
}

export interface MutationRow {
  mutation: string
  cited: 'symbol' | 'file'
  asked: number
  right: number
}

export interface AnchorReport {
  asked: number
  /** Questions about code that changed or went. */
  stale: number
  /** Of those, the ones that were answered with drifted or gone; must be all. */
  detected: number
  /** Stale ones that were taken for fresh or moved: what would have been shown unlabelled. */
  unlabelled: number
  /** Code that is as it was and was called drifted or gone. */
  falseAlarms: number
  /** Right about stale or not, wrong about the rest: gone for drifted, moved for fresh, another place. */
  wrongLabels: number
  rows: MutationRow[]
  misses: Miss[]
  /** Milliseconds for one record with ten anchors. */
  p50: number
  p95: number
}

const anchorsOfRecord = 10

export async function measureAnchors(options: AnchorOptions): Promise<AnchorReport> {
  const parser = await openParser(assetsFolder())
  const view = await openCodeView({ ...options.texts }, parser)
  try {
    return await measureIn(view, options)
  } finally {
    view.close()
    parser.close()
  }
}

interface Round {
  view: CodeView
  check: ReturnType<typeof openAnchorCheck>
  /** Anchors of other places, which make up a record. */
  others: Anchor[]
  report: AnchorReport
  times: number[]
}

async function measureIn(view: CodeView, { targets, seed, signal }: AnchorOptions): Promise<AnchorReport> {
  const random = openRandom(seed)
  const chosen = chooseTargets(view, targets, random)
  const round: Round = {
    view,
    check: openAnchorCheck(view),
    others: chosen.slice(0, anchorsOfRecord - 1).map((one) => anchorsOf(view, one).symbol),
    report: emptyReport(),
    times: [],
  }
  for (const target of chosen) {
    for (const mutation of mutations) ask(round, target, mutation)
    signal?.throwIfAborted()
    await new Promise(setImmediate)
  }
  const { report, times } = round
  return { ...report, p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}

function emptyReport(): AnchorReport {
  const counts = { asked: 0, stale: 0, detected: 0, unlabelled: 0, falseAlarms: 0, wrongLabels: 0 }
  return { ...counts, rows: [], misses: [], p50: Number.NaN, p95: Number.NaN }
}

/** Symbols of three lines or more whose text and file exist once: a copy elsewhere would be a second right answer. */
function chooseTargets(view: CodeView, count: number, random: Random): Target[] {
  const rows = view.db
    .prepare(
      `select p.path, s.name, s.kind, s.container, s.start_line, s.end_line, hex(s.hash) as hash from symbol s
       join view_file f on f.view_id = ? and f.blob_id = s.blob_id join path p on p.id = f.path_id
       where s.end_line - s.start_line >= 2 and (select count(*) from symbol o where o.hash = s.hash) = 1
         and (select count(*) from view_file o where o.blob_id = f.blob_id) = 1
         and (select count(*) from symbol o where o.blob_id = s.blob_id and o.name = s.name) = 1
       order by p.path, s.start_line`,
    )
    .all(view.viewId)
  const all = rows.map((row): Target => {
    const symbol = {
      name: String(row.name),
      kind: String(row.kind) as Target['symbol']['kind'],
      container: String(row.container),
      startLine: Number(row.start_line),
      endLine: Number(row.end_line),
      hash: String(row.hash).toLowerCase(),
    }
    return { path: String(row.path), symbol, texts: new Map(view.texts), random }
  })
  const chosen: Target[] = []
  while (chosen.length < count && all.length > 0) {
    chosen.push(...all.splice(random.between(0, all.length - 1), 1))
  }
  return chosen
}

function anchorsOf(view: CodeView, { path, symbol }: Target): { symbol: Anchor; file: Anchor } {
  const name = symbol.container === '' ? symbol.name : `${symbol.container}.${symbol.name}`
  const [inside, whole] = cite({ ...view, head: null }, [`${path}#${name}`, path]).anchors
  if (inside === undefined || whole === undefined) throw new Error(`${path}#${name} cannot be cited`)
  return { symbol: inside, file: whole }
}

/** One mutation, asked about and taken back. */
function ask(round: Round, target: Target, mutation: Mutation): void {
  const mutated = mutation.apply(target)
  if (mutated === null) return
  const { view } = round
  const anchors = anchorsOf(view, target)
  if (mutation.name === 'revert') {
    // Something else first, so that there is something to take back.
    view.write({ [target.path]: `${target.texts.get(target.path)}\nchanged\n` })
  }
  view.write(mutated.texts)
  commit(view, mutated)
  const started = performance.now()
  const states = round.check.check([anchors.symbol, anchors.file, ...round.others].slice(0, anchorsOfRecord))
  round.times.push(performance.now() - started)
  for (const [at, cited] of (['symbol', 'file'] as const).entries()) {
    const answered = states[at]?.state ?? 'gone'
    count(round.report, {
      mutation: mutation.name,
      cited,
      place: placeOf(target),
      expected: mutation[cited],
      answered,
    })
  }
  undo(view, target, mutated)
  view.forgetCommits()
}

function commit(view: CodeView, { renamed }: Mutated): void {
  if (renamed === undefined) return
  view.commit([
    { path: renamed.from, status: 'D' },
    { path: renamed.to, status: 'A' },
  ])
}

function undo(view: CodeView, target: Target, { texts }: Mutated): void {
  view.write(Object.fromEntries(Object.keys(texts).map((path) => [path, target.texts.get(path) ?? null])))
}

function placeOf({ path, symbol }: Target): string {
  return `${path}:${symbol.startLine} ${symbol.name}`
}

function isStale(state: Expected): boolean {
  return state === 'drifted' || state === 'gone'
}

function count(report: AnchorReport, miss: Miss): void {
  const { mutation, cited, expected, answered } = miss
  let row = report.rows.find((one) => one.mutation === mutation && one.cited === cited)
  if (row === undefined) {
    row = { mutation, cited, asked: 0, right: 0 }
    report.rows.push(row)
  }
  row.asked++
  report.asked++
  if (isStale(expected)) report.stale++
  if (isStale(expected) && isStale(answered)) report.detected++
  if (expected === answered) {
    row.right++
    return
  }
  if (isStale(expected) && !isStale(answered)) report.unlabelled++
  else if (!isStale(expected) && isStale(answered)) report.falseAlarms++
  else report.wrongLabels++
  report.misses.push(miss)
}
