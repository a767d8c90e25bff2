/** Measuring: quantiles, memory, the machine, and the little tables that come out. */

import { cpus, totalmem } from 'node:os'
import { columns } from '../format.ts'

/** One measured figure, with what is asked of it where something is. */
export interface Figure {
  name: string
  value: number
  unit: 's' | 'ms' | 'MB' | 'x' | '/s' | ''
  /** Must, and wished: upper limits, except for figures per second. */
  floor?: number
  goal?: number
  note?: string
}

export interface MachineFacts {
  cores: number
  cpu: string
  memoryGb: number
  platform: string
  node: string
  /** ISO day. */
  date: string
}

export interface BenchReport {
  bench: string
  subject: string
  machine: MachineFacts
  figures: Figure[]
}

export function machineFacts(): MachineFacts {
  const [first] = cpus()
  return {
    cores: cpus().length,
    cpu: first?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  }
}

/** The value below which `share` of the values lie (nearest rank); NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Megabytes (10^6 bytes) resident now: threads included, child processes not. */
export function residentMb(): number {
  return process.memoryUsage.rss() / 1e6
}

/** Most megabytes that were ever resident in this process. */
export function peakResidentMb(): number {
  return (process.resourceUsage().maxRSS * 1024) / 1e6
}

/** Seconds that `work` takes, and what it returns. */
export async function timed<Result>(work: () => Promise<Result>): Promise<[number, Result]> {
  const start = performance.now()
  const result = await work()
  return [(performance.now() - start) / 1000, result]
}

export function renderReport({ bench, subject, machine, figures }: BenchReport): string {
  const { cores, cpu, memoryGb, platform, node, date } = machine
  const rows = figures.map((figure) => [
    figure.name,
    show(figure, figure.value),
    figure.floor === undefined ? '' : show(figure, figure.floor),
    figure.goal === undefined ? '' : show(figure, figure.goal),
    [verdict(figure), figure.note].filter(Boolean).join('; '),
  ])
  return [
    `${bench}: ${subject}`,
    `${date}, ${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, Node ${node}`,
    columns([['figure', 'measured', 'floor', 'goal', ''], ...rows]),
  ].join('\n')
}

/** Which mark the figure reaches; empty when nothing is asked of it. */
export function verdict({ value, floor, goal }: Figure): string {
  if (goal !== undefined && value <= goal) return 'goal met'
  if (floor !== undefined && value <= floor) return 'floor met'
  return floor === undefined && goal === undefined ? '' : 'MISSED'
}

function show({ unit }: Figure, value: number): string {
  const isCount = unit === '/s' || Number.isInteger(value)
  const digits = isCount || value >= 100 ? 0 : value >= 10 ? 1 : unit === '' ? 3 : 2
  return `${value.toLocaleString('en-GB', { maximumFractionDigits: digits })}${unit === '' ? '' : ` ${unit}`}`
}
