/** The short questions by which a model is tried: whether it answers, how fast, and whether it calls tools. */

import { UserError } from '../memory/ports.ts'
import { type ChatModel, complete, type Message, type ModelRequest, type ToolCall } from './model.ts'

/** Enough for models that think before they speak. */
const maxTokens = 2_000
/** Characters a token of plain words, where a server counts nothing. */
const charactersPerToken = 4

export interface Answered {
  /** In how many pieces it came. */
  pieces: number
  /** Milliseconds from the request to the first word. */
  firstTokenMs: number
  tokensPerSecond: number
}

/** Throws what the model throws. */
export async function tryAnswer(model: ChatModel, signal?: AbortSignal): Promise<Answered> {
  const started = performance.now()
  let pieces = 0
  let first = 0
  const onText = () => {
    if (pieces++ === 0) first = performance.now() - started
  }
  const content = 'Count from one to twenty in English words, separated by commas. Say nothing else.'
  const messages: Message[] = [{ role: 'user', content }]
  const { text, usage } = await complete(
    model,
    { purpose: 'test', system: '', messages, maxTokens },
    { onText, signal },
  )
  const seconds = (performance.now() - started) / 1_000
  const tokens = usage?.outputTokens || Math.ceil(text.length / charactersPerToken)
  return { pieces, firstTokenMs: first, tokensPerSecond: tokens / Math.max(seconds, 0.001) }
}

const tool = {
  name: 'add_numbers',
  description: 'Adds two numbers exactly. Use it for every sum.',
  schema: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
  },
}
const a = 4_817
const b = 2_954

/** Null: it called the tool with what was asked and went on with the result. Throws what the model throws. */
export async function tryTools(model: ChatModel, signal?: AbortSignal): Promise<UserError | null> {
  const question = { role: 'user', content: `Use the tool add_numbers to add ${a} and ${b}.` } as const
  const request: ModelRequest = {
    purpose: 'test',
    system: 'You use the tools that you are given.',
    messages: [question],
    tools: [tool],
    maxTokens,
  }
  const { text, calls } = await complete(model, request, { signal })
  const [call] = calls
  if (call === undefined) return unfit('answered without the tool that it was told to use')
  if (!isRight(call)) return unfit('called the tool with something else than it was given')
  const results = calls.map(
    ({ id, name }) => ({ role: 'tool', callId: id, name, content: String(a + b) }) as const,
  )
  const messages: Message[] = [question, { role: 'assistant', content: text, calls }, ...results]
  await complete(model, { ...request, messages }, { signal })
  return null
}

function isRight({ name, arguments: given }: ToolCall): boolean {
  if (name !== tool.name || typeof given !== 'object' || given === null) return false
  const numbers = Object.values(given).map(Number)
  return numbers.includes(a) && numbers.includes(b)
}

function unfit(what: string): UserError {
  const remedy = 'Choose a model that calls tools for the chat and the agent; distilling does without.'
  return new UserError(`The model ${what}.`, remedy)
}
