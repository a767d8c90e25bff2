/** Which sessions belong to a repository: by recorded folder, remote and commit, never by the name of a folder. */

import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { mentions, needlesOf } from '../../src/memory/episodes/mentions.ts'
import {
  identityOf,
  isOurRemote,
  locateIn,
  normaliseAddress,
  type RepositoryIdentity,
} from '../../src/memory/episodes/scope.ts'
import type { Session, Step } from '../../src/memory/episodes/session.ts'
import { openGit } from '../../src/memory/git.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

function session(fields: Partial<Session>, edited: readonly string[] = []): Session {
  const steps = edited.map(
    (path): Step => ({ type: 'edit', path, applied: true, at: 1, place: { file: '/s' } }),
  )
  return {
    agent: 'a',
    sessionId: 's',
    parentSessionId: null,
    folders: [],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: 1,
    endedAt: 1,
    title: '',
    model: null,
    source: '/s',
    ...fields,
    steps,
  }
}

const commit = 'a'.repeat(40)
const ours: RepositoryIdentity = {
  roots: ['/home/ana/shop', '/home/ana/trees/fix'],
  remotes: new Set(['example.org/ana/shop']),
  hasCommit: async (sha) => sha === commit,
  hasPath: (path) => ['src/cart.py', 'src/tax.py'].includes(path),
}

async function located(one: Session, path: string, identity = ours) {
  const locate = await locateIn(one, identity)
  return locate === null ? 'not ours' : locate(path)
}

test('a folder inside the root or a work tree is ours; paths are relative to it', async () => {
  const here = session({ folders: ['/home/ana/shop/src'] })
  assert.equal(await located(here, '/home/ana/shop/src/cart.py'), 'src/cart.py')
  assert.equal(await located(here, 'cart.py'), 'src/cart.py')
  assert.equal(await located(here, '../README.md'), 'README.md')
  assert.equal(await located(here, '/home/ana/shop'), '')
  assert.equal(await located(here, '/home/ana/shopping/cart.py'), null)
  assert.equal(await located(here, '../../other/x.py'), null)
  assert.equal(await located(session({ folders: ['/home/ana/trees/fix'] }), 'src/cart.py'), 'src/cart.py')
})

test('a folder elsewhere is not ours, whatever it is called', async () => {
  assert.equal(
    await located(session({ folders: ['/mnt/old/shop'] }, ['/mnt/old/shop/src/cart.py']), 'x'),
    'not ours',
  )
})

test('a vanished or renamed folder is known by its remote or its commit, and its root by the files', async () => {
  const edited = ['/mnt/old/store/src/cart.py']
  const byRemote = session(
    { folders: ['/mnt/old/store/src'], remote: 'git@example.org:ana/shop.git' },
    edited,
  )
  assert.equal(await located(byRemote, '/mnt/old/store/src/cart.py'), 'src/cart.py')
  const byCommit = session({ folders: ['/mnt/old/store'], headCommit: commit }, edited)
  assert.equal(await located(byCommit, 'src/tax.py'), 'src/tax.py')
  const other = session({ folders: ['/mnt/old/store'], remote: 'https://example.org/ana/mail' }, edited)
  assert.equal(await located(other, 'src/tax.py'), 'not ours')
})

test('another repository that lay in our folder before is not ours', async () => {
  const before = session({
    folders: ['/home/ana/shop'],
    remote: 'https://example.org/ana/mail',
    headCommit: 'b'.repeat(40),
  })
  assert.equal(await located(before, 'src/cart.py'), 'not ours')
  const renamedRemote = session({
    folders: ['/home/ana/shop'],
    remote: 'https://example.org/ana/old-name',
    headCommit: commit,
  })
  assert.equal(await located(renamedRemote, 'src/cart.py'), 'src/cart.py')
})

test('paths of Windows fit whatever their case and slashes, and keep their own', async () => {
  const identity = { ...ours, roots: ['C:\\Users\\Ana\\shop'] }
  const here = session({ folders: ['c:\\users\\ana\\shop'] })
  assert.equal(await located(here, 'C:\\Users\\ana\\Shop\\src\\Cart.py', identity), 'src/Cart.py')
  assert.equal(await located(here, 'file:///c%3A/Users/Ana/shop/src/Cart.py', identity), 'src/Cart.py')
  assert.equal(await located(here, 'src\\Cart.py', identity), 'src/Cart.py')
})

