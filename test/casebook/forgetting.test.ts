/** Forgetting through the door: who is told that cleaning is not over, and what "from there" takes. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openMemory as openStored } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
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

test('a secret in a reason reaches the log through no door', async (t) => {
  using repo = makeRepo(code)
  const { memories } = await openMemory(t, repo.dir)
  const secret = `ghp_${'aB3dE6gH9k'.repeat(4).slice(0, 36)}`
  const why = `because of ${secret}`
  const texts = [
    'takes net prices',
    'takes cents',
    'takes euros',
    'takes a rate',
    'takes dates',
    'takes weeks',
  ]
  const ids: string[] = []
  for (const text of texts)
    ids.push((await memories.remember({ text: `\`vat_of\` in shop/tax.py ${text}.` })).record.id)
  const [one = '', two = '', three = '', four = '', five = '', six = ''] = ids
  for (const action of ['pin', 'unpin', 'mute', 'unmute', 'share', 'unshare'] as const)
    await memories.act([one], action, why)
  await memories.act([two], 'archive', why)
  await memories.act([two], 'restore', why)
  await memories.act([three], 'retract', why)
  await memories.undo()
  await memories.edit(four, { text: `\`vat_of\` in shop/tax.py has ${secret}.`, cue: why, tags: [why] })
  await memories.decide(four, five, 'supersede')
  await memories.forget([six], why)
  await memories.credit({ cited: [one], outcome: 'helped', sessionId: `s ${secret}` }).catch(() => undefined)
  const log = JSON.stringify(await memories.log({ limit: 500 }))
  assert.ok(log.includes('[masked: github-token]'))
  assert.ok(!log.includes(secret))
  await memories.export(join(repo.dir, 'out.jsonl'))
})

test('a secret that is in a reason already is named by the export, and can be forgotten by its event', async (t) => {
  using repo = makeRepo(code)
  const book = await openMemory(t, repo.dir)
  const { record } = await book.memories.remember({ text: '`vat_of` in shop/tax.py takes euros.' })
  await book.close()
  const secret = `ghp_${'aB3dE6gH9k'.repeat(4).slice(0, 36)}`
  const { db } = openStored(join(repo.dir, '.git/casebook'))
  const namespace = String(db.prepare('select namespace from item').get()?.namespace)
  const store = openMemoryStore({ db, namespace })
  const pin = { op: 'set', id: record.id, fields: { pinned: { before: false, after: true } } } as const
  const [event] = store.append([
    { type: 'PINNED', actor: { type: 'person', name: 'ada' }, reason: `has ${secret}`, changes: [pin] },
  ])
  db.close()
  const { memories } = await openMemory(t, repo.dir)
  const file = join(repo.dir, 'out.jsonl')
  await assert.rejects(memories.export(file), new RegExp(`secrets in event:${event?.seq}\\b`))
  await assert.rejects(memories.forget(['event:9999'], 'none'), /no event 9999/)
  await memories.forget([`event:${event?.seq}`], `it held ${secret}`)
  await memories.export(file)
  assert.equal((await memories.show(record.id)).record.pinned, true)
  assert.ok(!JSON.stringify(await memories.log({ limit: 99 })).includes(secret))
})

test('what was shared goes with its memory; a file that somebody changed is named', async (t) => {
  using repo = makeRepo(code)
  const { memories } = await openMemory(t, repo.dir, { settings: { shareFolder: 'memories' } })
  const said = ['`vat_of` has a xylophone.', 'The glockenspiel of shop/tax.py needs euros.']
  const ids: string[] = []
  for (const words of said)
    ids.push(
      (await memories.remember({ text: `\`vat_of\` in shop/tax.py ${words}.`, share: true })).record.id,
    )
  const { written } = await memories.share()
  const [mine, changed] = ['xylophone', 'glockenspiel'].map((word) =>
    written.find((name) => name.includes(word)),
  )
  const path = join(repo.dir, 'memories', changed ?? '')
  writeFileSync(path, `${readFileSync(path, 'utf8')}\nMore of it.\n`)
  const { notes } = await memories.forget(ids, 'private')
  assert.ok(
    notes.some((note) => note.startsWith('Deleted') && note.includes(mine ?? '-')),
    notes.join('\n'),
  )
  assert.ok(notes.some((note) => note.includes('delete it yourself') && note.includes(changed ?? '-')))
  assert.deepEqual(readdirSync(join(repo.dir, 'memories')), [changed])
  const folder = join(repo.dir, '.git/casebook')
  const stored = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = stored.filter((one) => one.isFile() && /memory/.test(join(one.parentPath, one.name)))
  assert.ok(files.length >= 1)
  for (const { parentPath, name } of files)
    assert.doesNotMatch(readFileSync(join(parentPath, name), 'latin1'), /xylophone|glockenspiel/, name)
})
