/**
 * Fits the weights of `locate` and says what they are worth on repositories that they have not seen.
 * Usage: node test/bench/fit-localise.ts RANKING.jsonl[*WEIGHT] ... where each file comes from `casebook bench localise --out`.
 */

import { readFileSync } from 'node:fs'
import { weights } from '../../src/memory/recall/weights.ts'

interface Ranking {
  instance_id: string
  repo: string
  gold_files: string[]
  files: { path: string; explain: { channel: string; score: number }[] }[]
}

/** One issue as a table: a row of scores a candidate, each column divided by its greatest score. */
interface Example {
  repo: string
  set: string
  importance: number
  rows: Float64Array[]
  gold: boolean[]
  /** Gold files that are not even among the candidates make the issue a miss. */
  missing: boolean
}

const names = Object.keys(weights)
/** Properties that speak against a file: their weights may only be negative, all others only positive. */
const negative = new Set(['changed often', 'not source', 'package file', 'size'])

/** L2 penalty, steps of Adam and its rate: found once on commits, never on issues. */
const penalty = 0.005
const steps = { whole: 200, fold: 80 }
const rate = 0.06

function readExamples(argument: string): Example[] {
  const [file = '', importance = '1'] = argument.split('*')
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => toExample(JSON.parse(line) as Ranking, file, Number(importance)))
}

function toExample(ranking: Ranking, set: string, importance: number): Example {
  const rows = ranking.files.map(({ explain }) => {
    const row = new Float64Array(names.length)
    for (const { channel, score } of explain) row[names.indexOf(channel)] = score
    return row
  })
  for (let column = 0; column < names.length; column++) {
    const top = rows.reduce((max, row) => Math.max(max, row[column] ?? 0), 0)
    if (top > 0) for (const row of rows) row[column] = (row[column] ?? 0) / top
  }
  const gold = ranking.files.map(({ path }) => ranking.gold_files.includes(path))
  const missing = gold.filter(Boolean).length < ranking.gold_files.length
  return { repo: ranking.repo, set, importance, rows, gold, missing }
}

/** Gradient ascent (Adam) on the log-likelihood of the gold files under a softmax over the candidates. */
function fit(examples: readonly Example[], start: Float64Array, count: number): Float64Array {
  const current = Float64Array.from(start)
  const [mean, square] = [new Float64Array(names.length), new Float64Array(names.length)]
  for (let step = 1; step <= count; step++) {
    const gradient = gradientOf(examples, current)
    for (let column = 0; column < names.length; column++) {
      const slope = (gradient[column] ?? 0) - penalty * (current[column] ?? 0)
      mean[column] = 0.9 * (mean[column] ?? 0) + 0.1 * slope
      square[column] = 0.99 * (square[column] ?? 0) + 0.01 * slope ** 2
      const size = Math.sqrt((square[column] ?? 0) / (1 - 0.99 ** step)) + 1e-8
      const next = (current[column] ?? 0) + (rate * (mean[column] ?? 0)) / (1 - 0.9 ** step) / size
      current[column] = negative.has(names[column] ?? '') ? Math.min(0, next) : Math.max(0, next)
    }
  }
  return current
}

function gradientOf(examples: readonly Example[], current: Float64Array): Float64Array {
  const gradient = new Float64Array(names.length)
  let total = 0
  for (const { rows, gold, importance } of examples) {
    const count = gold.filter(Boolean).length
    if (count === 0) continue
    total += importance
    const chances = softmax(rows.map((row) => dot(row, current)))
    rows.forEach((row, index) => {
      const pull = importance * ((gold[index] === true ? 1 / count : 0) - (chances[index] ?? 0))
      for (let column = 0; column < names.length; column++) {
        gradient[column] = (gradient[column] ?? 0) + pull * (row[column] ?? 0)
      }
    })
  }
  return gradient.map((value) => value / total)
}

function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - top))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

function dot(row: Float64Array, current: Float64Array): number {
  return row.reduce((sum, value, column) => sum + value * (current[column] ?? 0), 0)
}

function rankOf({ rows, gold, missing }: Example, current: Float64Array): number {
  if (missing) return Number.POSITIVE_INFINITY
  const order = rows
    .map((row, index) => ({ score: dot(row, current), index }))
    .sort((a, b) => b.score - a.score)
  return order.reduce((last, { index }, place) => (gold[index] === true ? place + 1 : last), 0)
}

function show(ranks: readonly number[]): string {
  const within = (k: number) => (ranks.filter((rank) => rank <= k).length / ranks.length).toFixed(3)
  return [1, 3, 5, 10].map(within).join(' / ')
}

function showBySet(examples: readonly Example[], rank: (example: Example) => number): string {
  const sets = [...new Set(examples.map(({ set }) => set))]
  return sets
    .map((set) => `  ${show(examples.filter((one) => one.set === set).map(rank))}  ${set}`)
    .join('\n')
}

const examples = process.argv.slice(2).flatMap(readExamples)
const shipped = Float64Array.from(Object.values(weights))
console.log(`shipped weights\n${showBySet(examples, (example) => rankOf(example, shipped))}`)

const even = new Float64Array(names.length).fill(0.3)
const whole = fit(examples, even, steps.whole)
console.log(`fitted on everything\n${showBySet(examples, (example) => rankOf(example, whole))}`)
console.log(names.map((name, column) => `  ${name}: ${(whole[column] ?? 0).toFixed(2)}`).join('\n'))

const ranks = new Map<Example, number>()
for (const repo of new Set(examples.map((example) => example.repo))) {
  const others = fit(
    examples.filter((example) => example.repo !== repo),
    whole,
    steps.fold,
  )
  for (const example of examples) if (example.repo === repo) ranks.set(example, rankOf(example, others))
}
console.log(
  `each repository with weights fitted on the others\n${showBySet(examples, (example) => ranks.get(example) ?? 0)}`,
)
