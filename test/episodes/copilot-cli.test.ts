/** Sessions of the GitHub Copilot CLI, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { copilotCli } from '../../src/memory/episodes/importers/copilot-cli.ts'
import type { Session, StepOf } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, readHome, relativeTo } from './contract.ts'
import {
  EventLog,
  failing,
  labelled,
  legacyCall,
  legacyContext,
  passing,
  writeLegacy,
} from './labelled/copilot-cli.ts'

const homes: string[] = []
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'casebook-copilot-cli-'))
  homes.push(home)
  return home
}

async function readIn(home: string): Promise<Session[]> {
  return (await readHome(copilotCli, { platform: 'linux', home, env: {}, repositories: [] })).sessions
}

async function readOne(log: EventLog): Promise<Session> {
  const home = newHome()
  log.write(home)
  const [session] = await readIn(home)
  return session as Session
}

const commandsOf = ({ steps }: Session) =>
  steps.filter((step) => step.type === 'command') as StepOf<'command'>[]
const editsOf = ({ steps }: Session) => steps.filter((step) => step.type === 'edit') as StepOf<'edit'>[]
const typesOf = ({ steps }: Session) => steps.map(({ type }) => type)

test('a repair becomes one episode with what failed, the edit and the proof', async () => {
  const session = await readOne(
    new EventLog()
      .says('The total is wrong, see #12')
      .runs('pytest tests/test_cart.py', failing, 1)
      .edits('shop/cart.py')
      .runs('pytest tests/test_cart.py', passing)
      .answers('Done.')
      .event('session.task_complete', { success: true, outcome: 'completed', summary: 'Fixed' }),
  )
  assert.deepEqual(typesOf(session), ['user', 'command', 'edit', 'command', 'assistant', 'signal'])
  assert.deepEqual(
    [session.folders, session.remote, session.branch, session.headCommit, session.model],
    [[fixtureRoot], 'https://github.com/ana/shop', 'fix', '2'.repeat(40), 'claude-sonnet'],
  )
  const body = extractEpisodes(session, relativeTo())[0]?.draft.episode
  assert.equal(body?.outcome.verdict, 'passed')
  assert.ok(body?.outcome.evidence.includes('completed: Fixed'))
  assert.match(body?.attempts[0]?.content.text ?? '', /\+\+\+ b\/shop\/cart\.py\n@@ -3,1 \+3,1 @@\n-a\n\+b/)
})

test('the exit code in the text goes before the word of the shell; without both nothing is known', async () => {
  const session = await readOne(
    new EventLog()
      .says('Run it')
      .runs('pytest', 'one', 2)
      .runs('pytest', 'two', null)
      .calls('bash', { command: 'pytest' }, { content: 'three', success: false })
      .calls(
        'bash',
        { command: 'pytest' },
        { content: '<command with shellId: 1 is still running after 30 s>' },
      )
      .calls('bash', { command: 'pytest' }, null),
  )
  assert.deepEqual(
    commandsOf(session).map(({ exitCode, evidence, output }) => [exitCode, evidence, output.slice(0, 5)]),
    [
      [2, 'text', 'one'],
      [0, 'status', 'two'],
      [null, null, 'three'],
      [null, null, '<comm'],
      [null, null, ''],
    ],
  )
})

test('what a shell in the background did later is told by a look at it or by a notice', async () => {
  const start = (log: EventLog, shellId: string) =>
    log.calls(
      'powershell',
      { command: 'npm test', mode: 'async', shellId },
      { content: `<command started in background with shellId: ${shellId}>` },
    )
  const log = new EventLog().says('Run them')
  start(log, 'x').calls('read_powershell', { shellId: 'x' }, { content: 'red\n<exited with exit code 3>' })
  start(log, 'y').event('system.notification', {
    kind: { type: 'shell_completed', shellId: 'y', exitCode: 0 },
  })
  assert.deepEqual(
    commandsOf(await readOne(log)).map(({ exitCode, evidence }) => [exitCode, evidence]),
    [
      [3, 'text'],
      [0, 'field'],
    ],
  )
})

test('all tools that write are edits; looking at a file is none', async () => {
  const path = `${fixtureRoot}/a.py`
  const patch = '*** Begin Patch\n*** Update File: b.py\n@@\n-a\n+b\n*** End Patch'
  const session = await readOne(
    new EventLog()
      .says('Write')
      .calls('create', { path, file_text: 'x\n' }, { content: 'Created' })
      .calls(
        'str_replace_editor',
        { command: 'str_replace', path, old_str: 'x', new_str: 'y' },
        { content: '' },
      )
      .calls('str_replace_editor', { command: 'view', path }, { content: 'y' })
      .calls('apply_patch', patch, { content: 'ok' })
      .calls('edit', { path, old_str: 'no', new_str: 'z' }, { content: '', success: false }),
  )
  assert.deepEqual(
    editsOf(session).map(({ path: file, before, after: now, diff, applied }) => [
      file,
      before,
      now,
      diff,
      applied,
    ]),
    [
      [path, '', 'x\n', undefined, true],
      [path, 'x', 'y', undefined, true],
      [`${fixtureRoot}/b.py`, undefined, undefined, '@@\n-a\n+b', true],
      [path, 'no', 'z', undefined, false],
    ],
  )
  assert.equal(typesOf(session).filter((type) => type === 'tool').length, 1)
})

test('what the person refused was not done: by the text, by the answer to the question', async () => {
  const path = `${fixtureRoot}/a.py`
  const log = new EventLog().says('Write')
  log.calls('edit', { path }, { content: '', success: false, more: { error: { message: 'Denied by user' } } })
  log.event('permission.requested', {
    requestId: 'q',
    permissionRequest: { kind: 'write', toolCallId: 'call_2' },
  })
  log.calls('edit', { path }, null)
  log.event('permission.completed', { requestId: 'q', result: { kind: 'denied-interactively-by-user' } })
  const { steps } = await readOne(log)
  assert.deepEqual(
    steps.map((step) => (step.type === 'signal' ? [step.signal, step.path] : [step.type])),
    [['user'], ['rejected', path], ['rejected', path]],
  )
})

test('work of subagents is marked, requests of the program are none of the person', async () => {
  const log = new EventLog().says('Look').says('You are done?', { source: 'autopilot-continuation' })
  log.calls('bash', { command: 'ls' }, { content: 'a' }, { parentToolCallId: 'call_0' })
  log
    .event('abort', { reason: 'user initiated' })
    .event('session.compaction_complete', { summaryContent: 'so far' })
  const { steps } = await readOne(log)
  assert.deepEqual(
    steps.map(({ type, subagent }) => [type, subagent ?? false]),
    [
      ['user', false],
      ['command', false],
      ['signal', false],
      ['compaction', false],
    ],
  )
})

test('turns that the person went back from are taken back', async () => {
  const log = new EventLog().says('First').edits('a.py').says('Second')
  const target = log.last
  log.edits('b.py').event('session.snapshot_rewind', { upToEventId: target, eventsRemoved: 4 }).says('Third')
  const { steps } = await readOne(log.edits('c.py'))
  const rewind = steps.find(({ type }) => type === 'signal') as StepOf<'signal'>
  assert.deepEqual([rewind.signal, rewind.count], ['rolled-back', 1])
  const episodes = extractEpisodes(await readOne(log), relativeTo())
  const files = episodes.flatMap(({ draft }) => draft.episode?.files.map(({ path }) => path) ?? [])
  assert.deepEqual(files, ['a.py', 'c.py'])
})

test('a session that repeats its events counts them once', async () => {
  const log = new EventLog().says('Fix').edits('a.py').runs('pytest', passing)
  log.lines.push(...log.lines)
  assert.deepEqual(typesOf(await readOne(log)), ['user', 'edit', 'command'])
})

test('old files are read by their timeline, or by their messages; the folder stands in the messages', async () => {
  const home = newHome()
  const path = `${fixtureRoot}/a.py`
  const edit = { command: 'str_replace', path, old_str: 'a', new_str: 'b' }
  writeLegacy(home, {
    sessionId: 'old',
    startTime: '2025-10-04T05:30:00.000Z',
    chatMessages: [legacyContext],
    timeline: [
      { type: 'user', timestamp: '2025-10-04T05:30:01.000Z', text: 'Fix it' },
      ...legacyCall('a', 'str_replace_editor', edit, { type: 'success', log: '@@ -1 +1 @@\n-a\n+b' }),
      ...legacyCall('bb', 'str_replace_editor', edit, { type: 'rejected' }),
      ...legacyCall(
        'ccc',
        'bash',
        { command: 'pytest' },
        { type: 'success', log: 'no\n<exited with exit code 1>' },
      ),
      { type: 'info', timestamp: '2025-10-04T05:40:01.000Z', text: 'Operation cancelled by user' },
    ],
  })
  const [session] = await readIn(home)
  assert.deepEqual(session?.folders, [fixtureRoot])
  assert.deepEqual(typesOf(session as Session), ['user', 'edit', 'signal', 'command', 'signal'])
  assert.equal(commandsOf(session as Session)[0]?.exitCode, 1)
  assert.equal(new Date(session?.startedAt ?? 0).toISOString(), '2025-10-04T05:30:00.000Z')
})

test('the folder is known before a session is read, and other places are looked at, too', async () => {
  const home = newHome()
  new EventLog().says('x').write(home)
  for await (const found of copilotCli.find(join(home, '.copilot', 'session-state'), {
    skip: () => undefined,
  }))
    assert.equal(found.folder, fixtureRoot)
  const env = { XDG_STATE_HOME: '/state' }
  assert.deepEqual(copilotCli.places({ platform: 'linux', home: '/home/ana', env, repositories: [] }), [
    '/home/ana/.copilot/session-state',
    '/home/ana/.copilot/history-session-state',
    '/state/.copilot/session-state',
    '/state/.copilot/history-session-state',
  ])
})

const several: Fixture = {
  name: 'new, flat and old sessions',
  sessions: 3,
  write(home) {
    new EventLog().says('Fix it').edits('a.py').runs('pytest', passing).write(home)
    const flat = new EventLog().says('Other').edits('b.py')
    writeFileSync(join(home, '.copilot', 'session-state', 'c2.jsonl'), `${flat.lines.join('\n')}\n`)
    const bash = legacyCall('a', 'bash', { command: 'pytest' }, { type: 'success', log: passing })
    writeLegacy(home, { sessionId: 'old', chatMessages: [legacyContext], timeline: bash })
  },
}
importerContract(copilotCli, [several, ...labelled.slice(0, 1), ...labelled.slice(-2)])
