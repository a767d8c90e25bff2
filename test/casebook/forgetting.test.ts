/** Forgetting through the door: who is told that cleaning is not over, and what "from there" takes. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const code = { 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' }

test('whoever forgets is told when another process keeps the files from being cleaned', async (t) => {
  using repo = makeRepo(code)
  const book = await openMemory(t, repo.dir)
  const { memories } = book
  const { record } = await memories.remember({ text: '`vat_of` in shop/tax.py takes a xylophone.' })
  const reader = new DatabaseSync(join(repo.dir, '.git/casebook/memory.db'))
  reader.exec('begin')
  reader.prepare('select * from event').get()
  const blocked = await memories.forget([record.id], 'private')
  assert.equal(blocked.forgotten, 1)
  assert.match(blocked.notes.join(), /Another process .* opened the next time/)
  await assert.rejects(memories.show(record.id), { name: 'UserError' })
  reader.close()
  await book.close()
  const again = await openMemory(t, repo.dir)
  const { record: other } = await again.memories.remember({ text: '`vat_of` in shop/tax.py takes euros.' })
  assert.deepEqual((await again.memories.forget([other.id], 'private')).notes, [])
})
