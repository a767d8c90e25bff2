/** Recall by vectors of records: the graph held to exact search, and the three rankers of demonstrations. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordVectors } from '../../../src/casebook/record-vectors.ts'
import type { Attempt } from '../../../src/memory/episode.ts'
import { defaultRecordRecall } from '../../../src/memory/recall/records/context.ts'
import type { MemoryStore } from '../../../src/memory/store/memory-store.ts'
import { silentLog } from '../../store/vector-fixtures.ts'
import { manyDrafts } from './many.ts'
import { episodeDraft, factDraft, lessonDraft } from './records.ts'
import { idsOf, openWorld } from './world.ts'

const gate = { branches: [], statuses: ['active'] } as const

function vectorsOf(store: MemoryStore, vectorSearch: 'exact' | 'hnsw' | 'auto'): RecordVectors {
  const settings = { exactSearchLimit: 100_000, memoryLimitMb: 600, vectorSearch }
  return new RecordVectors({ store, folder: null, settings, log: silentLog })
}

test('the graph finds what exact search finds: at least 95 of 100 among 2,000 records', async () => {
  const world = openWorld()
  // Short ones: what takes time here is the embedding.
  const records = world.fill(manyDrafts(5_000).filter(({ kind }) => kind !== 'episode'))
  assert.equal(records.length, 2_000)
  const exact = vectorsOf(world.store, 'exact')
  const graph = vectorsOf(world.store, 'hnsw')
  await exact.fill()
  assert.equal((await graph.settle()).kind, 'hnsw')
  let found = 0
  let wanted = 0
  for (let turn = 0; turn < 40; turn++) {
    const text = records[turn * 47]?.text ?? ''
    const truth = idsFound(await exact.nearest(text, gate, 10))
    const near = new Set(idsFound(await graph.nearest(text, gate, 10)))
    wanted += truth.length
    found += truth.filter((id) => near.has(id)).length
  }
  assert.ok(wanted >= 100, `${wanted} near ones`)
  assert.ok(found >= 0.95 * wanted, `${found} of ${wanted}`)
  assert.equal(exact.regime().kind, 'exact')
  await exact.close()
  await graph.close()
  world.close()
})

const idsFound = (found: readonly { id: string }[]) => found.map(({ id }) => id)

test('recall gives the same answer by either way of search, and says which', async () => {
  const world = openWorld()
  const cue = world.put(lessonDraft('connections hang when the pool is exhausted', 'Raise the limit.'))
  world.fill([factDraft('Colours come from the theme file.'), factDraft('Dates are stored in UTC.')])
  const answers = []
  for (const way of ['exact', 'hnsw'] as const) {
    const vectors = vectorsOf(world.store, way)
    const regime = await vectors.settle()
    const { memories, regime: told } = await world.recall(
      { text: 'exhausted connection pools' },
      { vectors: (text, asked, limit) => vectors.nearest(text, asked, limit), regime: () => regime.kind },
    )
    assert.deepEqual(idsOf(memories), [cue.id])
    assert.ok(memories[0]?.channels.some(({ channel }) => channel === 'vector'))
    assert.ok(told.includes(way))
    answers.push(memories)
    await vectors.close()
  }
  assert.deepEqual(answers[0], answers[1])
  world.close()
})

test('demonstrations come by words, by vectors or by both, and each says by which', async () => {
  const world = openWorld()
  const attempts = (right: string): Attempt[] =>
    [false, true].map((passed) => ({
      kind: 'patch',
      content: { text: passed ? right : `wrong ${right}` },
      feedback: null,
      exitCode: null,
      passed,
      analysis: '',
      advice: '',
      files: [],
      at: null,
    }))
  world.fill([
    episodeDraft('pool pool pool timeout', { attempts: attempts('a') }),
    episodeDraft('timeouts of pooled connections when pooling', { attempts: attempts('b') }),
    episodeDraft('the colour of a button in the theme', { attempts: attempts('c') }),
  ])
  const vectors = vectorsOf(world.store, 'exact')
  await vectors.fill()
  const rankers = ['bm25', 'hnsw', 'hybrid'] as const
  for (const ranker of rankers) {
    const { demonstrations } = await world.recall(
      { text: 'connection pooling timeouts', moment: 'refine-patch', attempt: 'pool' },
      {
        vectors: (text, asked, limit) => vectors.nearest(text, asked, limit),
        settings: { ...defaultRecordRecall, demonstrations: 3, ranker },
      },
    )
    assert.ok(demonstrations.length > 0)
    for (const one of demonstrations) {
      assert.equal(one.ranker, ranker)
      assert.equal(ranker === 'hnsw' && one.parts.vector === undefined, false)
    }
  }
  await vectors.close()
  world.close()
})
