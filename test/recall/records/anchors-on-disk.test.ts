/** Anchors beside a work tree that the index has not caught up with. */

import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkAnchors } from '../../../src/memory/recall/records/anchors.ts'
import { confirmOnDisk } from '../../../src/memory/recall/records/anchors-on-disk.ts'
import { cite } from '../../../src/memory/recall/records/cite.ts'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { openShop } from '../shop-repository.ts'

const money = 'def duty(amount):\n    return amount * 0.19\n'
const label = 'def sticker(parcel):\n    return str(parcel)\n'

test('what changed on disk and is not indexed yet is not fresh, and the rest still is', async (t) => {
  const repo = makeRepo({
    'tax.py': money,
    'label.py': label,
    'deep/loose.py': money.replace('0.19', '0.07'),
  })
  const shop = await openShop(t, repo)
  const { anchors, notes } = cite(shop, ['tax.py#duty', 'sticker', 'deep/loose.py'])
  assert.deepEqual(notes, [])
  const states = () => checkAnchors(shop, anchors)
  const confirmed = async () => (await confirmOnDisk(shop, states())).map(({ state }) => state)
  assert.deepEqual(await confirmed(), ['fresh', 'fresh', 'fresh'])
  repo.write({ 'tax.py': money.replace('0.19', '0.16') })
  assert.deepEqual(
    states().map(({ state }) => state),
    ['fresh', 'fresh', 'fresh'],
  )
  assert.deepEqual(await confirmed(), ['drifted', 'fresh', 'fresh'])
  repo.write({ 'label.py': null, deep: null, elsewhere: null })
  repo.write({ 'elsewhere/loose.py': money.replace('0.19', '0.07') })
  symlinkSync('elsewhere', join(repo.dir, 'deep'))
  assert.deepEqual(await confirmed(), ['drifted', 'drifted', 'drifted'])
  assert.deepEqual(await confirmOnDisk({ ...shop, root: null }, states()), states())
})
