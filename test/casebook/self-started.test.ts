/** Runs that start without being asked for: joined, stopped, and forbidden by the setting. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunQueue } from '../../src/casebook/run-queue.ts'
import { eventually } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const source = { 'a.py': 'def alphaone():\n    pass\n' }

describe('a memory that watches git', () => {
  it('makes one run of the commits that come while it is paused', async (t) => {
    using repo = makeRepo(source)
    const casebook = await openMemory(t, repo.dir, { watch: true })
    await casebook.index({ reason: 'test' })
    casebook.pause()
    for (let count = 0; count < 4; count++) {
      repo.commit(`change ${count}`, { 'a.py': `def beta${count}():\n    pass\n` })
      await sleep(250)
    }
    casebook.resume()
    await sleep(600)
    const { length } = (await casebook.health()).runs
    assert.ok(length >= 2 && length <= 3, `${length} runs`)
  })

  it('stops a run that nobody asked for', async (t) => {
    using repo = makeRepo(source)
    const casebook = await openMemory(t, repo.dir, { watch: true })
    await casebook.index({ reason: 'test' })
    casebook.pause()
    repo.commit('change', { 'a.py': 'def beta():\n    pass\n' })
    assert.ok(await eventually(() => casebook.status().state.kind === 'paused'))
    casebook.stop()
    assert.ok(await eventually(() => casebook.status().state.kind === 'idle'))
  })

  it('leaves git alone where indexing may not start by itself', async (t) => {
    using repo = makeRepo(source)
    const casebook = await openMemory(t, repo.dir, { watch: true, settings: { autoIndex: false } })
    await casebook.index({ reason: 'test' })
    repo.commit('change', { 'a.py': 'def beta():\n    pass\n' })
    await sleep(500)
    assert.equal((await casebook.health()).runs.length, 1)
  })
})

describe('the queue of runs', () => {
  it('runs one after the other and lets later ones begin after a stop', async () => {
    const queue = new RunQueue()
    const order: string[] = []
    const run = (name: string) => async (signal: AbortSignal) => {
      order.push(name)
      await sleep(20)
      signal.throwIfAborted()
    }
    const asked = queue.add(run('asked'))
    const joined = [queue.join(run('joined')), queue.join(run('never'))]
    await Promise.all([asked, ...joined])
    const stopped = [queue.add(run('stopped')), queue.join(run('not begun'))]
    await sleep(5)
    queue.stop('enough')
    await assert.rejects(stopped[0] as Promise<void>, /enough/)
    await stopped[1]
    await queue.join(run('later'))
    assert.deepEqual(order, ['asked', 'joined', 'stopped', 'later'])
  })

  it('begins nothing after it was closed', async () => {
    const queue = new RunQueue()
    await queue.close('closed')
    await assert.rejects(
      queue.add(async () => assert.fail('begun')),
      /closed/,
    )
  })
})
