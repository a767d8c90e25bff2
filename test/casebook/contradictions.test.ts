/** Opposite advice of one person, through the door: both are shown as contested until the person decides. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

test('always and never about the same thing are contested, told at once, and decided by the person', async (t) => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const { memories } = await openMemory(t, repo.dir)
  const cites = ['shop/tax.py']
  const always = await memories.remember({
    text: 'Always cache tax rates',
    polarity: 'do',
    cue: 'tax',
    cites,
  })
  const never = await memories.remember({
    text: 'Never cache tax rates',
    polarity: 'avoid',
    cue: 'tax',
    cites,
  })
  assert.match(never.notes.join(), /contradicts another memory/)
  const { contested } = await memories.review()
  assert.deepEqual(
    contested.flatMap(({ one, other }) => [one.id, other.id]).sort(),
    [always.record.id, never.record.id].sort(),
  )
  await memories.decide(never.record.id, always.record.id, 'supersede')
  assert.equal((await memories.show(always.record.id)).record.status, 'superseded')
  assert.equal((await memories.show(never.record.id)).record.status, 'active')
})
