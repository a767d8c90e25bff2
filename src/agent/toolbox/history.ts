/** Shortens a long chat at the start of a turn. Messages only: the tools at hand are none of its business. */

import type { Message } from '../../llm/model.ts'
import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'

/** Everything that must stay together: a user's message, or an answer with the results of all its calls. */
type Group = Message[]

/** What is kept, and what must go, both in order. */
export interface Cut {
  dropped: Message[]
  kept: Message[]
}

/**
 * Whole turns go first, oldest first. Where the last turn alone is too long its oldest steps go, and its question
 * stays. No call is ever parted from its results.
 */
export function cutHistory(messages: readonly Message[], mostTokens: number): Cut {
  const turns = turnsOf(groupsOf(messages))
  const dropped: Message[] = []
  while (turns.length > 1 && tokensOf(turns.flat(2)) > mostTokens)
    dropped.push(...(turns.shift() ?? []).flat())
  const [only, ...others] = turns
  if (only === undefined || others.length > 0) return { dropped, kept: turns.flat(2) }
  const [question, ...steps] = only
  while (steps.length > 0 && tokensOf([question ?? [], ...steps].flat()) > mostTokens)
    dropped.push(...(steps.shift() ?? []))
  return { dropped, kept: [question ?? [], ...steps].flat() }
}

export function tokensOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0)
}

const opening = 'Summary of what was said before:'

/** A summary takes the place of what it sums up, at the beginning. */
export function withSummary(kept: readonly Message[], summary: string): Message[] {
  return [{ role: 'user', content: `${opening}\n${summary}` }, ...kept]
}

/** Messages as a model reads them that sums them up: text only, so that no call is left without its result. */
export function transcript(messages: readonly Message[]): string {
  return messages.map((message) => `${message.role}: ${textOf(message)}`).join('\n\n')
}

/** Answers of calls that never came: a turn that was stopped must not leave them open. */
export function closeCalls(messages: readonly Message[], content: string): Message[] {
  return groupsOf(messages).flatMap((group) => {
    const [first] = group
    if (first?.role !== 'assistant') return group
    const answered = new Set(group.flatMap((message) => (message.role === 'tool' ? [message.callId] : [])))
    const open = (first.calls ?? []).filter(({ id }) => !answered.has(id))
    return [...group, ...open.map(({ id, name }) => ({ role: 'tool' as const, callId: id, name, content }))]
  })
}

function groupsOf(messages: readonly Message[]): Group[] {
  const groups: Group[] = []
  for (const message of messages) {
    if (message.role === 'tool') groups.at(-1)?.push(message)
    else groups.push([message])
  }
  return groups
}

function turnsOf(groups: readonly Group[]): Group[][] {
  const turns: Group[][] = []
  for (const group of groups) {
    const last = turns.at(-1)
    if (group[0]?.role === 'user' || last === undefined) turns.push([group])
    else last.push(group)
  }
  return turns
}

function textOf(message: Message): string {
  if (message.role !== 'assistant' || message.calls === undefined) return message.content
  const calls = message.calls.map(({ name, arguments: given }) => `${name}(${JSON.stringify(given)})`)
  return [message.content, ...calls].filter(Boolean).join('\n')
}
