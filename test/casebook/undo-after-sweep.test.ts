/** An act can be undone although the code moved on since: what was noted about the code goes with it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const before = { 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' }
const after = { 'shop/tax.py': 'def vat_of(price):\n    return max(0, price) * 0.2\n' }

test('undoes what was remembered after its code changed', async (t) => {
  using repo = makeRepo(before)
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  const { memories } = book
  const { record } = await memories.remember({ text: '`vat_of` in shop/tax.py takes a net price.' })
  repo.write(after)
  await book.touch(['shop/tax.py'])
  const status = async () => (await memories.show(record.id)).record.status
  assert.ok(await eventually(async () => (await status()) === 'stale'))
  await memories.act([record.id], 'pin')
  const [pinned] = await memories.log({ limit: 1 })
  await memories.undo(pinned?.seq)
  assert.equal(await status(), 'stale', 'a pin has nothing to do with it')
  const made = (await memories.log({ reference: record.id })).at(-1)
  await memories.undo(made?.seq)
  await assert.rejects(memories.show(record.id), { name: 'UserError' })
})

test('still names the act of a person that must be undone first', async (t) => {
  using repo = makeRepo(before)
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  const { memories } = book
  const { record } = await memories.remember({ text: '`vat_of` in shop/tax.py takes a net price.' })
  const [made] = await memories.log({ reference: record.id })
  await memories.edit(record.id, { text: '`vat_of` in shop/tax.py takes a gross price.' })
  await assert.rejects(memories.undo(made?.seq), /REVISED/)
})
