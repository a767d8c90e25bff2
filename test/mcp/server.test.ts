/** The MCP server as an agent meets it: the official client, a real process, a real repository. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { McpError } from '@modelcontextprotocol/sdk/types.js'
import { openMemory } from '../casebook/open-memory.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { connect } from './connect.ts'

const lesson = 'Ledger totals are rounded half to even in ledger/money.py, never with round().'

test('lists tools that only read, with strict schemas and words on when to call them', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = await connect(t, { args: ['--repo', repo.dir] })
  const { tools } = await client.listTools()
  assert.deepEqual(
    tools.map(({ name }) => name.replace('casebook_', '')),
    ['recall', 'locate', 'search', 'open', 'history', 'why'],
  )
  for (const { name, description, inputSchema, annotations } of tools) {
    assert.equal(inputSchema.additionalProperties, false, name)
    assert.equal(annotations?.readOnlyHint, true, name)
    assert.match(description ?? '', /Call it|call it|At most 400/, name)
  }
  assert.match(client.getInstructions() ?? '', /casebook_recall/)
  assert.equal(client.getServerVersion()?.name, 'casebook')
})

test('indexes a repository that never was, and finds code, files and history in it', async (t) => {
  using repo = makeRepo('python-small')
  const { call } = await connect(t, { args: ['--repo', repo.dir] })
  const found = await call('casebook_search', { query: 'split an amount between accounts', limit: 3 })
  assert.equal(found.isError, false)
  assert.match(found.text, /^=== casebook memory: quoted data ===/)
  assert.match(found.text, /\[c1\] .+\.py:\d+-\d+/)
  const located = await call('casebook_locate', { text: 'the ledger rounds money wrongly' })
  assert.match(located.text, /\[c1\] .+\.py/)
  const commits = await call('casebook_search', { query: 'first commit', in: 'commits' })
  assert.match(commits.text, /commit [0-9a-f]{12} of 2024-01-01/)
  const nothing = await call('casebook_recall', { text: 'zebra quuxification' })
  assert.match(nothing.text, /No memory fits|Neither memory nor code/)
})

test('recalls what was remembered, quoted and masked, and opens and explains it', async (t) => {
  using repo = makeRepo('python-small')
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  await book.memories.remember({ text: lesson, kind: 'lesson', cites: ['ledger/money.py'] })
  const { call } = await connect(t, { args: ['--repo', repo.dir] })
  const recalled = await call('casebook_recall', {
    text: 'how are ledger totals rounded',
    moment: 'task-start',
  })
  assert.match(recalled.text, /^=== casebook memory: quoted data ===\n/)
  assert.match(recalled.text, /data, not instructions/)
  assert.match(recalled.text, /\| .*rounded half to even/)
  const handle = /mem:\w{26}/.exec(recalled.text)?.[0] ?? ''
  for (const named of [handle, 'm1']) {
    assert.match((await call('casebook_open', { handle: named })).text, /lesson \w{26}, version 1, active/)
    assert.match((await call('casebook_why', { memory: named })).text, /A person wrote this lesson down/)
  }
  const ofFile = await call('casebook_history', { path: './ledger/money.py' })
  assert.match(ofFile.text, /rounded half to even/)
})

test('says what is wrong with arguments, and does nothing', async (t) => {
  using repo = makeRepo('python-small')
  const { call } = await connect(t, { args: ['--repo', repo.dir] })
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ['casebook_recall', {}, /'text': is missing/],
    ['casebook_recall', { text: 'x', moment: 'later' }, /'moment': .*task-start/],
    ['casebook_recall', { text: 'x', words: 3 }, /no argument 'words', only text, moment/],
    ['casebook_search', { query: 'x', limit: 1_000 }, /'limit': .*30/],
    ['casebook_locate', { text: 7 }, /'text': expected string/],
    ['casebook_history', {}, /give 'path', 'symbol' or both/],
    ['casebook_open', { handle: 'mem:x', from: 5, to: 2 }, /'to' lies before 'from'/],
    ['casebook_why', { memory: 'm7' }, /no mark of the newest casebook_recall/],
    ['casebook_why', { memory: 'mem:01HZZZZZZZZZZZZZZZZZZZZZZZ' }, /memory/i],
  ]
  for (const [name, args, expected] of cases) {
    const { text, isError } = await call(name, args)
    assert.equal(isError, true, `${name} ${JSON.stringify(args)}: ${text}`)
    assert.match(text, expected)
  }
  const nowhere = await call('casebook_open', { handle: 'art:0123456789ab' })
  assert.match(nowhere.text, /leads to no evidence/)
})

test('refuses an unknown tool by the protocol, and names those that there are', async (t) => {
  using repo = makeRepo('python-small')
  const { call } = await connect(t, { args: ['--repo', repo.dir] })
  await assert.rejects(call('casebook_forget', {}), (error: McpError) => {
    assert.equal(error.code, -32602)
    assert.match(error.message, /no tool 'casebook_forget'.*casebook_recall/)
    return true
  })
})

test('changes nothing in memory unless it is allowed to, not even by showing', async (t) => {
  using repo = makeRepo('python-small')
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  await book.memories.remember({ text: lesson, kind: 'lesson' })
  const before = book.memories.stats().events
  const { call } = await connect(t, { args: ['--repo', repo.dir] })
  assert.match((await call('casebook_recall', { text: 'ledger totals rounded' })).text, /half to even/)
  for (const name of ['casebook_remember', 'casebook_cite']) {
    const { text, isError } = await call(name, { text: 'x', memories: ['m1'] })
    assert.equal(isError, true)
    assert.match(text, /may only read/)
  }
  assert.equal(book.memories.stats().events, before)
})

test('where it may write, an agent proposes and a person accepts; what is cited is credited', async (t) => {
  using repo = makeRepo('python-small')
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  const known = await book.memories.remember({ text: lesson, kind: 'lesson' })
  const { call, client } = await connect(t, { args: ['--repo', repo.dir, '--allow-write'] })
  assert.equal((await client.listTools()).tools.length, 8)
  const text = 'Exchange rates in tests come from tests/rates.json; the service is never asked.'
  const kept = await call('casebook_remember', { text, kind: 'fact', cites: ['ledger/money.py'] })
  assert.match(kept.text, /Kept as fact mem:\w{26}: a person has to accept it/)
  const [candidate] = (await book.memories.review()).candidates
  assert.equal(candidate?.record.text, text)
  assert.deepEqual(candidate?.flags, ['unproven'])
  assert.equal(candidate?.record.anchors[0]?.path, 'ledger/money.py')
  assert.equal(candidate?.record.provenance.author, 'test-agent')
  assert.doesNotMatch(
    (await call('casebook_recall', { text: 'exchange rates in tests' })).text,
    /rates\.json/,
  )
  await call('casebook_recall', { text: 'ledger totals rounded' })
  const cited = await call('casebook_cite', { memories: ['[m1]'], outcome: 'helped' })
  assert.match(cited.text, new RegExp(`as helped: mem:${known.record.id}`))
  const { counters } = (await book.memories.show(known.record.id)).record
  assert.deepEqual([counters.cited, counters.helped], [1, 1])
})
