/** The pages of the tree, over a real memory. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Ask, MemoryShelf } from '../../src/extension/memory-shelf.ts'
import { createService } from '../../src/service/calls.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

async function open(t: TestContext): Promise<{ ask: Ask; shelf: MemoryShelf; asked: string[] }> {
  const repo = makeRepo('python-small')
  t.after(repo.cleanup)
  const quiet = () => {}
  const service = createService({ status: quiet, memories: quiet, sessions: quiet, log: quiet, busy: quiet })
  t.after(() => service.close())
  await service.calls.open(repo.dir, { workers: 1, autoIndex: false })
  const asked: string[] = []
  const ask: Ask = async (call, args) => {
    asked.push(call)
    return await service.calls.memory({ call, args })
  }
  return { ask, shelf: new MemoryShelf(ask), asked }
}

/** Facts that share no words, so that none is taken for another. */
async function remember(ask: Ask, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const words = [3, 5, 7].map((step) => `w${(i * step + step).toString(36)}x${i}`)
    await ask('remember', [{ text: `The ${words.join(' ')} holds.`, kind: 'fact' }])
  }
}

test('has no groups where nothing is remembered', async (t) => {
  const { shelf } = await open(t)
  assert.deepEqual(await shelf.counts(), [])
})

test('counts groups, and pages through a long one without gaps or repeats', async (t) => {
  const { ask, shelf } = await open(t)
  await remember(ask, 60)
  assert.deepEqual(await shelf.counts(), [{ group: 'facts', count: 60 }])
  const first = await shelf.records('facts')
  assert.equal(first.records.length, 50)
  assert.equal(first.left, 10)
  shelf.more('facts')
  const all = await shelf.records('facts')
  assert.equal(all.left, 0)
  assert.equal(new Set(all.records.map(({ id }) => id)).size, 60)
  assert.deepEqual(
    all.records.slice(0, 50).map(({ id }) => id),
    first.records.map(({ id }) => id),
  )
})

test('keeps what it read until it is told to forget, and knows when others wrote', async (t) => {
  const { ask, shelf, asked } = await open(t)
  await remember(ask, 2)
  await shelf.counts()
  const reads = asked.length
  await shelf.records('facts')
  assert.equal(asked.length, reads)
  assert.equal(await shelf.isOther(), false)
  await remember(ask, 3)
  assert.equal(await shelf.isOther(), true)
  assert.equal((await shelf.records('facts')).records.length, 2)
  shelf.forget()
  assert.equal((await shelf.counts())[0]?.count, 3)
})

test('asks again after a failure', async () => {
  let failures = 1
  const ask = (async (call: string) => {
    if (failures-- > 0) throw new Error('the service restarts')
    return call === 'list' ? { records: [], total: 0, next: null } : {}
  }) as unknown as Ask
  const shelf = new MemoryShelf(ask)
  await assert.rejects(shelf.records('facts'), /restarts/)
  assert.deepEqual(await shelf.records('facts'), { records: [], left: 0 })
})
