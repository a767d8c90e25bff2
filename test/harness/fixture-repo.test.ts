/** The repositories that other tests stand on. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRepo } from './fixture-repo.ts'

test('makes the same commits on every machine', () => {
  using first = makeRepo({ 'a.txt': 'a\n' }, { commits: [{ message: 'second', files: { 'b.txt': 'b\n' } }] })
  using second = makeRepo({ 'a.txt': 'a\n' }, { commits: [{ message: 'second', files: { 'b.txt': 'b\n' } }] })
  assert.equal(first.git('rev-parse', 'HEAD'), second.git('rev-parse', 'HEAD'))
  assert.equal(first.git('log', '--format=%s'), 'second\nfirst commit')
})

test('copies a fixture workspace, deletes files and cleans up after itself', () => {
  const repo = makeRepo('python-small')
  assert.match(repo.git('ls-files'), /ledger\/journal\.py/)
  repo.commit('forget the report', { 'ledger/report.py': null })
  assert.doesNotMatch(repo.git('ls-files'), /report\.py/)
  repo.cleanup()
  assert.ok(!existsSync(repo.dir))
})

test('gives a plain folder where no git is wanted', () => {
  using plain = makeRepo('no-git')
  assert.ok(existsSync(join(plain.dir, 'main.py')))
  assert.ok(!existsSync(join(plain.dir, '.git')))
})
