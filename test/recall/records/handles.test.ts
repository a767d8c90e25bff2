/** Handles: opened once, capped, and never silent about what is missing. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { findHandles, markMissing, parseHandle } from '../../../src/memory/recall/records/handle-text.ts'
import {
  handleResolves,
  mostLines,
  openHandle,
  openHandles,
} from '../../../src/memory/recall/records/handles.ts'
import { episodeDraft, factDraft } from './records.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world.close())

const nobody = 'mem:01ARZ3NDEKTSV4RRFFQ69G5FAV'
const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at + 1}`)

test('reads handles of memories and evidence, and nothing else', () => {
  const [record, version, evidence, range, one] = findHandles(
    `${nobody}, ${nobody}@3 art:0123456789ab. art:0123456789ab#L10-40 (art:0123456789ab#L7)`,
  )
  assert.deepEqual(record, { type: 'mem', text: nobody, id: nobody.slice(4), version: null })
  assert.equal(version?.type === 'mem' && version.version, 3)
  assert.deepEqual(evidence, {
    type: 'art',
    text: 'art:0123456789ab',
    sha: '0123456789ab',
    from: null,
    to: null,
  })
  assert.deepEqual(range?.type === 'art' && [range.from, range.to], [10, 40])
  assert.deepEqual(one?.type === 'art' && [one.from, one.to], [7, 7])
  for (const text of ['mem:short', 'art:xyz', 'remember:this', 'mem:', `${nobody}x`, 'art:0123456789abzz'])
    assert.equal(parseHandle(text), null, text)
})

test('opens a record with all that it holds', () => {
  const attempt = {
    kind: 'patch',
    content: { text: 'the diff' },
    feedback: { text: 'the output' },
    exitCode: 1,
    passed: false,
    analysis: '',
    advice: '',
    files: [],
    at: null,
  } as const
  const record = world.put(episodeDraft('The pool leaks', { attempts: [{ ...attempt, files: [] }] }))
  const opened = openHandle(world.store, `mem:${record.id}`)
  assert.equal(opened.found, true)
  for (const part of ['The pool leaks', 'the diff', 'the output', 'failed', 'passed'])
    assert.ok(opened.text.includes(part), part)
})

test('opens the version that is named', () => {
  const { store } = world
  const record = world.put(factDraft('Ten sockets.'))
  const fields = {
    text: { before: 'Ten sockets.', after: 'Twelve sockets.' },
    version: { before: 1, after: 2 },
  }
  const actor = { type: 'person', name: 'ann' } as const
  store.append([{ type: 'REVISED', actor, reason: 'test', changes: [{ op: 'set', id: record.id, fields }] }])
  assert.ok(openHandle(store, `mem:${record.id}@1`).text.includes('Ten sockets.'))
  assert.ok(openHandle(store, `mem:${record.id}`).text.includes('Twelve sockets.'))
  assert.match(openHandle(store, `mem:${record.id}@3`).text, /missing.*no such version; the newest is 2/)
})

test('opens lines of evidence, at most 400, and says what was left out', () => {
  const sha = world.store.putArtifact('log', 'text/plain', lines.join('\n'))
  const short = `art:${sha.slice(0, 12)}`
  const all = openHandle(world.store, short)
  assert.equal(all.text.split('\n').length, mostLines)
  assert.equal(all.omitted, 'Lines 1 to 400 of 1000; the others are left out.')
  const some = openHandle(world.store, `${short}#L10-12`)
  assert.deepEqual(
    [some.text, some.omitted],
    ['line 10\nline 11\nline 12', 'Lines 10 to 12 of 1000; the others are left out.'],
  )
  assert.match(openHandle(world.store, `${short}#L2000-2001`).text, /missing.*it has 1000/)
  assert.match(openHandle(world.store, `${short}#L9-3`).text, /missing/)
  const tiny = world.store.putArtifact('log', 'text/plain', 'one\ntwo')
  assert.equal(openHandle(world.store, `art:${tiny}`).omitted, null)
})

test('says what is missing instead of failing', () => {
  const muted = world.put(factDraft('Ten sockets.', { inhibited: true }))
  assert.match(openHandle(world.store, nobody).text, /missing.*no memory/)
  assert.match(openHandle(world.store, 'art:0123456789ab').text, /missing.*no evidence/)
  assert.match(openHandle(world.store, 'nonsense').text, /missing.*no handle/)
  assert.match(openHandle(world.store, `mem:${muted.id}`).text, /missing.*muted/)
  assert.equal(handleResolves(world.store, nobody), false)
  assert.equal(
    markMissing(`see ${nobody}.`, () => false),
    `see ${nobody} (missing).`,
  )
})

test('opens each body once for as long as a window lives', () => {
  const records = world.fill(['Ten sockets.', 'Two pools.', 'One theme.'].map((text) => factDraft(text)))
  const handles = [
    ...records.map(({ id }) => `mem:${id}`),
    ...records.map(({ id }) => `mem:${id.toLowerCase()}`),
    nobody,
  ]
  const texts = fc.array(fc.array(fc.constantFrom(...handles), { maxLength: 6 }), { maxLength: 6 })
  fc.assert(
    fc.property(texts, (window) => {
      const seen = new Set<string>()
      const opened = window.flatMap((words) => openHandles(world.store, words.join(' '), seen))
      const bodies = opened.filter(({ found }) => found).map(({ text }) => text)
      assert.equal(new Set(bodies).size, bodies.length)
      const named = new Set(window.flat().map((handle) => handle.toUpperCase()))
      assert.equal(opened.length, named.size)
    }),
    { numRuns: 50 },
  )
})
