import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { openGit } from '../../src/memory/git.ts'
import { examineCommit, searchCommits } from '../../src/memory/recall/commits.ts'
import { searchChunks } from '../../src/memory/recall/search.ts'
import type { Hit } from '../../src/protocol.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openShop } from './shop-repository.ts'

const pathOf = (hit: Hit | undefined) => (hit?.type === 'chunk' ? hit.path : undefined)

test('finds a definition by its name before its uses', async (t) => {
  const { hits } = await searchChunks(await openShop(t), 'round_half_even')
  assert.equal(pathOf(hits[0]), 'shop/money.py')
})

test('finds a symbol while its name is being typed', async (t) => {
  const { hits, nothingFound } = await searchChunks(await openShop(t), 'round_ha')
  assert.equal(nothingFound, undefined)
  assert.equal(pathOf(hits[0]), 'shop/money.py')
})

test('finds a file by its name, a pasted frame, a pasted message', async (t) => {
  const shop = await openShop(t)
  const first = async (query: string) => pathOf((await searchChunks(shop, query)).hits[0])
  assert.equal(await first('labels.py'), 'shop/shipping/labels.py')
  assert.equal(await first('File "x/site-packages/shop/tax.py", line 4, in duty'), 'shop/tax.py')
  assert.equal(await first('ValueError: cannot round an unknown amount: None'), 'shop/money.py')
})

test('finds commits by their words among the code', async (t) => {
  const { hits } = await searchChunks(await openShop(t), 'gummed paper curling')
  const commit = hits.find((hit) => hit.type === 'commit')
  assert.match(commit?.type === 'commit' ? commit.subject : '', /^Parcels/)
})

test('puts the commit first that the query names by an issue or its id', async (t) => {
  const shop = await openShop(t)
  for (const query of ['#77', shop.head.slice(0, 10)]) {
    assert.equal((await searchChunks(shop, query)).hits[0]?.type, 'commit', query)
  }
})

test('explains every rank: the contributions add up', async (t) => {
  const { hits } = await searchChunks(await openShop(t), 'cart total')
  assert.ok(hits.length > 0)
  for (const { score, explain } of hits) {
    const sum = explain.reduce((total, part) => total + part.contribution, 0)
    assert.ok(Math.abs(sum - score) < 1e-9)
  }
})

test('leaves out a channel that is switched off', async (t) => {
  const shop = await openShop(t)
  const { hits } = await searchChunks({ ...shop, ablate: new Set(['symbols'] as const) }, 'round_half_even')
  assert.ok(hits.every(({ explain }) => explain.every(({ channel }) => channel !== 'symbols')))
})

test('takes similar chunks from the injected vectors, and only visible ones', async (t) => {
  const shop = await openShop(t)
  const id = Number(shop.db.prepare("select id from chunk where name like '%sticker%'").get()?.id)
  const vectors = async () => [
    { chunkId: 999_999, score: 0.99 },
    { chunkId: id, score: 0.9 },
  ]
  const { hits } = await searchChunks({ ...shop, vectors }, 'parcels')
  const found = hits.filter(({ explain }) => explain.some(({ channel }) => channel === 'vectors'))
  assert.deepEqual(found.map(pathOf), ['shop/shipping/labels.py'])
})

test('says nothing found for a name that occurs nowhere, although other words do', async (t) => {
  const reply = await searchChunks(await openShop(t), 'FrobnicateCart total')
  assert.deepEqual(reply.hits, [])
  assert.match(reply.nothingFound ?? '', /FrobnicateCart/)
})

test('sees nothing of other views', async (t) => {
  const shop = await openShop(t)
  const reply = await searchChunks({ ...shop, viewId: shop.viewId + 1 }, 'cart')
  assert.deepEqual(reply.hits, [])
})

test('searches commits by words, by issue number and by id', async (t) => {
  const shop = await openShop(t)
  assert.match(searchCommits(shop, 'damp warehouses')[0]?.subject ?? '', /^Parcels/)
  assert.match(searchCommits(shop, '#77')[0]?.subject ?? '', /^Parcels/)
  assert.equal(searchCommits(shop, shop.head.slice(0, 8))[0]?.sha, shop.head)
  assert.deepEqual(searchCommits(shop, 'zyxwvut'), [])
})

