/** How tests, patches and outputs are split into words for demonstrations, and outputs cut to what tells them apart. */

import { codeTokens } from '../../code/tokens.ts'

/** ExpeRepair's words: lower case, punctuation out, identifiers whole, nothing stemmed or left out. */
export function compatTokens(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\s]/gu, ' ')
    .split(/\s+/)
    .filter(Boolean)
}

export const tokenisers = { compat: compatTokens, code: codeTokens } as const

/** Counts that an older form of ExpeRepair's tests printed. */
const summary =
  /Summary:\nNumber of test cases confirming the issue exists: \d+\nTotal number of test cases: \d+\n?/g
const frame = /^File "(.*?)", line (\d+), in (.+)$/

/**
 * What a Python failure says behind its innermost frame, which is what two failures have in common. Unchanged
 * without a traceback, and where its last frame names no function.
 */
export function trimTraceback(output: string): string {
  const text = output.replace(summary, '')
  if (!text.includes('Traceback')) return text
  const lines = text.split('\n').map((line) => line.trim())
  const last = lines.findLast((line) => line.startsWith('File'))
  if (last === undefined || !frame.test(last)) return text
  return text.slice(text.lastIndexOf(last) + last.length)
}
