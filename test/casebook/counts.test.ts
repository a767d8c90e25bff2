/** What a person is told of the size of a memory. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ViewCounts } from '../../src/casebook/status.ts'
import { commitWriter, writeViewCommits } from '../../src/memory/store/commits.ts'
import { transaction } from '../../src/memory/store/database.ts'
import { openView } from '../../src/memory/store/files.ts'
import { openIndex } from '../../src/memory/store/index-db.ts'

test('counts the commits that were written after the last file of a run', () => {
  const { db } = openIndex(null)
  const view = transaction(db, () => openView(db, 'worktree:.'))
  const counts = new ViewCounts(db, view)
  assert.equal(counts.read(true).commits, 0)
  transaction(db, () => {
    const message = { author: 'Ann', subject: 'Post entries', body: '', issues: [], reverts: [] }
    const commit = { ...message, sha: 'a'.repeat(40), time: 1, files: [{ path: 'ledger.py', status: 'A' }] }
    writeViewCommits(db, view.id, [commitWriter(db)(commit)])
  })
  assert.equal(counts.read(true).commits, 0, 'not counted again at once while a run is under way')
  assert.equal(counts.read(false).commits, 1)
  db.close()
})