test('examines a commit by a shortened id, and says so when it is unknown', async (t) => {
  const shop = await openShop(t)
  const git = await openGit(shop.root)
  const commit = await examineCommit(shop, git, shop.head.slice(0, 10))
  assert.equal(commit.subject, 'Add a changelog')
  assert.match(commit.diff, /\+# Changes/)
  await assert.rejects(examineCommit(shop, git, 'abcdef0123'), /not among the remembered commits/)
})

test('shows a merge by what it brought, with its name in git, and nothing that the view does not reach', async (t) => {
  const repo = makeRepo({ 'a.py': 'a = 1\n' })
  t.after(() => repo.cleanup())
  repo.git('checkout', '--quiet', '-b', 'side')
  const brought = repo.commit('Side work', { 'b.py': 'b = 1\n' })
  repo.git('checkout', '--quiet', 'main')
  repo.commit('Main work', { 'c.py': 'c = 1\n' })
  repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge side (#7)', 'side')
  const shop = await openShop(t, repo)
  const git = await openGit(repo.dir)
  const merge = await examineCommit(shop, git, 'HEAD')
  assert.equal(merge.subject, 'Merge side (#7)')
  assert.deepEqual(merge.files, [{ status: 'A', path: 'b.py' }])
  assert.match(merge.diff, /\+b = 1/)
  assert.equal((await examineCommit(shop, git, 'HEAD^2')).sha, brought)
  repo.git('checkout', '--quiet', '-b', 'later')
  repo.commit('Later', { 'd.py': 'd = 1\n' })
  await assert.rejects(examineCommit(shop, git, 'later'), /not among the remembered commits/)
})

test('leaves files that hold secrets out of the diff of a commit, and says so', async (t) => {
  const odd = 'odd[1]*\\name'
  const repo = makeRepo({ 'a.py': 'a = 1\n', '.env': 'KEY=secret0\n' })
  t.after(() => repo.cleanup())
  const files = {
    '.env': null,
    'a.py': 'a = 2\n',
    [`${odd}/prod.env`]: 'K=secret1\n',
    'x/b.pem': 'secret2\n',
  }
  const mixed = repo.commit('mixed', { ...files, 'odd1/name/prod.envy': 'shown\n' })
  const only = repo.commit('only secrets', { 'x/b.pem': 'secret3\n' })
  const shop = await openShop(t, repo)
  const git = await openGit(repo.dir)
  const { diff } = await examineCommit(shop, git, mixed)
  assert.match(diff, /\+a = 2/)
  assert.match(diff, /\+shown/)
  assert.doesNotMatch(diff, /secret\d/)
  assert.match(diff, /^Not shown.*: \.env, .*prod\.env, x\/b\.pem\n/)
  const rest = await examineCommit(shop, git, only)
  assert.match(rest.diff, /^Not shown.*: x\/b\.pem\n$/)
})

test('leaves secrets with names that no line can carry out of the diff', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const repo = makeRepo({ 'a.py': 'a = 1\n' })
  t.after(() => repo.cleanup())
  writeFileSync(
    Buffer.concat([Buffer.from(`${repo.dir}/`), Buffer.from([0xe9]), Buffer.from('.pem')]),
    'secret3\n',
  )
  const odd = repo.commit('odd names', {
    'b.py': 'b = 1\n',
    'new\nline.pem': 'secret1\n',
    'sub/\rx.pem': 'secret2\n',
  })
  const { diff } = await examineCommit(await openShop(t, repo), await openGit(repo.dir), odd)
  assert.match(diff, /\+b = 1/)
  assert.match(diff, /^Not shown[^\n]*new\?line\.pem[^\n]*\n\n/)
  assert.doesNotMatch(diff, /secret\d/)
})

test('leaves many files that hold secrets out of the diff of a commit', async (t) => {
  const keys = Array.from(
    { length: 400 },
    (_, at) => [`${'long'.repeat(25)}/${at}.pem`, 'secret1\n'] as const,
  )
  const repo = makeRepo({ ...Object.fromEntries(keys), 'a.py': 'a = 1\n' })
  t.after(() => repo.cleanup())
  const { diff } = await examineCommit(
    await openShop(t, repo),
    await openGit(repo.dir),
    repo.git('rev-parse', 'HEAD'),
  )
  assert.match(diff, /\+a = 1/)
  assert.doesNotMatch(diff, /secret1/)
  assert.match(diff, /and 380 more/)
})
