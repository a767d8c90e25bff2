/** An episode that was cited and helped, while nothing says what it taught, becomes one note when distilling next. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

test('a cited episode of the history that helped becomes exactly one candidate with it as the evidence', async (t) => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  repo.commit('Fix negative tax of free items (#12)', {
    'shop/tax.py': 'def vat_of(price):\n    return max(0, price * 0.2)\n',
  })
  const book = await openMemory(t, repo.dir)
  const { memories } = book
  await book.index({ reason: 'test' })
  await book.remember()
  const lessons = async () =>
    (await memories.list({ limit: 500 })).records.filter(({ tags }) => tags.includes('reconsolidation'))
  const [episode] = (await memories.list({ kinds: ['episode'] })).records
  const id = episode?.id ?? ''
  await memories.credit({ cited: [id], outcome: 'hurt', sessionId: 's1' })
  await memories.distil({ useModel: false })
  assert.deepEqual(await lessons(), [], 'what did not help teaches nothing')
  for (const sessionId of ['s2', 's3']) await memories.credit({ cited: [id], outcome: 'helped', sessionId })
  const first = await memories.distil({ useModel: false })
  assert.deepEqual([first.admitted, first.rejected], [1, {}])
  const [note, ...more] = await lessons()
  assert.deepEqual(more, [])
  assert.equal(note?.status, 'candidate')
  assert.deepEqual(note?.provenance.sources, [{ type: 'episode', ref: id }])
  assert.match(note?.text ?? '', /negative tax of free items.* shop\/tax\.py/)
  assert.deepEqual(
    note?.anchors.map(({ path }) => path),
    ['shop/tax.py'],
  )
  await memories.distil({ useModel: false })
  await memories.act([note?.id ?? ''], 'reject')
  await memories.distil({ useModel: false })
  assert.equal((await lessons()).length, 1, 'a note that a person turned away is not made again')
})
