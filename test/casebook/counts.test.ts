/** What a person is told of the size of a memory. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

test('counts the commits that were read after the last file', async (t) => {
  const commits = Array.from({ length: 20 }, (_, at) => ({
    message: `Change ${at}`,
    files: { 'notes.md': `note ${at}\n` },
  }))
  using repo = makeRepo('python-small', { commits })
  const seen: number[] = []
  const casebook = await openMemory(t, repo.dir, { onStatus: (status) => void seen.push(status.commits) })
  await casebook.index({ reason: 'test' })
  assert.equal(casebook.status().commits, 21)
  assert.equal(seen.at(-1), 21)
})
