/** Laws of recall over any records and questions. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clipTokens, estimateTokens } from '../../../src/memory/recall/records/token-estimate.ts'
import { moments, type RecallQuery, type RecallReply } from '../../../src/memory/recollection.ts'
import type { RecordDraft } from '../../../src/memory/record.ts'
import { utilityOf } from '../../../src/memory/record.ts'
import { episodeDraft, factDraft, lessonDraft } from './records.ts'
import { idsOf, openWorld, type World } from './world.ts'

const words = [
  'pool',
  'socket',
  'timeout',
  'theme',
  'colour',
  'close',
  'leak',
  'retry',
  'Pool.take',
  'src/pool.ts',
]
const text = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 12 })
  .map((found) => found.join(' '))
const status = fc.constantFrom('active', 'stale', 'contested', 'candidate', 'superseded', 'archived')
const anchors = [{ path: 'src/pool.ts', symbol: 'Pool.take', blob: 'aa', commit: null }]

const draft: fc.Arbitrary<RecordDraft> = fc
  .record({
    kind: fc.constantFrom('fact', 'lesson', 'episode'),
    text,
    cue: text,
    status,
    pinned: fc.boolean(),
    inhibited: fc.constantFrom(false, false, true),
    validFrom: fc.integer({ min: 0, max: 100 }),
    branch: fc.constantFrom(null, null, 'topic', 'other'),
    cites: fc.boolean(),
    session: fc.constantFrom('s1', 's2'),
  })
  .map(({ kind, cue, cites, session, ...rest }) => {
    const more = { ...rest, anchors: cites ? anchors : [] } as const
    if (kind === 'fact') return factDraft(rest.text, more)
    if (kind === 'lesson') return lessonDraft(cue, rest.text, more)
    return episodeDraft(rest.text, { sessionId: session, goal: rest.text, endedAt: rest.validFrom }, more)
  })

const question: fc.Arbitrary<RecallQuery> = fc.record(
  {
    text,
    moment: fc.constantFrom(...moments),
    limit: fc.integer({ min: 1, max: 8 }),
    budget: fc.integer({ min: 1, max: 900 }),
    repair: fc.boolean(),
    shadow: fc.boolean(),
    before: fc.integer({ min: 0, max: 120 }),
    sessionId: fc.constantFrom('s1', 's2'),
    path: fc.constant('src/pool.ts'),
    output: fc.constant('PoolError: leak'),
  },
  { requiredKeys: ['text', 'moment', 'limit', 'budget'] },
)

const drafts = fc.array(draft, { maxLength: 14 })
const timeless = ({ milliseconds, ...rest }: RecallReply) => rest

async function inWorld(
  records: readonly RecordDraft[],
  work: (world: World) => Promise<void>,
): Promise<void> {
  const world = openWorld()
  try {
    world.fill(records)
    await work(world)
  } finally {
    world.close()
  }
}

test('never more than the budget and the limit, nothing twice, nothing that may not be seen; always the same', async () => {
  await fc.assert(
    fc.asyncProperty(drafts, question, (records, query) =>
      inWorld(records, async (world) => {
        const reply = await world.recall(query, { branches: ['topic'] })
        assert.ok(estimateTokens(reply.block) <= query.budget)
        const all = /All \d+ facts/.test(reply.regime)
        if (!all) assert.ok(reply.memories.length <= query.limit)
        assert.equal(new Set(idsOf(reply.memories)).size, reply.memories.length)
        for (const { record, why, factors } of reply.memories) {
          assert.ok(['active', 'stale', 'contested'].includes(record.status))
          assert.equal(record.inhibited, false)
          assert.notEqual(record.branch, 'other')
          assert.ok(record.validFrom < (query.before ?? Number.POSITIVE_INFINITY))
          assert.notEqual(record.episode?.goal.trim(), query.text.trim())
          if (query.sessionId !== undefined) assert.notEqual(record.episode?.sessionId, query.sessionId)
          assert.ok(why !== '' && factors.anchor > 0)
        }
        for (const { record } of reply.shadow) assert.equal(record.status, 'candidate')
        for (const { why } of reply.cut) assert.match(why, /^Left out/)
        assert.equal(
          reply.nothingFound === undefined,
          reply.memories.length + reply.demonstrations.length > 0,
        )
        assert.deepEqual(timeless(await world.recall(query, { branches: ['topic'] })), timeless(reply))
      }),
    ),
    { numRuns: 60 },
  )
})

test('a record that helped never falls, all else equal', async () => {
  const active = drafts.map((all) =>
    all.map((one): RecordDraft => ({ ...one, status: 'active', inhibited: false })),
  )
  await fc.assert(
    fc.asyncProperty(active, text, fc.nat(), (records, asked, which) =>
      inWorld(records, async (world) => {
        const query = { text: asked, limit: 50, budget: 20_000 }
        const before = (await world.recall(query)).memories
        const chosen = before[which % Math.max(1, before.length)]
        if (chosen === undefined) return
        world.count(chosen.record, { helped: 1 })
        const after = (await world.recall(query)).memories
        const place = (found: typeof before) => idsOf(found).indexOf(chosen.record.id)
        assert.ok(place(after) >= 0 && place(after) <= place(before))
      }),
    ),
    { numRuns: 40 },
  )
})

test('utility is neutral at first, rises with help and falls with harm', () => {
  const count = fc.double({ min: 0, max: 1e4, noNaN: true })
  assert.equal(utilityOf({ helped: 0, hurt: 0 }), 0.5)
  fc.assert(
    fc.property(count, count, (helped, hurt) => {
      const utility = utilityOf({ helped, hurt })
      assert.ok(utility > 0 && utility < 1)
      assert.ok(utilityOf({ helped: helped + 1, hurt }) > utility)
      assert.ok(utilityOf({ helped, hurt: hurt + 1 }) < utility)
    }),
  )
})

test('what is shown more often rises to the top when it helps each time, and what hurts sinks', async () => {
  await inWorld([], async (world) => {
    const many = world.fill(
      Array.from({ length: 6 }, (_, at) => factDraft(`pool trick ${at} of kind ${at * 37}`)),
    )
    const planted = many[4]
    assert.ok(planted !== undefined)
    for (let turn = 0; turn < 6; turn++) {
      const { memories } = await world.recall({ text: 'pool trick', limit: 6 })
      for (const { record } of memories) {
        world.count(record, record.id === planted.id ? { helped: 1 } : { hurt: 1 / 5 })
      }
    }
    assert.equal((await world.recall({ text: 'pool trick', limit: 6 })).memories[0]?.record.id, planted.id)
  })
})

test('clipped texts fit, and short ones stay whole', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 1, max: 60 }),
      (long, most) => {
        const clipped = clipTokens(long, most)
        assert.ok(estimateTokens(clipped) <= most)
        if (estimateTokens(long) <= most) assert.equal(clipped, long)
      },
    ),
  )
})
