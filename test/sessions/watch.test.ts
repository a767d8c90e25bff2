/** Folders of chosen agents are watched: a session is imported when it is quiet, none of an agent that was not chosen. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { watchSessions } from '../../src/casebook/sessions/watch.ts'
import type { Importer } from '../../src/memory/episodes/session.ts'
import type { SessionImport } from '../../src/protocol-sessions.ts'
import { eventually } from '../extension/service-process.ts'

function open(t: TestContext, still: () => boolean) {
  const home = mkdtempSync(join(tmpdir(), 'casebook-watch-'))
  const place = join(home, 'sessions')
  mkdirSync(place)
  const importer = {
    agent: 'one',
    title: 'One',
    places: () => [place, join(home, 'none')],
  } as unknown as Importer
  let chosen: Importer[] = [importer]
  const calls: string[][] = []
  const skipped = () => (still() ? [{ reason: 'it is still going on', count: 1, example: '' }] : [])
  const watcher = watchSessions({
    chosen: () => chosen,
    sources: () => [],
    machine: { platform: 'linux', home, env: {}, repositories: [] },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    work: async (agents) => {
      calls.push(agents)
      return { skipped: skipped() } as unknown as SessionImport
    },
    debounceMs: 30,
    quietMs: 60,
  })
  const choose = (agents: Importer[]) => {
    chosen = agents
  }
  t.after(() => {
    watcher.close()
    rmSync(home, { recursive: true, force: true })
  })
  return { place, calls, watcher, choose }
}

test('a burst of changes is one import, and one more look follows while a session goes on', async (t) => {
  let isGoingOn = true
  const { place, calls, watcher } = open(t, () => isGoingOn)
  watcher.refresh()
  assert.ok(await eventually(() => calls.length >= 2), 'asked again while it goes on')
  isGoingOn = false
  await wait(200)
  const before = calls.length
  for (let n = 0; n < 5; n++) writeFileSync(join(place, `s${n}.jsonl`), '{}')
  assert.ok(await eventually(() => calls.length > before))
  await wait(200)
  assert.equal(calls.length, before + 1)
  assert.deepEqual(calls.at(-1), ['one'])
})

test('nothing is watched any more after the choice was taken back', async (t) => {
  const { place, calls, watcher, choose } = open(t, () => false)
  watcher.refresh()
  assert.ok(await eventually(() => calls.length === 1))
  choose([])
  watcher.refresh()
  await wait(100)
  writeFileSync(join(place, 's.jsonl'), '{}')
  await wait(150)
  assert.equal(calls.length, 1)
})
