/** The memory of a window as acting asks for it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { windowKnowledge } from '../../src/extension/window-knowledge.ts'
import type { WindowMemory } from '../../src/extension/window-memory.ts'

const silent = {
  call: () => new Promise(() => {}),
  ask: () => new Promise(() => {}),
} as unknown as WindowMemory

test('a stop does not wait for a service that is busy', { timeout: 2_000 }, async () => {
  const knowledge = windowKnowledge(silent, '/repo')
  const stop = new AbortController()
  const { signal } = stop
  const asked = [
    knowledge.search('x', { signal }),
    knowledge.locate('x', { signal }),
    knowledge.commits('x', { signal }),
    knowledge.recall({ text: 'x' }, signal),
  ]
  setTimeout(() => stop.abort(new Error('enough')), 20)
  for (const one of asked) await assert.rejects(one, /enough/)
  await assert.rejects(knowledge.search('y', { signal }), /enough/)
})
