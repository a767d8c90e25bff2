import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecallReply, Recollection } from '../../src/memory/recollection.ts'
import { joinRecalls } from '../../src/service/recall-fusion.ts'
import { sampleRecord } from '../extension/memory-samples.ts'

function recollection(text: string, tokens = 10): Recollection {
  return {
    record: sampleRecord({ text }),
    score: 1,
    freshness: 'fresh',
    anchors: [],
    channels: [],
    factors: { utility: 0.5, anchor: 1, kind: 1 },
    tokens,
    why: 'found',
  }
}

function reply(memories: Recollection[], fields: Partial<RecallReply> = {}): RecallReply {
  return {
    memories,
    demonstrations: [],
    cut: [],
    shadow: [],
    unknown: [],
    block: memories.length > 0 ? 'a block' : '',
    regime: 'exact',
    milliseconds: 1,
    ...fields,
  }
}

const limits = { limit: 5, budget: 1_000 }
const texts = (list: readonly Recollection[]) => list.map(({ record }) => record.text)

test('takes the first of each root, then the second, each with its root', () => {
  const joined = joinRecalls(
    [
      { root: '/a', reply: reply([recollection('a1'), recollection('a2')]) },
      { root: '/b', reply: reply([recollection('b1')]) },
    ],
    limits,
  )
  assert.deepEqual(texts(joined.memories), ['a1', 'b1', 'a2'])
  assert.deepEqual(
    joined.memories.map(({ root }) => root),
    ['/a', '/b', '/a'],
  )
})

test('keeps to one limit and one budget, and lists what it left out with why', () => {
  const roots = ['/a', '/b'].map((root) => ({
    root,
    reply: reply([recollection(`${root}1`, 60), recollection(`${root}2`, 30)]),
  }))
  const byBudget = joinRecalls(roots, { limit: 5, budget: 100 })
  assert.deepEqual(texts(byBudget.memories), ['/a1', '/a2'])
  assert.deepEqual(texts(byBudget.cut), ['/b1', '/b2'])
  assert.match(byBudget.cut[0]?.why ?? '', /other folders/)
  assert.equal(joinRecalls(roots, { limit: 1, budget: 1_000 }).memories.length, 1)
})

test('gives the block of the only root that has memories, and none where citations would clash', () => {
  const some = { root: '/a', reply: reply([recollection('a1')]) }
  const none = { root: '/b', reply: reply([], { nothingFound: 'Nothing fits.' }) }
  assert.equal(joinRecalls([some, none], limits).block, 'a block')
  assert.equal(joinRecalls([some, { ...some, root: '/b' }], limits).block, '')
})

test('says that nothing was found only where no root found anything', () => {
  const none = (why: string) => ({ root: why, reply: reply([], { nothingFound: why }) })
  const some = { root: '/a', reply: reply([recollection('a1')]) }
  assert.equal(joinRecalls([none('No key.'), some], limits).nothingFound, undefined)
  assert.equal(joinRecalls([none('No key.'), none('No key.')], limits).nothingFound, 'No key.')
})

test('calls a key unknown that no root knows', () => {
  const root = (name: string, unknown: string[]) => ({ root: name, reply: reply([], { unknown }) })
  assert.deepEqual(joinRecalls([root('/a', ['x.py', 'y.py']), root('/b', ['y.py'])], limits).unknown, [
    'y.py',
  ])
})

test('gives as many demonstrations as one root, the best of all', () => {
  const demonstration = (score: number) => ({
    episodeId: 'e',
    kind: 'patch' as const,
    issue: '',
    wrong: null,
    feedback: null,
    right: '',
    endedAt: 0,
    verified: true,
    score,
    parts: {},
    ranker: 'bm25',
  })
  const roots = [0.2, 0.9].map((score) => ({
    root: String(score),
    reply: reply([], { demonstrations: [demonstration(score)] }),
  }))
  assert.deepEqual(
    joinRecalls(roots, limits).demonstrations.map(({ score }) => score),
    [0.9],
  )
})
