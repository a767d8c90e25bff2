import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, isAlive, observedClient } from './service-process.ts'

const quick = { first: 50, longest: 400, healthy: 60_000 }

test('starts the service with the first call and ends it on dispose', async (t) => {
  const { client } = observedClient(t)
  assert.equal(client.pid, null)
  assert.deepEqual(await client.call('status'), [])
  const pid = client.pid
  assert.ok(pid !== null && isAlive(pid))
  await client.dispose()
  assert.ok(await eventually(() => !isAlive(pid)), 'the service outlived its client')
  await assert.rejects(client.call('status'), { name: 'ServiceEnded' })
})

test('answers again after the service was killed, and says why it was gone', async (t) => {
  const { client, log, states } = observedClient(t, quick)
  await client.call('status')
  const first = client.pid
  assert.ok(first !== null)
  process.kill(first, 'SIGKILL')
  await eventually(() => client.pid !== first)
  assert.deepEqual(await client.call('status'), [])
  assert.notEqual(client.pid, first)
  assert.ok(
    log.some((line) => line.startsWith('error') && line.includes('SIGKILL')),
    log.join('\n'),
  )
  assert.deepEqual(
    states.map((state) => state.kind),
    ['running', 'restarting', 'running'],
  )
  await client.dispose()
})

test('repeats a question that the service died under', async (t) => {
  const { client } = observedClient(t, quick)
  await client.call('status')
  const asked = client.call('status')
  process.kill(client.pid ?? 0, 'SIGKILL')
  assert.deepEqual(await asked, [])
  await client.dispose()
})

test('survives many calls into a service that just died', async (t) => {
  const { client } = observedClient(t, quick)
  await client.call('status')
  process.kill(client.pid ?? 0, 'SIGKILL')
  // The pipe is broken, and the client has not been told yet.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  const answers = await Promise.all(Array.from({ length: 5 }, () => client.call('status')))
  assert.deepEqual(answers, [[], [], [], [], []])
  await client.dispose()
})

test('waits longer after every crash, up to a limit', async (t) => {
  const { client, states } = observedClient(t, quick)
  await client.call('status')
  for (let crash = 0; crash < 5; crash += 1) {
    const pid = client.pid ?? 0
    process.kill(pid, 'SIGKILL')
    await eventually(() => client.pid !== null && client.pid !== pid)
  }
  const waits = states.flatMap((state) => (state.kind === 'restarting' ? [state.inMilliseconds] : []))
  assert.deepEqual(waits, [50, 100, 200, 400, 400])
  await client.dispose()
})

test('ends while it waits for a restart', async (t) => {
  const { client, states } = observedClient(t, { first: 60_000, longest: 60_000, healthy: 60_000 })
  await client.call('status')
  process.kill(client.pid ?? 0, 'SIGKILL')
  await eventually(() => states.at(-1)?.kind === 'restarting')
  const waiting = assert.rejects(client.call('status'), { name: 'ServiceEnded' })
  await client.dispose()
  await waiting
  assert.equal(client.pid, null)
})

test('an error of the service keeps its name, message and remedy', async (t) => {
  const { client } = observedClient(t)
  await assert.rejects(client.call('excluded', { root: '/nowhere' }), {
    name: 'UserError',
    message: 'No memory is open for /nowhere.',
    remedy: 'Open the folder in the editor and try again.',
  })
  await client.dispose()
})

test('leaves no process behind when the window is killed', async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL('orphan-parent.ts', import.meta.url))])
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line).trim())
  assert.ok(isAlive(pid))
  parent.kill('SIGKILL')
  assert.ok(await eventually(() => !isAlive(pid)), `the service ${pid} is an orphan`)
})
