/** A memory of a branch that is merged while the branch stays, and that no sweep saw apart from the default branch. */

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Casebook } from '../../src/casebook.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const text = 'Prices in `vat_of` are rounded to whole cents'
const rounded = { 'shop/tax.py': 'def vat_of(price):\n    return round(price * 0.2)\n' }

/** On the new branch `feature/w`, with an index of `main` only. */
async function onBranch(t: TestContext): Promise<{ repo: FixtureRepo; book: Casebook }> {
  const repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  t.after(() => repo.cleanup())
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  repo.git('checkout', '--quiet', '-b', 'feature/w')
  return { repo, book }
}

async function note(book: Casebook): Promise<void> {
  const { record } = await book.memories.remember({ text })
  assert.equal(record.branch, 'feature/w')
}

/** What is recalled on `main`, after one index there. */
async function recalledOnMain(book: Casebook): Promise<string[]> {
  await book.index({ reason: 'test' })
  await book.remember()
  const { memories } = await book.memories.recall({ text: 'rounding of vat_of prices', kinds: ['fact'] })
  return memories.map((one) => one.record.text)
}

function merge(repo: FixtureRepo, ...options: string[]): void {
  repo.git('checkout', '--quiet', 'main')
  repo.git('merge', '--quiet', ...options, 'feature/w')
}

for (const how of [['--ff-only'], ['--no-ff', '-m', 'merge']]) {
  test(`is promoted by the first index after a merge with ${how[0]}, though the branch stays`, async (t) => {
    const { repo, book } = await onBranch(t)
    repo.commit('round', rounded)
    await note(book)
    merge(repo, ...how)
    assert.deepEqual(await recalledOnMain(book), [text])
  })

  test(`so is one that was noted before the branch's first commit, with ${how[0]}`, async (t) => {
    const { repo, book } = await onBranch(t)
    repo.write(rounded)
    await note(book)
    repo.commit('round', rounded)
    merge(repo, ...how)
    assert.deepEqual(await recalledOnMain(book), [text])
  })
}

test('a branch without commits of its own is not merged, also when it follows the default one', async (t) => {
  const { repo, book } = await onBranch(t)
  await note(book)
  repo.git('checkout', '--quiet', 'main')
  assert.deepEqual(await recalledOnMain(book), [])
  repo.commit('round', rounded)
  repo.git('checkout', '--quiet', 'feature/w')
  repo.git('merge', '--quiet', '--ff-only', 'main')
  repo.git('checkout', '--quiet', 'main')
  assert.deepEqual(await recalledOnMain(book), [])
})

test('a commit that was dropped from the branch is not merged', async (t) => {
  const { repo, book } = await onBranch(t)
  repo.commit('round', rounded)
  await note(book)
  repo.git('reset', '--quiet', '--hard', 'main')
  repo.git('checkout', '--quiet', 'main')
  assert.deepEqual(await recalledOnMain(book), [])
})

test('a rebase before a fast-forward merge hides nothing', async (t) => {
  const { repo, book } = await onBranch(t)
  repo.commit('round', rounded)
  await note(book)
  repo.git('checkout', '--quiet', 'main')
  repo.commit('other', { 'other.py': 'a = 1\n' })
  repo.git('rebase', '--quiet', 'main', 'feature/w')
  merge(repo, '--ff-only')
  assert.deepEqual(await recalledOnMain(book), [text])
})

test('the same file from another branch does not merge this one, which has changes besides', async (t) => {
  const { repo, book } = await onBranch(t)
  const same = { 'shop/rates.py': 'low = 0.07\n' }
  repo.commit('round', { ...rounded, ...same })
  await note(book)
  repo.git('checkout', '--quiet', '-b', 'other', 'main')
  repo.commit('rates', same)
  repo.git('checkout', '--quiet', 'main')
  repo.git('merge', '--quiet', '--no-ff', '-m', 'merge other', 'other')
  assert.deepEqual(await recalledOnMain(book), [])
  merge(repo, '--no-ff', '-m', 'merge')
  assert.deepEqual(await recalledOnMain(book), [text])
})

/** As after a fetch, in another clone, or when they expired. */
const withoutLogs = (repo: FixtureRepo) =>
  rmSync(join(repo.dir, '.git/logs'), { recursive: true, force: true })

test('a merge that made a commit is seen without any log of the branch', async (t) => {
  const { repo, book } = await onBranch(t)
  repo.commit('round', rounded)
  await note(book)
  merge(repo, '--no-ff', '-m', 'merge')
  repo.commit('other', { 'other.py': 'a = 1\n' })
  withoutLogs(repo)
  assert.deepEqual(await recalledOnMain(book), [text])
})

test('without a log a branch that stands on the default one is not taken for merged', async (t) => {
  const { repo, book } = await onBranch(t)
  await note(book)
  repo.git('checkout', '--quiet', 'main')
  repo.commit('other', { 'other.py': 'a = 1\n' })
  withoutLogs(repo)
  assert.deepEqual(await recalledOnMain(book), [])
})
