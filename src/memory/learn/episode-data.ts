/** An episode and known memories as quoted data for a model: JSON that no content can break out of, without any id. */

import type { Attempt, Content } from '../episode.ts'
import type { MemoryRecord } from '../record.ts'
import { brief, type Work } from './work.ts'

/** Characters of one text, of lists, and of the whole. */
const longest = { goal: 3_000, attempt: 1_500, output: 600, whole: 24_000 } as const
const most = { attempts: 12, commands: 30 } as const

/** Pretty-printed JSON. Where it grows too long, outputs and attempts are cut further, never the goal. */
export function episodeData(work: Work): string {
  for (const share of [1, 0.5, 0.25, 0.1]) {
    const text = quoted(viewOf(work, share))
    if (text.length <= longest.whole) return text
  }
  return quoted(viewOf(work, 0.02)).slice(0, longest.whole)
}

function viewOf({ episode }: Work, share: number): object {
  const cut = (content: Content | null | undefined, size: number) =>
    content === null || content === undefined ? null : middleOut(content.text, Math.floor(size * share))
  const attempt = (one: Attempt) => ({
    kind: one.kind,
    passed: one.passed,
    files: one.files.slice(0, 10),
    content: cut(one.content, longest.attempt),
    feedback: cut(one.feedback, longest.output),
    analysis: brief(one.analysis, 400),
    advice: brief(one.advice, 400),
  })
  return {
    goal: brief(episode.goal, longest.goal),
    issues: episode.issues,
    outcome: { ...episode.outcome, log: undefined },
    files: episode.files.slice(0, 40).map(({ path, change }) => `${change} ${path}`),
    symbols: episode.symbols.slice(0, 40),
    failures: episode.signatures,
    corrections: episode.corrections.slice(0, 10).map((text) => brief(text, 300)),
    attempts: lastOf(episode.attempts, most.attempts).map(attempt),
    commands: lastOf(episode.commands, most.commands).map(({ command, exitCode, output }) => ({
      command: brief(command, 300),
      exitCode,
      output: cut(output, longest.output),
    })),
  }
}

/** Known memories with the numbers by which a reply may name them, from 1. */
export function memoriesData(records: readonly MemoryRecord[]): string {
  const view = records.map(({ kind, text, cue, fact, lesson }, at) => ({
    number: at + 1,
    kind,
    text,
    ...(cue === '' ? {} : { cue }),
    ...(fact?.key == null ? {} : { key: fact.key, value: fact.value }),
    ...(lesson === undefined ? {} : { polarity: lesson.polarity }),
  }))
  return view.length === 0 ? 'none' : quoted(view)
}

/** Neither a fence nor a closing tag can be written with what is left. */
export function quoted(data: unknown): string {
  return JSON.stringify(data, null, 1)
    .replaceAll('`', '\\u0060')
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
}

/** The first and the last part: failures stand at the end, what was run at the beginning. */
function middleOut(text: string, size: number): string {
  if (text.length <= size) return text
  const half = Math.floor(size / 2)
  return `${text.slice(0, half)}\n[…]\n${text.slice(text.length - half)}`
}

function lastOf<T>(items: readonly T[], count: number): T[] {
  return items.slice(-count)
}
