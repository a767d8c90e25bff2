/** Masks secrets in drafts from the history: many at once, since hardly any holds one. */

import type { RecordDraft } from '../memory/record.ts'
import { redact } from '../memory/safety/redact.ts'
import { redactDeep } from '../memory/safety/redact-deep.ts'

/** Drafts that are looked through as one text. */
const together = 40

/** Each draft with its secrets masked and their number in `masked`. */
export async function maskDrafts(drafts: readonly RecordDraft[]): Promise<RecordDraft[]> {
  const masked: RecordDraft[] = []
  for (let at = 0; at < drafts.length; at += together) {
    const some = drafts.slice(at, at + together)
    if (await areClean(some)) masked.push(...some)
    else for (const draft of some) masked.push(await maskDraft(draft))
  }
  return masked
}

/** One pass over all words that people wrote; the rest is made of paths, ids and numbers. */
async function areClean(drafts: readonly RecordDraft[]): Promise<boolean> {
  const words = drafts.flatMap(({ text, cue, episode, lesson, fact, anchors }) => [
    text,
    cue ?? '',
    episode?.goal ?? '',
    ...(episode?.outcome.evidence ?? []),
    ...(episode?.signatures ?? []),
    ...(episode?.files ?? []).map(({ path }) => path),
    ...(anchors ?? []).map(({ path }) => path),
    ...(lesson?.procedure ?? []),
    fact?.value ?? '',
  ])
  return (await redact(words.join('\n\n'))).masked === 0
}

async function maskDraft(draft: RecordDraft): Promise<RecordDraft> {
  const { text, cue, entities, episode, lesson, fact } = draft
  const { value, masked } = await redactDeep({ text, cue, entities, episode, lesson, fact }, redact)
  if (masked === 0) return draft
  const changed = Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
  // Shas look like keys to no rule, but were one masked, git's name of the commit is the one that counts.
  const patch = draft.episode?.patch ?? null
  const kept = value.episode === undefined ? {} : { episode: { ...value.episode, patch } }
  return { ...draft, ...(changed as Partial<RecordDraft>), ...kept, masked: (draft.masked ?? 0) + masked }
}
