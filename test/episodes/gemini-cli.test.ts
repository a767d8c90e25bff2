/** Sessions of Gemini CLI, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { geminiCli } from '../../src/memory/episodes/importers/gemini-cli.ts'
import type { Session, StepOf } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, readHome, relativeTo } from './contract.ts'
import { Chat, failing, geminiId, labelled, passing, rootHash } from './labelled/gemini-cli.ts'

const homes: string[] = []
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'casebook-gemini-'))
  homes.push(home)
  return home
}

async function readIn(home: string): Promise<Session[]> {
  return (await readHome(geminiCli, { platform: 'linux', home, env: {}, repositories: [] })).sessions
}

async function readOne(chat: Chat): Promise<Session> {
  const home = newHome()
  chat.write(home)
  const [session] = await readIn(home)
  return session as Session
}

const commandsOf = ({ steps }: Session) =>
  steps.filter((step) => step.type === 'command') as StepOf<'command'>[]
const editsOf = ({ steps }: Session) => steps.filter((step) => step.type === 'edit') as StepOf<'edit'>[]
const typesOf = ({ steps }: Session) => steps.map(({ type }) => type)

test('a repair becomes one episode with what failed, the edit and the proof', async () => {
  const session = await readOne(
    new Chat()
      .says('The total is wrong, see #12')
      .runs('pytest tests/test_cart.py', failing, 1)
      .edits('shop/cart.py')
      .runs('pytest tests/test_cart.py', passing)
      .answers('Done.')
      .sets({ summary: 'Wrong total', lastUpdated: '2026-08-04T08:00:00.000Z' }),
  )
  assert.deepEqual(typesOf(session), ['user', 'command', 'edit', 'command', 'assistant'])
  assert.deepEqual(
    [session.sessionId, session.title, session.model, session.folders],
    [geminiId, 'Wrong total', 'gemini-3-pro', [fixtureRoot]],
  )
  const body = extractEpisodes(session, relativeTo())[0]?.draft.episode
  assert.equal(body?.outcome.verdict, 'passed')
  assert.match(body?.attempts[0]?.content.text ?? '', /\+\+\+ b\/shop\/cart\.py\n@@ -3,1 \+3,1 @@\n-a\n\+b/)
})

test('exit codes are read below the output, and what the program adds is no output', async () => {
  const shell = (output: string, more: object = {}) =>
    new Chat().says('Run').calls('run_shell_command', { command: 'pytest', dir_path: 'web' }, output, more)
  const ended = async (chat: Chat) => {
    const [command] = commandsOf(await readOne(chat))
    return [command?.exitCode, command?.evidence, command?.output]
  }
  assert.deepEqual(await ended(shell('Output: one\ntwo\nExit Code: 2\nProcess Group PGID: 1')), [
    2,
    'text',
    'one\ntwo',
  ])
  assert.deepEqual(await ended(shell('Output: (empty)')), [0, 'status', '(empty)'])
  assert.deepEqual(await ended(shell('Output: x\nSignal: SIGKILL')), [null, null, 'x'])
  assert.deepEqual(await ended(shell('It ran the tests.')), [null, null, 'It ran the tests.'])
  assert.deepEqual((await ended(shell('Command moved to background (PID: 7).')))[0], null)
  const [command] = commandsOf(await readOne(shell('Output: x')))
  assert.equal(command?.cwd, 'web')
})

test('edits say what they did, failed or refused ones too, and that the person changed them', async () => {
  const path = `${fixtureRoot}/new.py`
  const session = await readOne(
    new Chat()
      .says('Write')
      .calls('write_file', { file_path: 'new.py', content: 'x\n' }, 'ok', {
        resultDisplay: { fileName: 'new.py', originalContent: '', newContent: 'x\n' },
      })
      .edits('a.py', 'a', 'b', { status: 'error' })
      .edits('a.py', 'a', 'b', { status: 'cancelled' })
      .calls('replace', { file_path: path, old_string: 'x', new_string: 'y', modified_by_user: true }, 'ok'),
  )
  assert.deepEqual(
    editsOf(session).map(({ path: file, before, after: now, applied }) => [file, before, now, applied]),
    [
      ['new.py', '', 'x\n', true],
      [`${fixtureRoot}/a.py`, undefined, undefined, false],
      [path, 'x', 'y', true],
    ],
  )
  const signals = session.steps.flatMap((step) => (step.type === 'signal' ? [step.signal] : []))
  assert.deepEqual(signals, ['rejected', 'modified'])
})

test('going back takes turns, also twice and past what was taken before', async () => {
  const chat = new Chat().says('One').edits('one.py').says('Two')
  const two = chat.last
  chat
    .edits('two.py')
    .says('Three')
    .edits('three.py')
    .rewinds(chat.last.replace(/\d+/, (n) => `${Number(n) - 1}`))
  chat.says('Four').edits('four.py').rewinds(two).says('Five').edits('five.py')
  const episodes = extractEpisodes(await readOne(chat), relativeTo())
  const files = episodes.flatMap(({ draft }) => draft.episode?.files.map(({ path }) => path) ?? [])
  assert.deepEqual(files, ['one.py', 'five.py'])
  const all = await readOne(
    new Chat().says('One').edits('one.py').rewinds('nobody').says('Two').edits('b.py'),
  )
  const left = extractEpisodes(all, relativeTo()).flatMap(({ draft }) => draft.episode?.files ?? [])
  assert.deepEqual(
    left.map(({ path }) => path),
    ['b.py'],
  )
})

test('a set of all messages takes the place of those before; later ones follow', async () => {
  const chat = new Chat().says('Old').edits('old.py')
  const user = { id: 'n1', timestamp: '2026-08-04T07:10:00.000Z', type: 'user', content: 'New' }
  chat.sets({ messages: [user] }).edits('new.py')
  const session = await readOne(chat)
  assert.deepEqual(typesOf(session), ['user', 'edit'])
  assert.equal(editsOf(session)[0]?.path, `${fixtureRoot}/new.py`)
})

test("the program's own check is evidence and nothing more", async () => {
  const set = { memoryScratchpad: { version: 1, validationStatus: 'passed', touchedPaths: [] } }
  const session = await readOne(new Chat().says('Fix').edits('a.py').sets(set))
  const outcome = extractEpisodes(session, relativeTo())[0]?.draft.episode?.outcome
  assert.equal(outcome?.verdict, 'unknown')
  assert.ok(outcome?.evidence.some((line) => line.endsWith('own check of the session: passed')))
})

test('subagents lie in their session where their time puts them', async () => {
  const home = newHome()
  const main = new Chat().says('Fix it').edits('a.py').answers('Now the test').runs('pytest', passing)
  main.write(home)
  const inner = new Chat({ sessionId: 'sub', kind: 'subagent' }).says('Do it').edits('b.py')
  inner.write(home, { name: `${geminiId}/sub.jsonl` })
  inner.write(home, { name: 'gone-0000-parent/lost.jsonl' })
  const sessions = await readIn(home)
  const [one, two] = [...sessions].sort((a, b) => b.steps.length - a.steps.length)
  assert.deepEqual(
    one?.steps.map(({ type, subagent }) => (subagent ? `sub ${type}` : type)),
    ['user', 'sub user', 'edit', 'sub edit', 'assistant', 'command'],
  )
  assert.deepEqual([two?.parentSessionId, two?.sessionId], ['gone-0000-parent', 'sub'])
})

test('the folder comes from the mark, from the list of projects, or from a path whose hash fits', async () => {
  const home = newHome()
  new Chat().says('Fix').edits('a.py').writeOld(home)
  assert.deepEqual((await readIn(home))[0]?.folders, [fixtureRoot])
  const other = newHome()
  new Chat({ projectHash: 'unknown' }).says('Fix').edits('a.py').writeOld(other)
  assert.deepEqual((await readIn(other))[0]?.folders, [])
  writeFileSync(
    join(other, '.gemini', 'projects.json'),
    JSON.stringify({ projects: { [fixtureRoot]: rootHash } }),
  )
  assert.deepEqual((await readIn(other))[0]?.folders, [fixtureRoot])
})

test('a resumed old file is read from the new one', async () => {
  const home = newHome()
  const chat = new Chat().says('Fix').edits('a.py')
  chat.writeOld(home)
  const folder = join(home, '.gemini', 'tmp', rootHash, 'chats')
  writeFileSync(join(folder, 'session-2025-11-04T07-00-ab12cd34.jsonl'), chat.runs('pytest', passing).text)
  const sessions = await readIn(home)
  assert.equal(sessions.length, 1)
  assert.deepEqual(typesOf(sessions[0] as Session), ['user', 'edit', 'command'])
})

test('texts that the program put in are no request', async () => {
  const chat = new Chat().says('This is the Gemini CLI. We are setting up the context for our chat.')
  chat
    .says('Fix @a.py\n--- Content from referenced files ---\nlong')
    .message('info', { content: 'Request cancelled.' })
  assert.deepEqual(
    (await readOne(chat)).steps.map((step) => ('text' in step ? step.text : step.type)),
    ['Fix @a.py', 'signal'],
  )
})

const several: Fixture = {
  name: 'new and old sessions, a subagent, a list of projects',
  sessions: 2,
  write(home) {
    new Chat().says('Fix it').edits('a.py').runs('pytest', passing).write(home)
    const inner = new Chat({ sessionId: 'sub', kind: 'subagent' }).says('Do it').edits('b.py')
    inner.write(home, { name: `${geminiId}/sub.jsonl` })
    new Chat().says('Other').edits('c.py').writeOld(home)
    const list = join(home, '.gemini', 'projects.json')
    mkdirSync(dirname(list), { recursive: true })
    writeFileSync(list, JSON.stringify({ projects: { [fixtureRoot]: 'shop' } }))
  },
}
importerContract(geminiCli, [several, ...labelled.slice(0, 2)])
