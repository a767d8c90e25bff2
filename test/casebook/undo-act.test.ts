/** Undo of an act by any of its events: all that was written for it goes, once. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const words = ['Prices of shop/tax.py are net.', 'Rates come from the ministry.', 'Carts round once.']

test('whole: an act goes with all its events, whichever of them is named; without it one event alone', async (t) => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const { memories } = await openMemory(t, repo.dir)
  const actor = { type: 'agent', name: 'codex' } as const
  const ids: string[] = []
  for (const text of words)
    ids.push((await memories.remember({ text, cites: ['shop/tax.py'], actor })).record.id)
  const statuses = async () =>
    (await Promise.all(ids.map((id) => memories.show(id)))).map(({ record }) => record.status)
  const accept = async () => {
    await memories.act(ids, 'accept')
    return (await memories.log({})).filter(({ type }) => type === 'ACTIVATED').slice(0, ids.length)
  }
  for (const named of [0, 1, 2]) {
    const events = await accept()
    assert.deepEqual(await statuses(), ['active', 'active', 'active'])
    await memories.undo(events[named]?.seq ?? 0, { whole: true })
    assert.deepEqual(await statuses(), ['candidate', 'candidate', 'candidate'])
    await assert.rejects(memories.undo(events[named]?.seq ?? 0, { whole: true }), /undone already/)
  }
  const [newest] = await accept()
  await memories.undo(newest?.seq)
  assert.equal((await statuses()).filter((status) => status === 'active').length, 2)
  await memories.undo(newest?.seq === undefined ? 0 : newest.seq - 1, { whole: true })
  assert.deepEqual(await statuses(), ['candidate', 'candidate', 'candidate'])
})
