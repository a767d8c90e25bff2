/** What `locate` keeps between questions changes no answer, and never outlives the view that it was read of. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptCorpus } from '../../src/memory/recall/kept-corpus.ts'
import { locateFiles } from '../../src/memory/recall/locate.ts'
import { openMemory } from '../casebook/open-memory.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openShop } from './shop-repository.ts'

const issues = [
  'Wrong sum\n\n`Cart.grand_total` of a shopping cart is off by a cent.',
  'Odd figures for every country, see tax.py',
  'What does `shop.vouchers.redeem` do',
  'An expired coupon from the newsletter is accepted',
  'Gummed paper curls when it is damp',
]

test('answers are the same with what earlier questions left, in any order', async (t) => {
  const shop = await openShop(t)
  const kept = new KeptCorpus()
  const stems = new Map<string, string>()
  for (const issue of [...issues, ...issues.toReversed()]) {
    const { files } = await locateFiles({ ...shop, kept, stems }, issue)
    const fresh = await locateFiles(shop, issue)
    assert.ok(files.length > 0)
    assert.deepEqual(files, fresh.files)
  }
})

test('the corpus is read once while the view stays, and again when it changed', async (t) => {
  const { db, viewId } = await openShop(t)
  const kept = new KeptCorpus()
  const first = kept.corpus(db, viewId)
  assert.equal(kept.corpus(db, viewId), first)
  db.prepare('update view set generation = generation + 1 where id = ?').run(viewId)
  const second = kept.corpus(db, viewId)
  assert.notEqual(second, first)
  assert.deepEqual(second, first)
})

test('a question after a file was added, changed or deleted sees it', async (t) => {
  const repo = makeRepo({
    'src/lamp.py': 'def glow():\n    return 1\n',
    'src/desk.py': 'def drawer():\n    return 2\n',
  })
  t.after(() => repo.cleanup())
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  const found = async (issue: string) => (await book.locate(issue)).files.map(({ path }) => path)
  assert.equal((await found('`glow` is too bright'))[0], 'src/lamp.py')
  repo.write({
    'src/sun.py': 'def glow():\n    return 3\n\n\ndef eclipse():\n    return 4\n',
    'src/desk.py': 'def shelf():\n    return 2\n',
  })
  await book.index({ reason: 'test' })
  assert.deepEqual((await found('`glow` is too bright')).slice(0, 2).toSorted(), [
    'src/lamp.py',
    'src/sun.py',
  ])
  assert.equal((await found('`eclipse` comes late'))[0], 'src/sun.py')
  assert.equal((await found('`shelf` is empty'))[0], 'src/desk.py')
})
