/** What commit messages say reaches the index without its secrets. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

test('a secret in a message is in no file of the store, and its words are still found', async (t) => {
  using repo = makeRepo({ 'src/login.py': 'x = 1\n' })
  const secret = `ghp_${'aB3dE6gH9k'.repeat(4).slice(0, 36)}`
  const sha = repo.commit(`Rotate the token\n\nIt was ${secret} for the xylophone.`, {
    'src/login.py': 'x = 2\n',
  })
  repo.commit(`Use ${secret} once`, { 'src/login.py': 'x = 3\n' })
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  const { hits } = await book.search('xylophone')
  assert.ok(JSON.stringify(hits).includes(sha))
  await book.close()
  const folder = join(repo.dir, '.git/casebook')
  const names = readdirSync(folder).filter((name) => name.includes('.db'))
  assert.ok(names.includes('index.db'))
  for (const name of names) {
    const bytes = readFileSync(join(folder, name), 'latin1').toLowerCase()
    assert.ok(!bytes.includes(secret.slice(4).toLowerCase()), name)
    assert.ok(!bytes.includes('ab3de6'), `${name}: pieces of it`)
  }
})
