/** Memory forgets by itself, through the door: what hurt more than it helped, and what is too much; each with its reason. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Casebook } from '../../src/casebook.ts'
import type { RecordDraft } from '../../src/memory/record.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { episodeOf } from '../learn/episodes.ts'
import { openMemory } from './open-memory.ts'

const code = { 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' }

/** A lesson that the program made of an episode, and that a check proved. */
async function learned(book: Casebook, text: string): Promise<string> {
  const goal = `${text} in shop/tax.py`
  const { record: ground } = await book.memories.record(episodeOf({ goal, sessionId: text, symbols: ['x'] }))
  const draft: RecordDraft = {
    kind: 'lesson',
    text,
    entities: ['shop/tax.py'],
    confidence: 'verified',
    provenance: { sources: [{ type: 'episode', ref: ground.id }], author: 'indexer', method: 'test' },
    lesson: { polarity: 'do', stream: 'reasoning', role: null, order: null, params: {}, procedure: [] },
  }
  const { record } = await book.memories.record(draft)
  assert.equal(record.status, 'active')
  return record.id
}

const status = async ({ memories }: Casebook, id: string) => (await memories.show(id)).record.status

async function pass(book: Casebook): Promise<void> {
  await book.index({ reason: 'test' })
  await book.remember()
}

test('what hurt more than it helped is archived after a run, once a day, and stays when a person wants it', async (t) => {
  using repo = makeRepo(code)
  const book = await openMemory(t, repo.dir)
  const { memories } = book
  await pass(book)
  const id = await learned(book, 'Round the tax of each line before adding')
  for (let n = 0; n < 5; n++) {
    const sessionId = `asker-${n}`
    await memories.recall({ text: 'rounding the tax of each line', sessionId })
    if (n < 3) await memories.credit({ cited: [id], outcome: 'hurt', sessionId })
  }
  const { counters, lastUsedAt } = (await memories.show(id)).record
  assert.deepEqual([counters.retrieved, counters.cited, counters.hurt], [5, 3, 3])
  assert.ok((lastUsedAt ?? 0) > Date.now() - 60_000)
  await pass(book)
  assert.equal(await status(book, id), 'active', 'looked at today already')
  await memories.distil({ useModel: false })
  assert.equal(await status(book, id), 'archived')
  const [event] = (await memories.show(id)).history
  assert.match(
    `${event?.type}: ${event?.reason}`,
    /^ARCHIVED: recalled 5 times, cited 3 times, helped 0 of 3/,
  )
  await memories.act([id], 'restore')
  await memories.distil({ useModel: false })
  assert.equal(await status(book, id), 'active')
})

test('beyond the capacity the least worth goes, pinned and used ones stay', async (t) => {
  using repo = makeRepo(code)
  const book = await openMemory(t, repo.dir, { settings: { memoryCapacity: 100 } })
  const { memories } = book
  const texts = Array.from({ length: 102 }, (_, n) => `Topic${n} word${n} matters${n} in shop/tax.py`)
  const ids: string[] = []
  for (const text of texts) ids.push((await memories.remember({ text })).record.id)
  await memories.act([ids[0] ?? ''], 'pin')
  await memories.credit({ cited: [ids[1] ?? ''], outcome: 'helped', sessionId: 's' })
  await pass(book)
  const archived = (await memories.list({ statuses: ['archived'], limit: 10 })).records
  assert.equal(archived.length, 2)
  assert.ok(archived.every(({ id }) => id !== ids[0] && id !== ids[1]))
  const [event] = (await memories.show(archived[0]?.id ?? '')).history
  assert.match(event?.reason ?? '', /^more than 100 memories; this one is worth 0\.\d+, the least/)
})
