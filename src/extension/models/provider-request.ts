/** What the editor asks of our provider, as a request to a model. Pure: parts are known by their shape. */

import { estimatedTokens } from '../../llm/embedding-cost.ts'
import type { Message, ModelRequest, ToolCall } from '../../llm/model.ts'

export interface EditorMessage {
  /** 1 user, 2 assistant; 3 is the system of an interface that is not stable yet. */
  role: number
  content: readonly unknown[]
}

export interface EditorOptions {
  tools?: readonly { name: string; description: string; inputSchema?: object | undefined }[]
  /** True: one of the tools has to be called. */
  required: boolean
  modelOptions?: Readonly<Record<string, unknown>>
}

const assistantRole = 2
const systemRole = 3

/** Throws an error for the person where a message holds what no text model takes. */
export function modelRequest(
  messages: readonly EditorMessage[],
  { tools = [], required, modelOptions = {} }: EditorOptions,
): ModelRequest {
  const first = messages.findIndex(({ role }) => role !== systemRole)
  const leading = messages.slice(0, first < 0 ? messages.length : first)
  const names = new Map<string, string>()
  const { temperature, max_tokens: maxTokens } = modelOptions
  return {
    purpose: 'chat',
    system: leading.map(({ content }) => textOf(content)).join('\n\n'),
    messages: messages.slice(leading.length).flatMap((message) => plainMessages(message, names)),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            name,
            description,
            schema: (inputSchema ?? { type: 'object', properties: {} }) as Record<string, unknown>,
          })),
          toolChoice: required ? 'required' : 'auto',
        }),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
  }
}

/** By length. */
export function messageTokens(text: string | EditorMessage): number {
  return estimatedTokens(typeof text === 'string' ? text.length : JSON.stringify(text.content).length)
}

/** `names` learns which tool a call was of: results tell the id alone. */
function plainMessages({ role, content }: EditorMessage, names: Map<string, string>): Message[] {
  if (role === assistantRole) {
    const calls = content.flatMap((part) => callOf(part) ?? [])
    for (const { id, name } of calls) names.set(id, name)
    const text = textOf(content)
    return text === '' && calls.length === 0 ? [] : [{ role: 'assistant', content: text, calls }]
  }
  // Results first: servers want them right behind the calls.
  const results = content.flatMap((part): Message[] => {
    const result = resultOf(part)
    if (result === null) return []
    const { callId } = result
    const text = result.content.map((inner) => partText(inner, leftOut)).join('\n')
    return [{ role: 'tool', callId, name: names.get(callId) ?? 'tool', content: text }]
  })
  const text = textOf(content)
  return text === '' ? results : [...results, { role: 'user', content: text }]
}

function textOf(content: readonly unknown[]): string {
  return content.map((part) => partText(part, refuse)).join('')
}

function refuse(mimeType: string): never {
  throw new Error(
    `This model takes text only, and a ${mimeType} is attached. Remove it, or choose a model that takes images.`,
  )
}

function leftOut(mimeType: string): string {
  return `(A ${mimeType} was left out: this model takes text only.)`
}

/** Text, readable data, and objects of prompt libraries; marks of other providers (`cache_control`) say nothing. */
function partText(part: unknown, onMedia: (mimeType: string) => string): string {
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null) return ''
  if ('mimeType' in part && 'data' in part) return dataText(String(part.mimeType), part.data, onMedia)
  if (!('value' in part) || isThought(part)) return ''
  return typeof part.value === 'string' ? part.value : JSON.stringify(part.value)
}

/** What a model thought before is not told again, to it or to another. */
function isThought(part: object): boolean {
  return 'metadata' in part || 'id' in part
}

function dataText(mimeType: string, data: unknown, onMedia: (mimeType: string) => string): string {
  if (/^(image|audio|video)\//.test(mimeType) || mimeType === 'application/pdf') return onMedia(mimeType)
  const isText = /^text\/|^application\/(.*\+)?json$/.test(mimeType)
  return isText && data instanceof Uint8Array ? new TextDecoder().decode(data) : ''
}

function callOf(part: unknown): ToolCall | null {
  if (typeof part !== 'object' || part === null || !('callId' in part) || !('name' in part)) return null
  const input = 'input' in part ? part.input : {}
  return { id: String(part.callId), name: String(part.name), arguments: input }
}

function resultOf(part: unknown): { callId: string; content: readonly unknown[] } | null {
  if (typeof part !== 'object' || part === null || !('callId' in part) || 'name' in part) return null
  const content = 'content' in part && Array.isArray(part.content) ? part.content : []
  return { callId: String(part.callId), content }
}
