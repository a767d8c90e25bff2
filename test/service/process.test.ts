/** The service process and the window that leaves it. */

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import type { ServiceApi, ServiceEvents } from '../../src/protocol.ts'
import { connect } from '../../src/rpc.ts'
import { serviceEntry } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

const manyFiles = Object.fromEntries(
  Array.from({ length: 300 }, (_, at) => [
    `m${at}.py`,
    `def walk_${at}(x):\n    return x + ${at}\n`.repeat(30),
  ]),
)

test('closes its stores when the window goes in the middle of a run', async () => {
  using repo = makeRepo(manyFiles)
  const child = fork(serviceEntry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors += text
  })
  const indexing = Promise.withResolvers<void>()
  const events: ServiceEvents = {
    status: ({ indexedFiles }) => indexedFiles > 0 && indexing.resolve(),
    memories: () => {},
    sessions: () => {},
    log: () => {},
  }
  const remote = connect<ServiceApi, ServiceEvents>(events, {
    post: (message) => child.send(message as object),
    on: (listener) => child.on('message', listener),
  })
  await remote.$call('open', repo.dir, {})
  await indexing.promise
  child.disconnect()
  const [code] = await once(child, 'exit')
  assert.deepEqual([code, errors], [0, ''])
})
