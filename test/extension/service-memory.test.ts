import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { eventually, observedClient } from './service-process.ts'

test('opens, fills and searches a repository, and opens it again after a crash', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t, { first: 50, longest: 400, healthy: 60_000 })
  await client.open(repo.dir, {})
  await filled(client)
  const reply = await client.call('search', { query: 'round_half_even' })
  assert.ok(reply.hits.some((hit) => hit.type === 'chunk' && hit.path === 'ledger/money.py'))
  process.kill(client.pid ?? 0, 'SIGKILL')
  const again = await client.call('search', { query: 'round_half_even' })
  assert.equal(again.hits.length, reply.hits.length)
})

test('applies changed settings and gives them as the reason', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t)
  await client.open(repo.dir, { maxFileSize: 100 })
  await filled(client)
  assert.ok((await client.call('status'))[0]?.excludedFiles)
  await client.configure({})
  await filled(client, 'settings changed: maxFileSize')
  assert.equal((await client.call('status'))[0]?.excludedFiles, 0)
})

test('joins the results of two roots, and names the root of each', async (t) => {
  using first = makeRepo('python-small')
  using second = makeRepo('typescript-small')
  const { client } = observedClient(t)
  const roots = [await client.open(first.dir, {}), await client.open(second.dir, {})].map(({ root }) => root)
  await filled(client)
  const { hits, coverage } = await client.call('search', { query: 'entry journal backoff retry' })
  assert.deepEqual(new Set(hits.map(({ root }) => root)), new Set(roots))
  assert.equal(coverage, 1)
  const alone = await client.call('search', { query: 'journal', root: roots[0] ?? '' })
  assert.deepEqual(new Set(alone.hits.map(({ root }) => root)), new Set([roots[0]]))
  const located = await client.call('locate', { query: 'posting an unbalanced entry' })
  assert.equal(located.files[0]?.root, roots[0])
})

test('two folders of one repository share a memory until both are closed', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t)
  const outer = await client.open(repo.dir, {})
  const inner = await client.open(join(repo.dir, 'ledger'), {})
  assert.equal(inner.root, outer.root)
  await client.close(repo.dir)
  assert.equal((await client.call('status')).length, 1)
  await client.close(join(repo.dir, 'ledger'))
  assert.deepEqual(await client.call('status'), [])
})

test('a folder that is no repository and cannot be read gives a remedy', async (t) => {
  const { client } = observedClient(t)
  await assert.rejects(
    client.open('/nowhere/at/all', {}),
    (error: Error & { remedy: string }) => error.remedy !== '',
  )
  assert.deepEqual(await client.call('status'), [])
})

test('a touched file is searchable when the call returns', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t)
  const { root } = await client.open(repo.dir, {})
  await filled(client)
  writeFileSync(join(repo.dir, 'ledger/fees.py'), 'def waive_fee(account):\n    return 0\n')
  const began = performance.now()
  await client.call('touch', { root, paths: ['ledger/fees.py'] })
  const took = performance.now() - began
  const { hits } = await client.call('search', { query: 'waive_fee' })
  assert.equal(hits[0]?.type === 'chunk' && hits[0].path, 'ledger/fees.py')
  assert.ok(took < 1_000, `${took} ms`)
})

test('says that nothing was searched before the first scan', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t)
  await client.open(repo.dir, { autoIndex: false })
  const { hits, coverage } = await client.call('search', { query: 'round_half_even' })
  assert.deepEqual({ hits, coverage }, { hits: [], coverage: 0 })
})

test('stops a run when asked, and starts another with its reason', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t)
  const { root } = await client.open(repo.dir, { autoIndex: false })
  await client.call('reindex', { root, reason: 'a test', fresh: true })
  await client.call('stop')
  assert.notEqual((await client.call('status'))[0]?.state.kind, 'indexing')
  await client.call('reindex', { root, reason: 'another test', fresh: true })
  await filled(client, 'another test')
})

async function filled(client: ReturnType<typeof observedClient>['client'], reason?: string): Promise<void> {
  const done = await eventually(async () => {
    const roots = await client.call('status')
    return roots.every(
      ({ state, lastRun }) =>
        state.kind === 'idle' && lastRun !== null && (reason === undefined || lastRun.reason === reason),
    )
  })
  assert.ok(done, JSON.stringify(await client.call('status')))
}
