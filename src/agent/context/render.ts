/** The prompt of a working memory: what never changes, the transcript, and at its very end what changes each step. */

import type { Message } from '../../llm/model.ts'
import type { Prompt } from './context.ts'
import type { Entry } from './entries.ts'

export interface Rendered {
  system: string
  /** Brief and lessons: data, so a message of the user. */
  head: string
  entries: readonly Entry[]
  /** The state of the work. */
  tail: () => string
}

/**
 * The tail changes with every step and is never cached: it comes only where it is so small a share of the transcript. A
 * shorter one says it all itself.
 */
const tailShare = 1 / 25

/** No message of a user follows another: some models refuse that. The tail goes into the last message for the same reason. */
export function render({ system, head, entries, tail }: Rendered): Prompt {
  const messages: Message[] = head === '' ? [] : [{ role: 'user', content: head }]
  for (const { message } of entries) {
    const last = messages.at(-1)
    if (last?.role === 'user' && message.role === 'user')
      messages[messages.length - 1] = joined(last, message.content)
    else messages.push(message)
  }
  const size = entries.reduce((sum, entry) => sum + entry.size, 0)
  const last = messages.at(-1)
  if (last === undefined || last.role === 'assistant' || size * tailShare < shortestTail)
    return { system, messages }
  const state = tail()
  if (JSON.stringify(state).length > size * tailShare) return { system, messages }
  return { system, messages: [...messages.slice(0, -1), joined(last, state)] }
}

/** Below it even a state of which nothing is known does not fit, and need not be made. */
const shortestTail = 200

function joined<M extends Message>(message: M, more: string): M {
  return { ...message, content: `${message.content}\n\n${more}` }
}
