import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuseLinearly, fuseRanks, type RankedList, type ScoreColumn } from '../../src/memory/recall/fuse.ts'

const scores = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 6, maxLength: 6 })
const columns: fc.Arbitrary<ScoreColumn[]> = fc
  .array(fc.tuple(fc.integer({ min: -30, max: 30 }), scores), { minLength: 1, maxLength: 5 })
  .map((list) =>
    list.map(([weight, values], index) => ({
      channel: `c${index}`,
      weight: weight / 10,
      scores: Float64Array.from(values),
    })),
  )
const candidates = [0, 1, 2, 3, 4, 5]
const key = (at: number) => `file${at}`

const lists: fc.Arbitrary<RankedList<string>[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'])), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) =>
    all.map(([weight, items], index) => ({
      channel: `c${index}`,
      weight: weight / 10,
      entries: items.map((item, place) => ({ item, score: 10 - place })),
    })),
  )

function near(a: number, b: number): void {
  assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`)
}

test('the contributions of a linear fusion add up to the score', () => {
  fc.assert(
    fc.property(columns, (given) => {
      for (const { score, explain } of fuseLinearly(given, candidates, key)) {
        near(
          score,
          explain.reduce((sum, part) => sum + part.contribution, 0),
        )
      }
    }),
  )
})

test('the contributions of a rank fusion add up to the score', () => {
  fc.assert(
    fc.property(lists, (given) => {
      for (const { score, explain } of fuseRanks(
        given,
        (item) => item,
        (item) => (item === 'a' ? 0.5 : 1),
      )) {
        near(
          score,
          explain.reduce((sum, part) => sum + part.contribution, 0),
        )
      }
    }),
  )
})

test('more evidence in one channel never makes a rank worse', () => {
  fc.assert(
    fc.property(columns, fc.nat({ max: 5 }), fc.integer({ min: 1, max: 20 }), (given, item, more) => {
      const positive = given.map((column) => ({ ...column, weight: Math.abs(column.weight) }))
      const [first] = positive
      if (first === undefined) return
      const top = Math.max(...first.scores)
      if ((first.scores[item] ?? 0) + more > top) return
      const raised = Float64Array.from(first.scores)
      raised[item] = (raised[item] ?? 0) + more
      const place = (list: ScoreColumn[]) =>
        fuseLinearly(list, candidates, key).findIndex((one) => one.item === item)
      assert.ok(place([{ ...first, scores: raised }, ...positive.slice(1)]) <= place(positive))
    }),
  )
})

test('equal input gives equal output, whatever the order of the candidates', () => {
  fc.assert(
    fc.property(columns, (given) => {
      const forwards = fuseLinearly(given, candidates, key).map(({ item }) => item)
      const backwards = fuseLinearly(given, [...candidates].reverse(), key).map(({ item }) => item)
      assert.deepEqual(forwards, backwards)
    }),
  )
})

test('an item that leads every list leads the fusion', () => {
  fc.assert(
    fc.property(lists, (given) => {
      const led = given.map((list) => ({ ...list, entries: [{ item: 'z', score: 99 }, ...list.entries] }))
      assert.equal(fuseRanks(led, (item) => item)[0]?.item, 'z')
    }),
  )
})
