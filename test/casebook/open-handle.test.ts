/** Handles through the door of memory: masked, in ranges, capped, and honest about what is not there. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleEpisode } from '../extension/memory-samples.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

test('opens a memory and lines of its evidence, and says what it left out', async (t) => {
  using repo = makeRepo('python-small')
  const { memories } = await openMemory(t, repo.dir)
  const lines = Array.from({ length: 1_000 }, (_, at) => `+line ${at + 1} of the patch`)
  const { record } = await memories.record({
    kind: 'episode',
    text: 'Totals are off by a cent',
    confidence: 'observed',
    provenance: { sources: [{ type: 'session', ref: 's1' }], author: 'claude-code', method: 'session' },
    episode: sampleEpisode({ patch: { content: { text: lines.join('\n') }, added: 1_000, removed: 0 } }),
  })
  const opened = await memories.open(`mem:${record.id}`)
  assert.equal(opened.found, true)
  const handle = /art:[0-9a-f]{12}/.exec(opened.text)?.[0] ?? ''
  const part = await memories.open(handle, { from: 40, to: 41 })
  assert.equal(part.text, '+line 40 of the patch\n+line 41 of the patch')
  assert.match(part.omitted ?? '', /Lines 40 to 41 of 1000/)
  const whole = await memories.open(handle)
  assert.equal(whole.text.split('\n').length, 400)
  const head = await memories.open(`mem:${record.id}`, { from: 1, to: 1 })
  assert.equal(head.text.split('\n').length, 1)
})

test('answers a handle that leads nowhere with a sentence', async (t) => {
  using repo = makeRepo('python-small')
  const { memories } = await openMemory(t, repo.dir)
  for (const handle of ['nonsense', 'mem:01HZZZZZZZZZZZZZZZZZZZZZZZ', 'art:0123456789ab#L1-4']) {
    const { found, text } = await memories.open(handle)
    assert.equal(found, false)
    assert.match(text, /missing/)
  }
})
