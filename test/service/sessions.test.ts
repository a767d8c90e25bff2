/** Past sessions through the service: found, chosen, imported with progress, stopped by the job, told to the window. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { MemoryChange, SessionNews } from '../../src/protocol.ts'
import { createService } from '../../src/service/calls.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { put, Work } from '../sessions/shop.ts'

test('sources, import and stop go to the only root', async (t) => {
  using repo = makeRepo('python-small')
  const home = makeRepo({}, { git: false })
  t.after(home.cleanup)
  const before = process.env.CLAUDE_CONFIG_DIR
  process.env.CLAUDE_CONFIG_DIR = join(home.dir, '.claude')
  t.after(() => {
    if (before === undefined) delete process.env.CLAUDE_CONFIG_DIR
    else process.env.CLAUDE_CONFIG_DIR = before
  })
  for (let n = 0; n < 3; n++)
    put(home.dir, `s${n}`, new Work(repo.dir).pause(n).repairs(`Goal ${n}`, 'a.py').lines)
  const changes: MemoryChange[] = []
  const news: SessionNews[] = []
  const { calls, close } = createService({
    status: () => {},
    memories: (change) => void changes.push(change),
    sessions: (one) => {
      news.push(one)
      if (one.job === 'short' && one.progress.done === 1) void calls.cancelSessions('short')
    },
    log: () => {},
    busy: () => {},
  })
  t.after(close)
  await calls.open(repo.dir, { workers: 1, autoIndex: false })
  const { sources } = await calls.sessions({ call: 'sources', args: [] })
  assert.equal(sources.find(({ agent }) => agent === 'claude-code')?.found, 3)
  const agents = ['claude-code']
  const short = await calls.sessions({ call: 'import', args: [{ agents }], job: 'short' })
  assert.deepEqual([short.stopped, short.imported], [true, 1])
  const rest = await calls.sessions({ call: 'import', args: [{ agents }], job: 'long' })
  assert.deepEqual([rest.unchanged, rest.imported], [1, 2])
  assert.ok(
    news.some(({ job, root, progress }) => job === 'long' && root === repo.dir && progress.total === 3),
  )
  assert.deepEqual(changes.at(-1), { root: repo.dir, by: 'sessions' })
  assert.equal((await calls.sessions({ call: 'list', args: [{}] })).total, 3)
  await assert.rejects(calls.sessions({ call: 'show', args: ['nothing'] }), { name: 'UserError' })
  await assert.rejects(calls.sessions({ call: 'toString' as 'list', args: [{}] }), /no call/)
})
