/** A model that follows a policy: it knows what each question needs, and removes the rest with a given chance. */

import { removeName, searchName } from '../../agent/toolbox/meta-tools.ts'
import {
  answering,
  type ChatModel,
  type Message,
  type ModelReply,
  type ModelRequest,
} from '../../llm/model.ts'
import type { Random } from './random.ts'
import type { ToolQuestion } from './tool-corpus.ts'

export interface PolicyOptions {
  questions: readonly ToolQuestion[]
  /** Chance that a tool which the question does not need is removed when it is looked at. */
  removes: number
  /** Chance that a name to remove is written wrong. */
  misspells: number
  random: Random
}

/** Sees nothing but the requests: what is loaded it reads from them, as a model would. */
export function policyModel(options: PolicyOptions): ChatModel {
  const needsOf = new Map(options.questions.map(({ query, needs }) => [query, needs]))
  return answering({ id: 'policy' }, async (request) => {
    if (request.purpose === 'work') return workStep(request, needsOf, options)
    const asked = request.messages[0]?.content ?? ''
    const query = asked.split('Question of the user:\n')[1] ?? ''
    const needs = needsOf.get(query) ?? []
    const loaded = [...asked.matchAll(/^- (\S+): /gm)].map((match) => match[1] ?? '')
    const missing = needs.filter(({ name }) => !loaded.includes(name)).map(({ keyword }) => keyword)
    const list = request.purpose === 'search' ? missing : unneeded(loaded, needs, options)
    return said(JSON.stringify(list))
  })
}

type Needs = ToolQuestion['needs']

function unneeded(
  loaded: readonly string[],
  needs: Needs,
  { removes, misspells, random }: PolicyOptions,
): string[] {
  const wanted = new Set(needs.map(({ name }) => name))
  const useless = loaded.filter((name) => !wanted.has(name) && random.chance(removes))
  return useless.map((name) => (random.chance(misspells) ? name.toUpperCase() : name))
}

function workStep(
  { messages, tools = [] }: ModelRequest,
  needsOf: ReadonlyMap<string, Needs>,
  options: PolicyOptions,
): Said {
  const at = messages.findLastIndex(({ role }) => role === 'user')
  // The question is one paragraph; what follows it is the state of the work.
  const needs = needsOf.get(messages[at]?.content.split('\n\n')[0] ?? '') ?? []
  const since = messages.slice(at + 1)
  const offered = tools.map(({ name }) => name)
  const called = callsIn(since)
  const calls: ReturnType<typeof call>[] = []
  const useless = unneeded(
    offered.filter((name) => name !== searchName && name !== removeName),
    needs,
    options,
  )
  const refused = since.filter(({ content }) => content.startsWith('Error:')).length
  const mayRemove = offered.includes(removeName) && (since.length === 0 || refused > 0)
  if (mayRemove && useless.length > 0 && called.filter((name) => name === removeName).length <= 1)
    calls.push(call(removeName, { tool_names: useless }))
  const missing = needs.filter(({ name }) => !offered.includes(name)).map(({ keyword }) => keyword)
  const searches = called.filter((name) => name === searchName).length
  if (missing.length > 0 && offered.includes(searchName) && searches < 1 + Math.min(1, refused))
    calls.push(call(searchName, { keywords: missing }))
  if (calls.length > 0) return { ...said(''), calls }
  const open = needs.filter(({ name }) => offered.includes(name) && !called.includes(name))
  return { ...said('That is it.'), calls: open.map(({ name }) => call(name, { period: '2024-Q1' })) }
}

function callsIn(messages: readonly Message[]): string[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' ? (message.calls ?? []).map(({ name }) => name) : [],
  )
}

function call(name: string, given: unknown) {
  return { id: `call_${name}`, name, arguments: given }
}

type Said = Pick<ModelReply, 'text' | 'calls'>

function said(text: string): Said {
  return { text, calls: [] }
}
