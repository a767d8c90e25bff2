/** Masks secrets once more on the way out: rules get better after a text was stored. */

import type { Recollection } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import type { Redact } from '../../safety/redact.ts'

/** Stands between texts that are masked in one go: a rule set takes a while to start. */
const seam = '\n\u241e\u241e\u241e\n'

/** The texts without secrets, in their order. */
export async function maskAll(redact: Redact, texts: readonly string[]): Promise<string[]> {
  if (texts.length === 0) return []
  const masked = (await redact(texts.join(seam))).text.split(seam)
  if (masked.length === texts.length) return masked
  // A secret that seems to go on over a seam: then one by one.
  return Promise.all(texts.map(async (text) => (await redact(text)).text))
}

/** What a reader of the reply may print: the words of the record, its procedure and its goal. */
export async function maskRecollections(
  redact: Redact,
  found: readonly Recollection[],
): Promise<Recollection[]> {
  const fields = found.map(({ record }) => wordsOf(record))
  const masked = await maskAll(redact, fields.flat())
  let at = 0
  return found.map((one, index) => {
    const count = fields[index]?.length ?? 0
    const words = masked.slice(at, at + count)
    at += count
    return { ...one, record: withWords(one.record, words) }
  })
}

function wordsOf({ text, cue, lesson, fact, episode }: MemoryRecord): string[] {
  const own = [...(lesson?.procedure ?? [])]
  if (fact?.value != null) own.push(fact.value)
  if (episode !== undefined) own.push(episode.goal, ...episode.signatures)
  return [text, cue, ...own]
}

function withWords(record: MemoryRecord, [text = '', cue = '', ...own]: readonly string[]): MemoryRecord {
  const { lesson, fact, episode } = record
  const [first = '', ...rest] = own
  return {
    ...record,
    text,
    cue,
    ...(lesson !== undefined && { lesson: { ...lesson, procedure: own } }),
    ...(fact?.value != null && { fact: { ...fact, value: first } }),
    ...(episode !== undefined && { episode: { ...episode, goal: first, signatures: rest } }),
  }
}
