import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Channel } from '../../src/memory/recall/context.ts'
import { KeptCorpus } from '../../src/memory/recall/kept-corpus.ts'
import { likelyFiles, locateFiles } from '../../src/memory/recall/locate.ts'
import { openShop } from './shop-repository.ts'

async function ask(t: TestContext, issue: string, ablate: Channel[] = []) {
  const shop = await openShop(t)
  return await locateFiles({ ...shop, ablate: new Set(ablate) }, issue)
}

test('finds the file that an issue describes and shows how the score came about', async (t) => {
  const { files, coverage } = await ask(
    t,
    'Wrong sum\n\n`Cart.grand_total` of a shopping cart is off by a cent.',
  )
  const [first] = files
  assert.equal(first?.path, 'shop/cart.py')
  assert.equal(coverage, 1)
  const sum = (first?.explain ?? []).reduce((total, part) => total + part.contribution, 0)
  assert.ok(Math.abs(sum - (first?.score ?? 0)) < 1e-9)
  assert.ok(first?.chunks.some(({ name }) => name.includes('Cart')))
})

test('the files alone are the same ones in the same order, also of a view that is kept between questions', async (t) => {
  const shop = await openShop(t)
  const issue = 'Crash\n\n"cannot round an unknown amount: None" when a coupon of `Cart.grand_total` is wrong'
  const { files } = await locateFiles(shop, issue)
  const expected = files.map(({ path, score }) => ({ path, score }))
  const kept = { ...shop, kept: new KeptCorpus() }
  for (const context of [shop, kept, kept]) assert.deepEqual(likelyFiles(context, issue), expected)
  assert.deepEqual((await locateFiles(kept, issue)).files, files)
})

const evidence: [string, string, string, Channel][] = [
  [
    'stack frames',
    'Amounts are not rounded\n\nFile "/srv/venv/lib/python3.9/site-packages/shop/money.py", line 6, in f',
    'shop/money.py',
    'frames',
  ],
  ['messages', 'Crash\n\n"cannot round an unknown amount: None"', 'shop/money.py', 'phrases'],
  ['paths', 'Odd figures for every country, see tax.py', 'shop/tax.py', 'paths'],
  ['dotted names', 'What does `shop.vouchers.redeem` do', 'shop/vouchers.py', 'dotted'],
  ['symbols', 'sticker is broken', 'shop/shipping/labels.py', 'symbols'],
  ['best commit', 'Gummed paper curls when it is damp', 'shop/shipping/labels.py', 'commits'],
  ['references', 'The change for #77 was not enough', 'shop/shipping/labels.py', 'references'],
  ['names of tests', 'An expired coupon from the newsletter is accepted', 'shop/vouchers.py', 'tests'],
]

for (const [column, issue, path, channel] of evidence) {
  test(`${column} lead to the file, and are gone when switched off`, async (t) => {
    const found = (await ask(t, issue)).files
    assert.equal(found[0]?.path, path)
    assert.ok(found[0]?.explain.some((part) => part.channel === column && part.contribution > 0))
    const { files } = await ask(t, issue, [channel])
    assert.ok(files.every(({ explain }) => explain.every((part) => part.channel !== column)))
  })
}

test('ranks neither tests nor documents', async (t) => {
  const { files } = await ask(
    t,
    'An expired coupon from the newsletter, a surcharge, CHANGES.md, tests/test_vouchers.py',
  )
  assert.ok(files.length > 0)
  for (const { path } of files) assert.doesNotMatch(path, /^tests\/|\.rst$|\.md$/)
})

test('sees no commit after the given moment', async (t) => {
  const shop = await openShop(t)
  const issue = 'Gummed paper curls when it is damp'
  const { files } = await locateFiles(shop, issue, { before: 1_704_067_200 + 60 })
  assert.ok(files.every(({ explain }) => explain.every((part) => part.channel !== 'best commit')))
})

test('gives the same answer twice', async (t) => {
  const shop = await openShop(t)
  const issue = 'Load rows of orders\n\nusers and stock records are mixed up'
  const [one, two] = [await locateFiles(shop, issue), await locateFiles(shop, issue)]
  assert.deepEqual(one.files, two.files)
})

test('says nothing found when the words occur nowhere, and pads nothing', async (t) => {
  const reply = await ask(t, 'zyxwvut qqqfrob')
  assert.deepEqual(reply.files, [])
  assert.match(reply.nothingFound ?? '', /zyxwvut/)
})

test('stops when it is told to', async (t) => {
  const shop = await openShop(t)
  await assert.rejects(
    locateFiles(shop, 'cart', { signal: AbortSignal.abort(new Error('enough')) }),
    /enough/,
  )
})
