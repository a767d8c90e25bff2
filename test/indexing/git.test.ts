import assert from 'node:assert/strict'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { absoluteEntries, gitProgram, openGit } from '../../src/memory/git.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

test('a git program in the repository is not started', { skip: process.platform === 'win32' }, async (t) => {
  using repo = makeRepo({ git: '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n', 'a.py': '1' })
  chmodSync(join(repo.dir, 'git'), 0o755)
  const before = process.env.PATH
  t.after(() => {
    process.env.PATH = before
  })
  process.env.PATH = `.::${before}`
  const git = await openGit(repo.dir)
  assert.equal(git?.root, repo.dir)
  await git?.run(['status'])
  assert.equal(existsSync(join(repo.dir, 'ran')), false)
})

test('relative entries of a PATH do not count', () => {
  assert.equal(absoluteEntries('/usr/bin::.:bin:/bin', 'linux'), '/usr/bin:/bin')
  assert.equal(absoluteEntries('', 'linux'), '/usr/bin:/bin')
  assert.equal(
    absoluteEntries(
      'C:\\Windows;.;;bin;\\bin;C:bin;"D:\\Program Files\\Git\\cmd";\\\\server\\share',
      'win32',
    ),
    'C:\\Windows;D:\\Program Files\\Git\\cmd;\\\\server\\share',
  )
})

test('on Windows git is started by its full name, which is that of the first on the PATH', () => {
  const programs = new Set(['D:\\Git\\cmd\\git.exe', 'E:\\git.exe'])
  const find = (path: string) => gitProgram(path, 'win32', (file) => programs.has(file))
  assert.equal(find('C:\\Windows;D:\\Git\\cmd;E:\\'), 'D:\\Git\\cmd\\git.exe')
  assert.equal(find('C:\\Windows;E:\\'), 'E:\\git.exe')
  assert.match(find('C:\\Windows'), /^C:\\/)
  assert.match(find(''), /^C:\\/)
})

test('messages come as UTF-8 whatever the configuration prefers', async () => {
  using repo = makeRepo({ 'a.py': '1' }, { message: 'grün' })
  repo.git('config', 'i18n.logOutputEncoding', 'ISO-8859-1')
  const git = await openGit(repo.dir)
  assert.equal((await git?.run(['log', '-1', '--format=%s']))?.trim(), 'grün')
})
