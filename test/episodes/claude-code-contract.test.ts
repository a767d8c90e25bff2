/** Claude Code keeps the contract, also where files lie beside each other as in older and newer versions. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { claudeCode } from '../../src/memory/episodes/importers/claude-code.ts'
import { type Fixture, importerContract, machineOf, readHome } from './contract.ts'
import { labelled, Transcript } from './labelled/claude-code.ts'

const several: Fixture = {
  name: 'two sessions, one with a subagent in its own folder',
  sessions: 2,
  write(home) {
    new Transcript().says('Fix it').edits('a.py', 'x', 'y').runs('pytest', '1 passed in 0.1s').write(home)
    const other = new Transcript({ sessionId: 's2' })
    other.says('Another').edits('b.py', 'x', 'y').write(home, 's2')
    const side = join(home, '.claude', 'projects', '-home-ana-shop', 's2', 'subagents')
    mkdirSync(side, { recursive: true })
    const sub = new Transcript({ sessionId: 's2', isSidechain: true, agentId: 'x1' })
    sub.says('Look for it').edits('c.py', 'x', 'y')
    writeFileSync(join(side, 'agent-x1.jsonl'), `${sub.lines.join('\n')}\n`)
  },
}

importerContract(claudeCode, [several, ...labelled.slice(0, 3)])

function emptyHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'casebook-claude-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  return home
}

const read = (home: string) => readHome(claudeCode, machineOf({ name: 'home', write: () => {} }, home))

test('a long way that was given up does not overflow, whatever its length', async (t) => {
  const home = emptyHome(t)
  const work = new Transcript().says('Fix it')
  const start = work.last
  for (let n = 0; n < 20_000; n++) work.answers(`thought ${n}`)
  work.says('No, another way', { parentUuid: start }).edits('a.py', 'x', 'y').write(home)
  const { sessions } = await read(home)
  assert.deepEqual(
    sessions[0]?.steps.map(({ type }) => type),
    ['user', 'user', 'edit'],
  )
})

test('subagents beside the sessions belong to the one they name, in the order of time', async (t) => {
  const home = emptyHome(t)
  const main = new Transcript().says('Fix it').pause(10).runs('pytest', '1 passed in 0.1s')
  main.write(home)
  new Transcript({ isSidechain: true }).says('Change it').edits('a.py', 'x', 'y').write(home, 'agent-1')
  new Transcript({ sessionId: 'gone' }).says('Alone').write(home, 'agent-2')
  const { sessions, skipped, files } = await read(home)
  assert.equal(sessions.length, 1)
  assert.deepEqual(
    sessions[0]?.steps.map(({ type, subagent }) => `${type}${subagent === true ? ' of a subagent' : ''}`),
    ['user', 'user of a subagent', 'edit of a subagent', 'command'],
  )
  assert.deepEqual(skipped, ['a subagent without its session'])
  assert.equal([...files.values()][0]?.length, 2, 'growth of the subagent is growth of the session')
})
