/** Two whole texts as one hunk: for formats that keep a file before and after, but no diff. */

import { bounded } from './fields.ts'

/** Lines round the change that are kept. */
const contextLines = 3

/** A unified hunk without a file header; empty where nothing changed. What lies between two changes counts as changed. */
export function changedLines(before: string, after: string): string {
  if (before === after) return ''
  const [old, now] = [linesOf(before), linesOf(after)]
  const shortest = Math.min(old.length, now.length)
  let head = 0
  while (head < shortest && old[head] === now[head]) head++
  let tail = 0
  while (tail < shortest - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++
  const from = Math.max(0, head - contextLines)
  const lead = old.slice(from, head).map((line) => ` ${line}`)
  const trail = old.slice(old.length - tail, old.length - tail + contextLines).map((line) => ` ${line}`)
  const removed = old.slice(head, old.length - tail).map((line) => `-${line}`)
  const added = now.slice(head, now.length - tail).map((line) => `+${line}`)
  const range = (changed: number) => {
    const count = lead.length + changed + trail.length
    return `${count === 0 ? from : from + 1},${count}`
  }
  const header = `@@ -${range(removed.length)} +${range(added.length)} @@`
  return bounded([header, ...lead, ...removed, ...added, ...trail].join('\n'))
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}
