/** Sessions of Qwen Code, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { qwenCode } from '../../src/memory/episodes/importers/qwen-code.ts'
import type { Session } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, readHome, relativeTo } from './contract.ts'
import { failing, labelled, passing, Records } from './labelled/qwen-code.ts'

const homes: string[] = []
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'casebook-qwen-'))
  homes.push(home)
  return home
}

async function readIn(home: string): Promise<Session[]> {
  return (await readHome(qwenCode, { platform: 'linux', home, env: {}, repositories: [] })).sessions
}

async function readOne(records: Records): Promise<Session> {
  const home = newHome()
  records.write(home)
  return (await readIn(home))[0] as Session
}

const typesOf = ({ steps }: Session) => steps.map(({ type }) => type)

test('a repair becomes one episode with what failed, the edit and the proof', async () => {
  const session = await readOne(
    new Records()
      .says('The total is wrong, see #12')
      .runs('pytest tests/test_cart.py', failing, 1)
      .edits('shop/cart.py')
      .runs('pytest tests/test_cart.py', passing)
      .record('system', { subtype: 'custom_title', systemPayload: { customTitle: 'Wrong total' } }),
  )
  assert.deepEqual(
    typesOf(session).filter((type) => type !== 'assistant'),
    ['user', 'command', 'edit', 'command'],
  )
  assert.deepEqual(
    [session.sessionId, session.title, session.branch, session.model, session.folders],
    ['q1', 'Wrong total', 'fix', 'qwen3-coder', [fixtureRoot]],
  )
  const [command] = session.steps.flatMap((step) => (step.type === 'command' ? [step] : []))
  assert.deepEqual([command?.exitCode, command?.evidence, command?.output], [1, 'text', failing])
  assert.equal(extractEpisodes(session, relativeTo())[0]?.draft.episode?.outcome.verdict, 'passed')
})

test('turns that were given up are taken back, wherever the record before them was', async () => {
  const records = new Records().says('One').edits('one.py')
  const back = records.last
  records.says('Two').edits('two.py').rewinds(back).says('Three').edits('three.py')
  const files = extractEpisodes(await readOne(records), relativeTo()).flatMap(
    ({ draft }) => draft.episode?.files.map(({ path }) => path) ?? [],
  )
  assert.deepEqual(files, ['one.py', 'three.py'])
})

test('a failed, a refused and a missing result tell what became of an edit; repeated records count once', async () => {
  const records = new Records().says('Write').edits('a.py', { status: 'cancelled' })
  records.calls('edit', { file_path: 'b.py', old_string: '', new_string: 'x' }, { error: 'no such text' }, {})
  records.edits('c.py')
  records.lines.push(...records.lines)
  const { steps } = await readOne(records)
  assert.deepEqual(
    steps.flatMap((step) =>
      step.type === 'edit' ? [[step.path, step.applied]] : step.type === 'signal' ? [[step.signal]] : [],
    ),
    [['rejected'], ['b.py', false], [`${fixtureRoot}/c.py`, true]],
  )
})

test('subagents are marked, notices are no requests', async () => {
  const records = new Records().says('Look').says('A shell ended', { subtype: 'notification' })
  records.says('Find it', { isSidechain: true, agentId: 'explore-1' })
  const { steps } = await readOne(records)
  assert.deepEqual(
    steps.map(({ type, subagent }) => [type, subagent ?? false]),
    [
      ['user', false],
      ['user', true],
    ],
  )
})

test('files of the first versions are read as those of Gemini CLI', async () => {
  const home = newHome()
  writeOld(home)
  const [session] = await readIn(home)
  assert.equal(session?.agent, 'qwen-code')
  assert.deepEqual(typesOf(session as Session), ['user', 'assistant'])
})

function writeOld(home: string): void {
  const folder = join(home, '.qwen', 'tmp', 'abc', 'chats')
  mkdirSync(folder, { recursive: true })
  const timestamp = '2025-11-04T07:00:00.000Z'
  const messages = [
    { id: '1', timestamp, type: 'user', content: 'Fix it' },
    { id: '2', timestamp, type: 'qwen', content: 'Done' },
  ]
  const session = { sessionId: 'old', projectHash: 'abc', startTime: timestamp, messages }
  writeFileSync(join(folder, 'session-2025-11-04T07-00-old.json'), JSON.stringify(session))
}

const several: Fixture = {
  name: 'new and old sessions',
  sessions: 2,
  write(home) {
    new Records().says('Fix it').edits('a.py').runs('pytest', passing).rewinds(null).write(home)
    writeOld(home)
  },
}
importerContract(qwenCode, [several, ...labelled.slice(0, 1)])
