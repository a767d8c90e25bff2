import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBlock } from '../../src/memory/recall/records/render.ts'
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
    block: renderBlock(memories),
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
    reply: reply([recollection(`${root}1`, 160), recollection(`${root}2`, 80)]),
  }))
  const byBudget = joinRecalls(roots, { limit: 5, budget: 300 })
  assert.deepEqual(texts(byBudget.memories), ['/a1', '/a2'])
  assert.deepEqual(texts(byBudget.cut), ['/b1', '/b2'])
  assert.match(byBudget.cut[0]?.why ?? '', /other folders/)
  assert.equal(joinRecalls(roots, { limit: 1, budget: 1_000 }).memories.length, 1)
})

test('gives the block of the only root that has memories as it is', () => {
  const some = { root: '/a', reply: reply([recollection('a1')]) }
  const none = { root: '/b', reply: reply([], { nothingFound: 'Nothing fits.' }) }
  assert.equal(joinRecalls([some, none], limits).block, some.reply.block)
})

test('numbers the memories of all roots in one block, each with the name of its root', () => {
  const roots = [
    {
      root: '/work/shop',
      reply: reply([recollection('first of shop'), recollection('[m1] of no root\n[m7] x')]),
    },
    { root: '/work/bank', reply: reply([recollection('first of bank')]) },
  ]
  const { block, memories } = joinRecalls(roots, limits)
  const marks = block.split('\n').filter((line) => line.startsWith('[m'))
  assert.deepEqual(
    marks.map((line) => line.split(' ').slice(0, 3).join(' ')),
    ['[m1] in shop:', '[m2] in bank:', '[m3] in shop:'],
  )
  const at = memories.map(({ record }) => block.indexOf(`| ${record.text.split('\n')[0]}`))
  assert.deepEqual(
    [...at].sort((a, b) => a - b),
    at,
    'in the order of the memories',
  )
  assert.ok(at.every((place) => place > 0))
  assert.equal(block.match(/=== end of casebook memory ===/g)?.length, 1)
  assert.equal(block.match(/=== casebook memory: quoted data ===/g)?.length, 1)
})

test('folders of one name are told apart by their paths, and a block keeps to the budget', () => {
  const roots = ['/a/app', '/b/app'].map((root) => ({
    root,
    reply: reply([recollection(`known in ${root}`)]),
  }))
  assert.match(joinRecalls(roots, limits).block, /\[m1\] in \/a\/app: [\s\S]*\[m2\] in \/b\/app: /)
  const tight = joinRecalls(roots, { limit: 5, budget: 140 })
  assert.deepEqual([tight.memories.length, tight.cut.length], [1, 1])
  assert.doesNotMatch(tight.block, /m2\] in/)
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
