/** Places that a person names for a memory: absolute paths are understood, what leads nowhere is refused. */

import assert from 'node:assert/strict'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { UserError } from '../../src/memory/ports.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

async function shop(t: TestContext, { index = true } = {}) {
  const repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  t.after(repo.cleanup)
  const book = await openMemory(t, repo.dir)
  if (index) await book.index({ reason: 'test' })
  return { repo, memories: book.memories }
}

const places = (record: { anchors: readonly { path: string; symbol?: string | undefined }[] }) =>
  record.anchors.map(({ path, symbol }) => (symbol === undefined ? path : `${path}#${symbol}`))

test('a mistyped place is refused with what was perhaps meant, and nothing is kept', async (t) => {
  const { memories } = await shop(t)
  const before = memories.stats().facts
  for (const cite of ['shop/taxx.py', 'nosuch.py', 'shop/taxx.py:3'])
    await assert.rejects(
      memories.remember({ text: 'Prices are net prices.', cites: ['shop/tax.py', cite] }),
      (error: unknown) => {
        assert.ok(error instanceof UserError)
        assert.match(error.message, new RegExp(`called ${cite.replace(/:.*/, '')}`))
        if (cite.includes('tax')) assert.match(error.message, /perhaps shop\/tax\.py/)
        assert.match(error.remedy ?? '', /Nothing was remembered/)
        return true
      },
    )
  assert.equal(memories.stats().facts, before)
})

test('without an index a file that is not there is refused, too', async (t) => {
  const { memories } = await shop(t, { index: false })
  await assert.rejects(memories.remember({ text: 'Prices are net prices.', cites: ['nosuch.py'] }), UserError)
  const { record } = await memories.remember({ text: 'Prices are net prices.', cites: ['shop/tax.py'] })
  assert.deepEqual(places(record), ['shop/tax.py'])
})

test('an absolute path inside of the repository is its relative one, through a link too; one outside is refused', async (t) => {
  const { repo, memories } = await shop(t)
  const link = `${repo.dir}-link`
  symlinkSync(repo.dir, link)
  t.after(() => rmSync(link))
  const cited = async (...cites: string[]) => {
    const text = `Prices ${cites.join(' ').length} are net.`
    return places((await memories.remember({ text, cites })).record)
  }
  assert.deepEqual(await cited(join(repo.dir, 'shop/tax.py')), ['shop/tax.py'])
  assert.deepEqual(await cited(`${join(repo.dir, 'shop/tax.py')}#vat_of`), ['shop/tax.py#vat_of'])
  assert.deepEqual(await cited(`${join(link, 'shop/tax.py')}#vat_of`), ['shop/tax.py#vat_of'])
  await assert.rejects(cited('/etc/passwd'), /outside of this repository/)
})
