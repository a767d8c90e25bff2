import assert from 'node:assert/strict'
import { rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { excerpt, withPreviews } from '../../src/casebook/preview.ts'
import { openGit } from '../../src/memory/git.ts'
import type { ChunkHit } from '../../src/protocol.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

const hit = (path: string, startLine: number, endLine: number): ChunkHit => ({
  type: 'chunk',
  root: '',
  path,
  span: { startLine, endLine },
  name: '',
  kind: 'definition',
  score: 1,
  preview: '',
  explain: [],
})

test('shows the lines of the span without blank ones before and common indentation', () => {
  const text = 'class A:\n\n    def f(self):\n        return 1\n\n    def g(self):\n'
  assert.equal(excerpt(text, { startLine: 2, endLine: 5 }), 'def f(self):\n    return 1')
  assert.equal(excerpt(text, { startLine: 2, endLine: 2 }), '')
  assert.equal(excerpt(text, { startLine: 40, endLine: 50 }), '')
})

test('stays short', () => {
  const text = `${'x'.repeat(5000)}\n`.repeat(500)
  const lines = excerpt(text, { startLine: 1, endLine: 500 }).split('\n')
  assert.equal(lines.length, 12)
  assert.equal(lines[0]?.length, 300)
})

test('reads the work tree, or the commit that is asked about', async () => {
  using repo = makeRepo({ 'a.py': 'old = 1\n' })
  const first = repo.git('rev-parse', 'HEAD')
  repo.write({ 'a.py': 'new = 1\n' })
  const git = await openGit(repo.dir)
  assert.ok(git)
  const previews = async (commit: string | null) =>
    (await withPreviews([hit('a.py', 1, 1), hit('gone.py', 1, 1)], { root: repo.dir, git, commit })).map(
      (one) => one.type === 'chunk' && one.preview,
    )
  assert.deepEqual(await previews(null), ['new = 1', ''])
  assert.deepEqual(await previews(first), ['old = 1', ''])
})

test('a link that took the place of a file is not followed', {
  skip: process.platform === 'win32',
}, async () => {
  using repo = makeRepo({ 'a.py': 'x = 1\n' })
  using secret = makeRepo({ 'secret.txt': 'secret\n' }, { git: false })
  unlinkSync(join(repo.dir, 'a.py'))
  symlinkSync(join(secret.dir, 'secret.txt'), join(repo.dir, 'a.py'))
  const git = await openGit(repo.dir)
  assert.ok(git)
  const [found] = await withPreviews([hit('a.py', 1, 1)], { root: repo.dir, git, commit: null })
  assert.equal(found?.type === 'chunk' && found.preview, '')
})

test('nor is a link that took the place of a folder', { skip: process.platform === 'win32' }, async () => {
  using repo = makeRepo({ 'folder/a.py': 'x = 1\n' })
  using secret = makeRepo({ 'a.py': 'secret\n' }, { git: false })
  rmSync(join(repo.dir, 'folder'), { recursive: true })
  symlinkSync(secret.dir, join(repo.dir, 'folder'))
  const git = await openGit(repo.dir)
  assert.ok(git)
  const [found] = await withPreviews([hit('folder/a.py', 1, 1)], { root: repo.dir, git, commit: null })
  assert.equal(found?.type === 'chunk' && found.preview, '')
})
