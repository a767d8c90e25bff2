/** What a call does, read from its arguments: a file read or edited, a command run. Pure. */

import type { ToolCall } from '../../llm/model.ts'

export type Act =
  | { kind: 'read'; path: string; from: number; to: number }
  | { kind: 'edit'; path: string }
  | { kind: 'check'; command: string }

/** Arguments that carry new text, as tools of agents name them. */
const newText = ['after', 'before', 'content', 'new_str', 'old_str', 'newText', 'edits', 'insert_text']

/** Null: neither. Tools name their arguments `path`, `from`, `to` and `command`. */
export function actOf({ arguments: given }: Pick<ToolCall, 'arguments'>): Act | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null
  const fields = given as Record<string, unknown>
  if (typeof fields.command === 'string' && typeof fields.path !== 'string')
    return { kind: 'check', command: fields.command }
  if (typeof fields.path !== 'string' || fields.path === '') return null
  const path = fields.path.replaceAll('\\', '/').replace(/^\.\//, '')
  if (newText.some((name) => name in fields)) return { kind: 'edit', path }
  // A path that only narrows a search reads no file.
  if (['query', 'text', 'pattern', 'symbol'].some((name) => name in fields)) return null
  return { kind: 'read', path, from: line(fields.from, 1), to: line(fields.to, Number.POSITIVE_INFINITY) }
}

function line(value: unknown, usual: number): number {
  return typeof value === 'number' && value >= 1 ? value : usual
}
