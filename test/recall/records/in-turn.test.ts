/** What recall reads: whole records only as far as somebody looks at them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemoryStore } from '../../../src/memory/store/memory-store.ts'
import { manyDrafts, vocabulary } from './many.ts'
import { factDraft } from './records.ts'
import { openWorld } from './world.ts'

/** The same store, and how many records were read whole through `visible`. */
function counting(store: MemoryStore): { store: MemoryStore; read: () => number } {
  let count = 0
  return {
    store: {
      ...store,
      visible(ids, gate) {
        const records = store.visible(ids, gate)
        count += records.length
        return records
      },
    },
    read: () => count,
  }
}

test('reads no more records than it looks at, and answers as if it had read all', async () => {
  const world = openWorld()
  const say = vocabulary(3)
  world.fill(Array.from({ length: 60 }, () => factDraft(`The frobnicator ${say.words(6)}`)))
  const query = { text: 'what of the frobnicator', limit: 3 }
  const few = counting(world.store)
  const reply = await world.recall(query, { store: few.store })
  assert.equal(reply.memories.length, 3)
  assert.ok(few.read() <= 24, `${few.read()} of 52`)
  // Whoever reads all finds the same ones best.
  const all = await world.recall({ ...query, limit: 15 })
  assert.deepEqual(
    all.memories.slice(0, 3).map(({ record }) => record.id),
    reply.memories.map(({ record }) => record.id),
  )
  world.close()
})

test('says why what was found far down is left out, where the account has room for it', async () => {
  const world = openWorld()
  world.fill(manyDrafts(30))
  const muted = world.put({ ...(manyDrafts(31)[30] as Parameters<typeof world.put>[0]), inhibited: true })
  const reply = await world.recall({ text: muted.text, limit: 1 })
  assert.ok(reply.cut.length > 0)
  assert.ok(reply.cut.every(({ why }) => why.startsWith('Left out: ')))
  world.close()
})
