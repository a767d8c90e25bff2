/** Forgetting through the door: who is told that cleaning is not over, and what "from there" takes. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { command, emptyBody, episodeOf } from '../learn/episodes.ts'
import { openMemory } from './open-memory.ts'

const code = { 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' }

test('whoever forgets is told when another process keeps the files from being cleaned', async (t) => {
  using repo = makeRepo(code)
  const book = await openMemory(t, repo.dir)
  const { memories } = book
  const { record } = await memories.remember({ text: '`vat_of` in shop/tax.py takes a xylophone.' })
  const reader = new DatabaseSync(join(repo.dir, '.git/casebook/memory.db'))
  reader.exec('begin')
  reader.prepare('select * from event').get()
  const blocked = await memories.forget([record.id], 'private')
  assert.equal(blocked.forgotten, 1)
  assert.match(blocked.notes.join(), /Another process .* opened the next time/)
  await assert.rejects(memories.show(record.id), { name: 'UserError' })
  reader.close()
  await book.close()
  const again = await openMemory(t, repo.dir)
  const { record: other } = await again.memories.remember({ text: '`vat_of` in shop/tax.py takes euros.' })
  assert.deepEqual((await again.memories.forget([other.id], 'private')).notes, [])
})

test('everything from a place is found by its keys, with what was learned from nothing but that', async (t) => {
  using repo = makeRepo(code)
  const { memories } = await openMemory(t, repo.dir)
  const of = (sessionId: string, path: string, commit: string, agent: string) =>
    episodeOf(
      {
        sessionId,
        agent,
        goal: `work of ${sessionId}`,
        files: [{ path, change: 'M' }],
        patch: { commit: commit.repeat(40), added: 1, removed: 0 },
        commands: [command('npm test', 0)],
        outcome: {
          ...emptyBody.outcome,
          verdict: 'passed',
          source: 'tests',
          command: 'npm test',
          exitCode: 0,
        },
      },
      { confidence: 'verified' },
    )
  const one = (await memories.record(of('s1', 'shop/tax.py', 'a', 'codex'))).record.id
  const two = (await memories.record(of('s2', 'shop/deep/cart.py', 'b', 'aider'))).record.id
  const three = (await memories.record(of('s22', 'shopping.py', 'c', 'codex'))).record.id
  const mine = (
    await memories.remember({ text: '`vat_of` in shop/tax.py takes euros.', cites: ['shop/tax.py'] })
  ).record.id
  const from = async (source: Parameters<typeof memories.from>[0]) => (await memories.from(source)).sort()
  assert.deepEqual(await from({ sessionId: 's2' }), [two])
  assert.deepEqual(await from({ commit: 'a'.repeat(8) }), [one])
  assert.deepEqual(await from({ commit: 'aaa' }), [], 'too short to be meant')
  assert.deepEqual(await from({ path: 'shop' }), [one, two, mine].sort(), 'a folder, not what begins like it')
  assert.deepEqual(await from({ path: 'shop/deep/' }), [two])
  assert.deepEqual(await from({ agent: 'codex' }), [one, three].sort())
  assert.deepEqual(await from({ agent: 'codex', path: 'shop' }), [one])
  assert.deepEqual(await from({ author: 'importer' }), [one, two, three].sort())
  assert.deepEqual(await from({ author: 'person' }), [mine])
  assert.deepEqual(await from({ origin: 'session' }), [one, two, three].sort())
  await memories.distil({ useModel: false })
  const all = (await memories.list({ limit: 500 })).records
  const learned = all.filter(({ kind, provenance }) => kind !== 'episode' && provenance.author === 'indexer')
  assert.ok(learned.length > 0)
  const only = learned.filter(({ provenance }) => provenance.sources.every(({ ref }) => ref === one))
  assert.deepEqual(await from({ sessionId: 's1' }), [one, ...only.map(({ id }) => id)].sort())
  assert.deepEqual(
    await from({ origin: 'session' }),
    [one, two, three, ...learned.map(({ id }) => id)].sort(),
  )
})

test('a list with words keeps to its kinds, its path and its origin', async (t) => {
  using repo = makeRepo(code)
  const { memories } = await openMemory(t, repo.dir)
  const text = 'Prices in shop/tax.py are net prices'
  const { record } = await memories.remember({ text, cites: ['shop/tax.py'] })
  await memories.record(episodeOf({ goal: 'net prices', files: [{ path: 'shop/cart.py', change: 'M' }] }))
  const texts = async (request: Parameters<typeof memories.list>[0]) =>
    (await memories.list({ text: 'net prices', ...request })).records.map(({ kind }) => kind)
  assert.equal((await texts({})).length, 2)
  assert.deepEqual(await texts({ kinds: ['fact'] }), ['fact'])
  assert.deepEqual(await texts({ path: 'shop/cart.py' }), ['episode'])
  assert.deepEqual(await texts({ origin: 'person' }), ['fact'])
  assert.deepEqual(await texts({ statuses: ['archived'] }), [])
  assert.deepEqual(await texts({ text: 'net gross prices' }), [])
  await memories.act([record.id], 'mute')
  assert.deepEqual(await texts({ kinds: ['fact'] }), ['fact'], 'a person sees what is muted')
})
