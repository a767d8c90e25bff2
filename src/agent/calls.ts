/** One call of a tool, whatever becomes of it: a failure is a result, which the model reads. */

import type { OfferedTool, ToolCall } from '../llm/model.ts'
import { type Log, UserError } from '../memory/ports.ts'
import type { ToolResult, ToolSet } from './ports.ts'

export interface Calling {
  tools: ToolSet
  log?: Log
  signal?: AbortSignal
}

/** `tool`: as it was offered; undefined: it was not. Throws the reason of an abort, and nothing else. */
export async function performCall(
  { tools, log, signal }: Calling,
  call: ToolCall,
  tool: OfferedTool | undefined,
): Promise<ToolResult> {
  if (tool === undefined) return tools.refuse?.(call) ?? notOffered(call)
  if (isMalformed(call)) return { content: takesText(tool), ok: false }
  // Models that call a tool without arguments often write nothing at all.
  const whole = call.arguments === '' || call.arguments === null ? { ...call, arguments: {} } : call
  try {
    return await tools.run(whole, signal)
  } catch (error) {
    signal?.throwIfAborted()
    return { content: failureText(call, error, log), ok: false }
  }
}

/** What was written as arguments is no JSON object. */
export function isMalformed({ arguments: given }: ToolCall): boolean {
  return (typeof given === 'string' && given !== '') || typeof given === 'number' || Array.isArray(given)
}

function notOffered({ name }: ToolCall): ToolResult {
  return { content: `Error: no tool named ${name} is offered.`, ok: false }
}

/** What a tool takes, by an example of its schema. */
export function takesText({ name, schema }: OfferedTool): string {
  return `Error: ${name} takes ${exampleOf(schema)}. Nothing was done.`
}

function exampleOf(schema: Record<string, unknown>): string {
  const { properties } = schema as { properties?: Record<string, { type?: unknown }> }
  const fields = Object.entries(properties ?? {}).map(([name, { type }]) => `"${name}": ${sampleOf(type)}`)
  return fields.length === 0 ? 'no arguments: {}' : `{${fields.join(', ')}}`
}

function sampleOf(type: unknown): string {
  if (type === 'array') return '["...", "..."]'
  if (type === 'integer' || type === 'number') return '0'
  if (type === 'boolean') return 'true'
  return type === 'object' ? '{}' : '"..."'
}

const longestReason = 300

function failureText({ name }: ToolCall, error: unknown, log: Log | undefined): string {
  if (error instanceof UserError) return `Error: ${error.message} ${error.remedy}`
  log?.error(`The tool ${name} failed`, error)
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  return `Error: ${name} failed: ${reason.slice(0, longestReason)}`
}
