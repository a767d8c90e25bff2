/** One line that shows how far the indexing is. */

import type { Progress } from '../protocol.ts'
import { escapeLine } from './escape.ts'
import { count, duration, percent } from './format.ts'
import type { Style } from './style.ts'

/** Imports are of the command line alone. */
export type ShownProgress = Omit<Progress, 'phase'> & {
  phase: Progress['phase'] | 'sessions' | 'import-check' | 'import-write'
}

const phases: Record<ShownProgress['phase'], { title: string; unit: string }> = {
  scan: { title: 'Listing', unit: 'files' },
  parse: { title: 'Reading', unit: 'files' },
  history: { title: 'History', unit: 'commits' },
  vectors: { title: 'Vectors', unit: 'texts' },
  memory: { title: 'Memory', unit: 'commits' },
  sessions: { title: 'Sessions', unit: 'sessions' },
  'import-check': { title: 'Checking', unit: 'MB' },
  'import-write': { title: 'Writing', unit: 'MB' },
}

const barWidth = 24

/** Never wider than `width` columns, so that redrawing the line in place works. */
export function renderProgress(progress: ShownProgress, width: number, style: Style): string {
  const { title, unit } = phases[progress.phase]
  const facts = [`${count(progress.done)}${progress.total > 0 ? `/${count(progress.total)}` : ''} ${unit}`]
  if (progress.total > 0) facts.push(percent(Math.min(1, progress.done / progress.total)))
  if (progress.rate > 0) facts.push(`${count(progress.rate)}/s`)
  if (progress.etaSeconds !== null) facts.push(`${timeLeft(progress.etaSeconds)} left`)
  const label = `${title.padEnd(8)}`
  const text = facts.join('  ')
  const room = width - 1 - label.length - text.length - 2
  if (room < 8) return `${label}${text}`.slice(0, width - 1)
  const bar = drawBar(progress, Math.min(barWidth, room), style)
  const left = room - Math.min(barWidth, room) - 2
  const current =
    left > 16 && progress.current ? `  ${style.dim(tail(escapeLine(progress.current), left))}` : ''
  return `${label}${bar}  ${text}${current}`
}

function timeLeft(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : duration(seconds)
}

function drawBar(progress: ShownProgress, width: number, style: Style): string {
  const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0
  const full = Math.floor(share * width)
  return style.good('━'.repeat(full)) + style.dim('─'.repeat(width - full))
}

/** The end of a path says more than its beginning. */
function tail(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(1 - width)}`
}
