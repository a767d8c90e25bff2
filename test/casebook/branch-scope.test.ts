/** A memory of a branch, through the door: unseen elsewhere, promoted by a merge, expired with its branch. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Casebook } from '../../src/casebook.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const text = 'Prices in `vat_of` are rounded to whole cents'

interface Branched {
  repo: FixtureRepo
  book: Casebook
  id: string
  /** Goes to a branch, and brings index and memory up to it. */
  look(branch?: string): Promise<void>
  recalled(): Promise<string[]>
  last(): Promise<string>
}

/** Remembered on the branch `feature`, which has a commit of its own. */
async function branched(t: TestContext): Promise<Branched> {
  const repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  t.after(() => repo.cleanup())
  const book = await openMemory(t, repo.dir)
  repo.git('checkout', '--quiet', '-b', 'feature')
  repo.commit('round', { 'shop/tax.py': 'def vat_of(price):\n    return round(price * 0.2)\n' })
  const look = async (branch?: string) => {
    if (branch !== undefined) repo.git('checkout', '--quiet', branch)
    await book.index({ reason: 'test' })
    await book.remember()
  }
  await look()
  const { record, notes } = await book.memories.remember({ text })
  assert.equal(record.branch, 'feature')
  assert.match(notes.join(), /holds on the branch feature until that is merged/)
  return {
    repo,
    book,
    id: record.id,
    look,
    async recalled() {
      const { memories } = await book.memories.recall({ text: 'rounding of vat_of prices', kinds: ['fact'] })
      return memories.map((one) => one.record.text)
    },
    async last() {
      const [event] = (await book.memories.log({ reference: record.id })).filter(
        ({ type }) => type !== 'SHOWN',
      )
      return `${event?.type}: ${event?.reason}`
    },
  }
}

test('holds on its branch alone until that is merged', async (t) => {
  const { repo, book, id, look, recalled, last } = await branched(t)
  assert.deepEqual(await recalled(), [text])
  await look('main')
  assert.deepEqual(await recalled(), [])
  repo.git('merge', '--quiet', '--no-ff', '-m', 'merge feature', 'feature')
  await look()
  assert.deepEqual(await recalled(), [text])
  assert.match(await last(), /^PROMOTED: branch feature was merged into main/)
  assert.equal((await book.memories.show(id)).record.branch, null)
})

test('is promoted by a squash merge, also when the branch is deleted with it', async (t) => {
  const { repo, look, recalled, last } = await branched(t)
  await look('main')
  repo.git('merge', '--quiet', '--squash', 'feature')
  repo.commit('feature, squashed')
  repo.git('branch', '--quiet', '-D', 'feature')
  await look()
  assert.deepEqual(await recalled(), [text])
  assert.match(await last(), /^PROMOTED/)
})

test('expires with a branch that is deleted, visibly and not for ever', async (t) => {
  const { repo, book, id, look, recalled, last } = await branched(t)
  await look('main')
  repo.git('branch', '--quiet', '-D', 'feature')
  await look()
  assert.deepEqual(await recalled(), [])
  assert.match(await last(), /^ARCHIVED: branch feature was deleted without being merged/)
  const { record, history, why } = await book.memories.show(id)
  assert.equal(record.status, 'archived')
  assert.match(why.join(' '), /archived/)
  await book.memories.undo(history.find(({ type }) => type === 'ARCHIVED')?.seq)
  assert.equal((await book.memories.show(id)).record.status, 'active')
  await look()
  assert.equal((await book.memories.show(id)).record.status, 'active', 'what a person brought back stays')
})
