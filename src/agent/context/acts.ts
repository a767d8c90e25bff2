/** What a call does, as far as its name and its arguments tell: a file read or edited, a command run. Pure. */

import type { ToolCall } from '../../llm/model.ts'
import type { ToolResult } from '../ports.ts'
import { mostLines } from './pointers.ts'
import { errorLine } from './preview.ts'

export type Act =
  /** Lines 1-based and included. */
  | { kind: 'read'; path: string; from: number; to: number }
  | { kind: 'edit'; path: string }
  | { kind: 'check'; command: string }

const reads = /(^|[_.-])(read|view|cat)/i
const edits = /(^|[_.-])(edit|write|replace|create|insert|patch)/i
const tests = /(^|[_.-])tests?$/i

/** Null: neither. Ours name their arguments `path`, `from`, `to`, `command` and `which`, as many others do. */
export function actOf({ name, arguments: given }: Pick<ToolCall, 'name' | 'arguments'>): Act | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null
  const { path, command, which, from, to } = given as Record<string, unknown>
  if (typeof path === 'string' && path !== '') {
    const file = path.replaceAll('\\', '/').replace(/^\.\//, '')
    if (edits.test(name)) return { kind: 'edit', path: file }
    return reads.test(name) ? { kind: 'read', path: file, ...rangeOf(from, to) } : null
  }
  if (typeof command === 'string') return { kind: 'check', command }
  if (!tests.test(name)) return null
  return { kind: 'check', command: ['tests', ...(Array.isArray(which) ? which : [])].join(' ') }
}

/** Who reads without an end gets so many lines. */
function rangeOf(from: unknown, to: unknown): { from: number; to: number } {
  const first = typeof from === 'number' && from >= 1 ? from : 1
  const most = first + mostLines - 1
  return { from: first, to: typeof to === 'number' ? Math.min(to, most) : most }
}

/** How a command ended. Its exit code decides where it is told: that a command ran does not say that it passed. */
export function endingOf({ content, ok }: ToolResult): { ok: boolean; result: string } {
  const codes = [...content.matchAll(/\bexit(?:ed with)? code:? (-?\d+)/gi)]
  const code = codes.at(-1)?.[1]
  const lines = content.split('\n')
  const error = lines.find((line) => errorLine.test(line))
  const last = lines.findLast((line) => line.trim() !== '') ?? ''
  const passed = code === undefined ? ok : code === '0'
  if (code === undefined) return { ok: passed, result: passed ? last : (error ?? last) }
  return { ok: passed, result: passed ? `exit code ${code}` : `exit code ${code}: ${error ?? last}` }
}
