/** The folder of the team through the door: files pass the gates that an import passes. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

test('a file with too few or too many words is left as it is, and named; a sound one comes in', async (t) => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const { memories } = await openMemory(t, repo.dir, { settings: { shareFolder: 'team' } })
  const text = 'Prices of shop/tax.py are net prices.'
  const { record } = await memories.remember({ text, share: true })
  const [name = ''] = (await memories.share()).written
  const file = join(repo.dir, 'team', name)
  const content = readFileSync(file, 'utf8')
  const edited = async (words: string) => {
    writeFileSync(file, content.replace(text, words))
    const { problems } = await memories.share()
    return [problems.join(), (await memories.show(record.id)).record.text]
  }
  const [short, kept] = await edited('sure')
  assert.match(short ?? '', /was not taken over: it has 1 word: too few.*left as it is/)
  assert.equal(kept, text)
  assert.equal(readFileSync(file, 'utf8'), content.replace(text, 'sure'))
  assert.match((await edited('word '.repeat(101)))[0] ?? '', /not taken over/)
  assert.deepEqual(await edited('Prices of shop/tax.py are gross prices.'), [
    '',
    'Prices of shop/tax.py are gross prices.',
  ])
  assert.equal(readdirSync(join(repo.dir, 'team')).length, 1)
})
