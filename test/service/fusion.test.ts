import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuseByRank } from '../../src/service/fusion.ts'

test('takes the first of each root, then the second of each', () => {
  const app = ['a1', 'a2', 'a3'].map((id, at) => ({ id, score: 900 - at }))
  const docs = ['d1', 'd2'].map((id, at) => ({ id, score: 0.2 - at / 10 }))
  assert.deepEqual(
    fuseByRank([app, docs]).map(({ id }) => id),
    ['a1', 'd1', 'a2', 'd2', 'a3'],
  )
})

test('keeps every item once and the order within its root', () => {
  const lists = fc.array(
    fc.array(fc.record({ id: fc.nat(), score: fc.double({ noNaN: true }) }), { maxLength: 8 }),
  )
  fc.assert(
    fc.property(lists, (input) => {
      const marked = input.map((list, root) => list.map((item, at) => ({ ...item, root, at })))
      const fused = fuseByRank(marked)
      assert.equal(fused.length, marked.flat().length)
      for (const root of marked.keys()) {
        const places = fused.filter((item) => item.root === root).map(({ at }) => at)
        assert.deepEqual(places, [...places.keys()])
      }
    }),
  )
})
