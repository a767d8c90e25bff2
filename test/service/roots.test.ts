/** Several roots in one service: what is wrong with one stays its own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createService } from '../../src/service/calls.ts'
import { breakIndex, manyFiles } from '../casebook/damage.ts'
import { openMemory } from '../casebook/open-memory.ts'
import { eventually } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

test('answers from the other roots while one is damaged, and shows that one as failed', async (t) => {
  using sound = makeRepo({ 'zebra.py': 'def paint_zebra():\n    pass\n' })
  using broken = makeRepo(manyFiles)
  for (const repo of [sound, broken]) {
    const casebook = await openMemory(t, repo.dir)
    await casebook.index({ reason: 'test' })
    await casebook.close()
  }
  breakIndex(broken.dir)
  const log: string[] = []
  const service = createService({
    status: () => {},
    memories: () => {},
    sessions: () => {},
    log: (_level, message) => void log.push(message),
    busy: () => {},
  })
  t.after(() => service.close())
  const settings = { autoIndex: false }
  for (const repo of [sound, broken]) await service.calls.open(repo.dir, settings)
  const query = 'paint_zebra walk_59_3'
  const { hits } = await service.calls.search({ query })
  assert.deepEqual(new Set(hits.map(({ root }) => root)), new Set([sound.dir]))
  assert.ok(log.some((line) => line.includes(broken.dir)))
  const kinds = (await service.calls.status()).map(({ state }) => state.kind)
  assert.deepEqual(kinds, ['idle', 'failed'])
  assert.equal((await service.calls.health()).length, 2)
  await assert.rejects(service.calls.search({ query, root: broken.dir }), { message: /damaged/ })
})

test('stops a run that a commit started', async (t) => {
  using repo = makeRepo({ 'a.py': 'a = 1\n' })
  const service = createService({
    status: () => {},
    memories: () => {},
    sessions: () => {},
    log: () => {},
    busy: () => {},
  })
  t.after(() => service.close())
  await service.calls.open(repo.dir, {})
  const state = async () => (await service.calls.status())[0]
  const isDone = async () => (await state())?.lastRun !== null && (await state())?.state.kind === 'idle'
  assert.ok(await eventually(isDone))
  await service.calls.pause()
  repo.commit('change', { 'a.py': 'a = 2\n' })
  assert.ok(await eventually(async () => (await state())?.state.kind === 'paused'))
  await service.calls.stop()
  assert.ok(await eventually(async () => (await state())?.state.kind === 'idle', 2_000))
})
