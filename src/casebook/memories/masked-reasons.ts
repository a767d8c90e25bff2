/** The one place that all events pass on their way into the log: why something was done may hold a secret, too. */

import type { EventDraft, Json } from '../../memory/event.ts'
import { findOwn } from '../../memory/safety/redact.ts'
import { cut, tidySpans } from '../../memory/safety/span.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'

/** Masking can bring two pieces together that look like one secret more. */
const mostRounds = 4

/** The same store; secrets in reasons, payloads and links of what is written through it are masked. Records are masked as they come. */
export function withMaskedReasons(store: MemoryStore): MemoryStore {
  return {
    ...store,
    append: (drafts) => store.append(drafts.map(masked)),
    decide: (work) => store.decide(() => work().map(masked)),
    revert: (seq, actor, reason) => store.revert(seq, actor, maskText(reason)),
    revertAll: (steps, actor) => store.revertAll(maskSteps(steps), actor),
    purge: (ids, actor, reason, events) => store.purge(ids, actor, maskText(reason), events),
  }
}

function* maskSteps(steps: Iterable<{ seq: number; reason: string }>) {
  for (const step of steps) yield { ...step, reason: maskText(step.reason) }
}

function masked(draft: EventDraft): EventDraft {
  const { reason, payload, changes } = draft
  return {
    ...draft,
    reason: maskText(reason),
    ...(payload !== undefined && { payload: maskJson(payload) }),
    changes: changes.map((change) =>
      change.op === 'link' ? { ...change, link: { ...change.link, why: maskText(change.link.why) } } : change,
    ),
  }
}

function maskJson(value: Json): Json {
  if (typeof value === 'string') return maskText(value)
  if (Array.isArray(value)) return value.map(maskJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskJson(item)]))
}

/** Shorter texts are ids, gates and numbers. */
const shortest = 12
const isPlain = /^[0-9A-HJKMNP-TV-Z]{26}$|^[0-9a-f]{40,64}$/

function maskText(text: string): string {
  if (text.length < shortest || isPlain.test(text)) return text
  let current = text
  for (let round = 0; round < mostRounds; round++) {
    const spans = tidySpans(current, findOwn(current))
    if (spans.length === 0) break
    current = cut(current, spans)
  }
  return current
}
