/** The room that questions have for garbage: fewer collections of the whole heap while they come, and not for longer. */

import assert from 'node:assert/strict'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { openHeapRoom } from '../../src/casebook/memories/heap-room.ts'

setFlagsFromString('--optimize-for-size')

/** Collections of the whole heap while 100 MB pass through it, each object long enough to grow old. */
async function collections(): Promise<number> {
  let count = 0
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ((entry as { detail?: { kind: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)
        count++
  })
  observer.observe({ entryTypes: ['gc'] })
  const held: number[][] = []
  for (let at = 0; at < 12_500; at++) {
    held[at % 2_500] = Array.from({ length: 1_000 }, (_, index) => index + at)
    if (at % 500 === 0) await sleep(1)
  }
  await sleep(20)
  observer.disconnect()
  return count
}

test('while questions come the heap is collected less often, and as before when they end', async () => {
  await collections()
  const before = await collections()
  const room = openHeapRoom()
  room.asked()
  await collections()
  const asked = await collections()
  room.close()
  await collections()
  const after = await collections()
  assert.ok(asked * 1.5 < before, `${asked} of ${before}`)
  assert.ok(asked * 1.5 < after, `${asked} of ${after}`)
})

test('after a quiet time the room is given back by itself, and another question takes it again', async () => {
  const room = openHeapRoom(30)
  room.asked()
  await sleep(60)
  await collections()
  const quiet = await collections()
  const next = openHeapRoom()
  next.asked()
  await collections()
  const asked = await collections()
  next.close()
  room.close()
  assert.ok(asked * 1.5 < quiet, `${asked} of ${quiet}`)
})
