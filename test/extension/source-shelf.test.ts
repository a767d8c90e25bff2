/** The shelf of sources over a real service: paged, kept, asked for anew, and not stuck on a failure. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type AskSessions, SourceShelf } from '../../src/extension/source-shelf.ts'
import type { SessionReply } from '../../src/protocol.ts'
import { createService } from '../../src/service/calls.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { put, Work } from '../sessions/shop.ts'

test('lists sources and pages of sessions, asked for once until something changed', async (t) => {
  using repo = makeRepo('python-small')
  const home = makeRepo({}, { git: false })
  t.after(home.cleanup)
  const before = process.env.CLAUDE_CONFIG_DIR
  process.env.CLAUDE_CONFIG_DIR = join(home.dir, '.claude')
  t.after(() => {
    if (before === undefined) delete process.env.CLAUDE_CONFIG_DIR
    else process.env.CLAUDE_CONFIG_DIR = before
  })
  for (let n = 0; n < 53; n++) {
    put(
      home.dir,
      `s${n}`,
      new Work(repo.dir, { sessionId: `s${n}` }).pause(n).repairs(`Goal ${n}`, 'a.py').lines,
    )
  }
  const quiet = () => {}
  const service = createService({ status: quiet, memories: quiet, sessions: quiet, log: quiet, busy: quiet })
  t.after(() => service.close())
  await service.calls.open(repo.dir, { workers: 1, autoIndex: false })
  const asked: string[] = []
  let isBroken = false
  const ask: AskSessions = async (call, args) => {
    asked.push(call)
    if (isBroken) throw new Error('the service ended')
    return (await service.calls.sessions({ call, args })) as SessionReply<typeof call>
  }
  const shelf = new SourceShelf(ask)
  const claude = async () => (await shelf.sources()).sources.find(({ agent }) => agent === 'claude-code')
  assert.deepEqual([(await claude())?.found, (await claude())?.imported], [53, 0])
  assert.deepEqual(asked, ['sources'])

  await service.calls.sessions({ call: 'import', args: [{ agents: ['claude-code'] }] })
  shelf.forget('pages')
  assert.equal((await claude())?.imported, 0, 'the disk is not looked through for a page')
  shelf.forget('all')
  assert.equal((await claude())?.imported, 53)

  const first = await shelf.sessions('claude-code')
  assert.deepEqual([first.sessions.length, first.left], [50, 3])
  shelf.more('claude-code')
  const all = await shelf.sessions('claude-code')
  assert.deepEqual([all.sessions.length, all.left], [53, 0])
  assert.ok(all.sessions.every(({ verdicts }) => verdicts.passed === 1))

  isBroken = true
  shelf.forget('all')
  await assert.rejects(shelf.sources())
  isBroken = false
  assert.equal((await claude())?.found, 53)
})