test('addresses are compared in one spelling, and a bare name fits its host', () => {
  for (const url of [
    'git@example.org:ana/shop.git',
    'https://user:token@Example.org/ana/shop/',
    'ssh://git@example.org:2222/ana/shop',
    'ana/shop',
  ])
    assert.ok(isOurRemote(url, ours), url)
  for (const url of ['git@example.org:ana/shopping.git', 'https://other.org/ana/shop', 'shop', ''])
    assert.ok(!isOurRemote(url, ours), url)
  fc.assert(
    fc.property(fc.string(), (url) => {
      assert.equal(normaliseAddress(normaliseAddress(url)), normaliseAddress(url).replace(/\.git$/, ''))
    }),
    { seed: 4, numRuns: 50, examples: [['a/b.git.git']] },
  )
})

test('a session that began in another repository gives what it changed here', async () => {
  const mail = { remote: 'https://example.org/ana/mail', headCommit: 'b'.repeat(40) }
  const edited = ['/home/ana/mail/send.py', '/home/ana/shop/src/cart.py']
  const one = session({ folders: ['/home/ana/mail'], ...mail }, edited)
  assert.equal(await located(one, '/home/ana/shop/src/cart.py'), 'src/cart.py')
  assert.equal(await located(one, '/home/ana/mail/send.py'), null)
  assert.equal(await located(one, 'send.py'), null, 'relative to where it began')
  const moved = session({ folders: ['/home/ana/mail', '/home/ana/shop'], ...mail }, edited)
  assert.equal(await located(moved, '/home/ana/shop/src/cart.py'), 'src/cart.py')
})

test('git tells work trees, remotes and commits; clones inside the repository are others', async () => {
  using repo = makeRepo({ 'a.py': 'a = 1\n' })
  const tree = `${repo.dir}-tree`
  repo.git('worktree', 'add', '--quiet', '-b', 'side', tree)
  repo.git('remote', 'add', 'origin', 'git@example.org:ana/shop.git')
  mkdirSync(join(repo.dir, 'vendor/lib/.git'), { recursive: true })
  try {
    const identity = await identityOf(repo.dir, await openGit(repo.dir))
    assert.ok(identity.roots.includes(realpathSync(tree)))
    assert.deepEqual([...identity.remotes], ['example.org/ana/shop'])
    assert.equal(await identity.hasCommit(repo.git('rev-parse', 'HEAD')), true)
    assert.equal(await identity.hasCommit('c'.repeat(40)), false)
    assert.equal(await identity.hasCommit('--help'), false)
    const here = session({ folders: [repo.dir] })
    assert.equal(await located(here, 'vendor/lib/x.py', identity), null)
    assert.equal(await located(here, 'vendor/y.py', identity), 'vendor/y.py')
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
})

test('a file mentions a repository wherever its pieces are cut', async () => {
  using folder = makeRepo({}, { git: false })
  const file = join(folder.dir, 'big.jsonl')
  const needles = needlesOf(ours)
  const megabyte = 1024 * 1024
  for (const at of [0, 5, megabyte - 7, megabyte, 2 * megabyte - 1]) {
    writeFileSync(file, `${'x'.repeat(at)}/home/ana/shop/a${'y'.repeat(100)}`)
    assert.equal(await mentions(file, needles), true, `at ${at}`)
  }
  writeFileSync(file, '/home/ana/shopping /home/ana/shop-2 ana/shops')
  assert.equal(await mentions(file, needles), false)
  writeFileSync(file, 'git@example.org:ana/shop.git')
  assert.equal(await mentions(file, needles), true)
  writeFileSync(file, 'x'.repeat(3 * megabyte))
  assert.equal(await mentions(file, needles), false)
  assert.equal(await mentions(join(folder.dir, 'none'), needles), false)
  await assert.rejects(mentions(file, needles, AbortSignal.abort()), { name: 'AbortError' })
})
