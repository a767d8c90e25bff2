/** Anchors as memory sees them: by the index, and by the work tree that the index has not caught up with. */

import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CodeSight } from '../../src/casebook/memories/code-sight.ts'
import { openRepository } from '../../src/casebook/repository.ts'
import { parseSettings } from '../../src/config.ts'
import { openAnchorCheck } from '../../src/memory/recall/records/anchors.ts'
import { cite } from '../../src/memory/recall/records/cite.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openShop } from '../recall/shop-repository.ts'

const money = 'def duty(amount):\n    return amount * 0.19\n'
const label = 'def sticker(parcel):\n    return str(parcel)\n'
const loose = money.replace('0.19', '0.07')

test('what changed on disk and is not indexed yet is never fresh', async (t) => {
  const repo = makeRepo({ 'tax.py': money, 'label.py': label, 'deep/loose.py': loose })
  const shop = await openShop(t, repo)
  const repository = await openRepository({ repo: repo.dir, settings: parseSettings({}) })
  const sight = new CodeSight({
    repository,
    view: () => ({ db: shop.db, viewId: shop.viewId, head: shop.head, complete: true }),
    maxFileSize: 1_000_000,
  })
  const { anchors, notes } = cite(shop, ['tax.py#duty', 'sticker', 'deep/loose.py'])
  assert.deepEqual(notes, [])
  const seen = async () => (await sight.states(anchors)).map(({ state }) => state)
  assert.deepEqual(await seen(), ['fresh', 'fresh', 'fresh'])
  repo.write({ 'tax.py': money.replace('0.19', '0.16') })
  const indexed = openAnchorCheck(shop)
    .check(anchors)
    .map(({ state }) => state)
  assert.deepEqual(indexed, ['fresh', 'fresh', 'fresh'])
  assert.deepEqual(await seen(), ['drifted', 'fresh', 'fresh'])
  repo.write({ 'label.py': null })
  assert.deepEqual(await seen(), ['drifted', 'gone', 'fresh'])
  repo.write({ deep: null, 'elsewhere/loose.py': loose.replace('duty', 'other') })
  symlinkSync('elsewhere', join(repo.dir, 'deep'))
  assert.notEqual((await seen())[2], 'fresh')
})
