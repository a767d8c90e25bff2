import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { IndexState, RootStatus } from '../../src/protocol.ts'
import { StatusFeed } from '../../src/service/status-feed.ts'

function status(root: string, state: IndexState, indexedFiles = 0): RootStatus {
  const counts = { files: 10, indexedFiles, excludedFiles: 0, chunks: 0, symbols: 0, commits: 0 }
  const nothing = {
    progress: null,
    languages: [],
    head: null,
    branch: null,
    lastRun: null,
    lastError: null,
    notices: [],
  }
  return { root, name: root, state, ...counts, ...nothing }
}

function observedFeed() {
  const sent: RootStatus[] = []
  const busy: boolean[] = []
  const feed = new StatusFeed({
    status: (one) => void sent.push(one),
    memories: () => {},
    sessions: () => {},
    log: () => {},
    busy: (is) => void busy.push(is),
  })
  return { feed, sent, busy }
}

const indexing: IndexState = { kind: 'indexing', reason: 'test' }

test('tells a change of state at once and progress a few times a second', async () => {
  const { feed, sent } = observedFeed()
  feed.push(status('a', { kind: 'idle' }))
  feed.push(status('a', indexing))
  for (let files = 1; files <= 9; files += 1) feed.push(status('a', indexing, files))
  assert.deepEqual(
    sent.map(({ state }) => state.kind),
    ['idle', 'indexing'],
  )
  await wait(300)
  assert.deepEqual(
    sent.map(({ indexedFiles }) => indexedFiles),
    [0, 0, 9],
  )
})

test('never tells progress after the end that followed it', async () => {
  const { feed, sent } = observedFeed()
  feed.push(status('a', indexing))
  feed.push(status('a', indexing, 5))
  feed.push(status('a', { kind: 'idle' }, 10))
  await wait(300)
  assert.equal(sent.at(-1)?.state.kind, 'idle')
})

test('is busy while any root is indexed', () => {
  const { feed, busy } = observedFeed()
  feed.push(status('a', indexing))
  feed.push(status('b', indexing))
  feed.push(status('a', { kind: 'idle' }))
  assert.deepEqual(busy, [true])
  feed.forget('b')
  assert.deepEqual(busy, [true, false])
})
