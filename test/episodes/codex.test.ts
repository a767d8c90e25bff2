/** Sessions of Codex, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { codex } from '../../src/memory/episodes/importers/codex.ts'
import type { Session, StepOf } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome, relativeTo } from './contract.ts'
import { cartPatch, codexId, failing, labelled, passing, Rollout } from './labelled/codex.ts'

const homes: string[] = []
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'casebook-codex-'))
  homes.push(home)
  return home
}

async function readIn(home: string) {
  return await readHome(codex, { platform: 'linux', home, env: {}, repositories: [] })
}

async function readOne(rollout: Rollout): Promise<Session> {
  const home = newHome()
  rollout.write(home)
  const { sessions } = await readIn(home)
  assert.equal(sessions.length, 1)
  return sessions[0] as Session
}

const commandsOf = ({ steps }: Session) =>
  steps.filter((step) => step.type === 'command') as StepOf<'command'>[]
const editsOf = ({ steps }: Session) => steps.filter((step) => step.type === 'edit') as StepOf<'edit'>[]
const typesOf = ({ steps }: Session) => steps.map(({ type }) => type)

test('a repair becomes one episode with what failed, the patch and the proof', async () => {
  const session = await readOne(
    new Rollout()
      .says('The total is wrong, see #12')
      .runs('pytest tests/test_cart.py', failing, 1)
      .patches(cartPatch)
      .runs('pytest tests/test_cart.py', passing)
      .answers('Done.'),
  )
  assert.deepEqual(typesOf(session), ['user', 'command', 'edit', 'command', 'assistant'])
  assert.equal(session.sessionId, codexId)
  assert.deepEqual(
    [session.folders, session.remote, session.branch, session.model],
    [[fixtureRoot], 'git@example.com:ana/shop.git', 'fix', 'gpt-5-codex'],
  )
  assert.equal(session.headCommit, '1'.repeat(40))
  const [episode] = extractEpisodes(session, relativeTo())
  const body = episode?.draft.episode
  assert.equal(body?.outcome.verdict, 'passed')
  assert.deepEqual(body?.issues, ['12'])
  assert.match(
    body?.attempts[0]?.content.text ?? '',
    /^--- a\/shop\/cart\.py\n\+\+\+ b\/shop\/cart\.py\n@@ -3/,
  )
})

test('all forms of output give the exit code with its evidence, and the output without its frame', async () => {
  const session = await readOne(
    new Rollout()
      .says('Run it')
      .runsShell('pytest', 'one\n', 3)
      .calls('shell_command', { command: 'pytest' }, 'Exit code: 4\nWall time: 1 seconds\nOutput:\ntwo\n')
      .runs('pytest', 'three\n', 5)
      .calls('exec_command', { cmd: 'true' }, 'Chunk ID: a\nWall time: 1 seconds\nProcess exited with code 0')
      .calls('exec_command', { cmd: 'pytest' }, [{ type: 'input_text', text: 'Exit code: 6\nOutput:\nfour' }])
      .calls('exec_command', { cmd: 'pytest' }, 'it said nothing about its end'),
  )
  assert.deepEqual(
    commandsOf(session).map(({ exitCode, evidence, output }) => [exitCode, evidence, output]),
    [
      [3, 'field', 'one\n'],
      [4, 'text', 'two\n'],
      [5, 'text', 'three\n'],
      [0, 'text', ''],
      [6, 'text', 'four'],
      [null, null, 'it said nothing about its end'],
    ],
  )
})

test('a command that outlives its call gets the end that its terminal tells', async () => {
  const session = await readOne(
    new Rollout()
      .says('Run it')
      .calls(
        'exec_command',
        { cmd: 'npm test', workdir: 'web' },
        'Process running with session ID 42\nOutput:\na',
      )
      .calls('write_stdin', { session_id: 42, chars: '' }, 'Process running with session ID 42\nOutput:\nb')
      .calls('write_stdin', { session_id: 42, chars: '' }, 'Process exited with code 1\nOutput:\nc')
      .calls('write_stdin', { session_id: 43, chars: '' }, 'Process exited with code 0\nOutput:\nother'),
  )
  const [command, ...others] = commandsOf(session)
  assert.deepEqual(others, [])
  assert.deepEqual([command?.exitCode, command?.output, command?.cwd], [1, 'abc', `${fixtureRoot}/web`])
})

test('a patch in a shell line is an edit, what runs after it is a command', async () => {
  const session = await readOne(
    new Rollout()
      .says('Fix it')
      .runsShell(
        `cd shop && apply_patch <<'EOF'\n${cartPatch.replace('shop/cart.py', 'cart.py')}\nEOF\npytest -q`,
        `Success. Updated the following files:\nM cart.py\n${failing}`,
        1,
      ),
  )
  assert.deepEqual(typesOf(session), ['user', 'edit', 'command'])
  const [edit] = editsOf(session)
  assert.deepEqual([edit?.path, edit?.applied], [`${fixtureRoot}/shop/cart.py`, true])
  assert.deepEqual([commandsOf(session)[0]?.command, commandsOf(session)[0]?.exitCode], ['pytest -q', 1])
})

test('the record of a patch comes before its text; both old and new forms are read', async () => {
  const rollout = new Rollout().says('Fix it')
  rollout.item({ type: 'custom_tool_call', call_id: 'p', name: 'apply_patch', input: cartPatch })
  rollout.event({
    type: 'patch_apply_end',
    call_id: 'p',
    success: true,
    changes: {
      '/home/ana/shop/a.py': { add: { content: 'a\n' } },
      '/home/ana/shop/b.py': {
        type: 'update',
        unified_diff: '@@ -1 +1 @@\n-b\n+c\n',
        move_path: '/home/ana/shop/c.py',
      },
      '/home/ana/shop/d.py': { delete: { content: 'd\n' } },
    },
  })
  const edits = editsOf(await readOne(rollout))
  assert.deepEqual(
    edits.map(({ path, before, after, diff }) => [path.slice(fixtureRoot.length + 1), before, after, diff]),
    [
      ['a.py', '', 'a\n', undefined],
      ['b.py', undefined, '', undefined],
      ['c.py', undefined, undefined, '@@ -1 +1 @@\n-b\n+c\n'],
      ['d.py', 'd\n', '', undefined],
    ],
  )
})

test('a refused patch is said against the work; a refused command is not', async () => {
  const refused = new Rollout().says('Fix it')
  refused.item({ type: 'custom_tool_call', call_id: 'p', name: 'apply_patch', input: cartPatch })
  refused.item({ type: 'custom_tool_call_output', call_id: 'p', output: 'patch rejected by user' })
  refused.calls('exec_command', { cmd: 'git push' }, 'exec command rejected by user')
  const { steps } = await readOne(refused)
  assert.deepEqual(
    steps.map((step) => (step.type === 'signal' ? [step.signal, step.path] : [step.type])),
    [['user'], ['rejected', `${fixtureRoot}/shop/cart.py`], ['tool']],
  )
})

test('scripts that call tools are taken apart by the records of what they ran, else by their text', async () => {
  const script = (cmd: string) =>
    `const r = await tools.exec_command({cmd: ${cmd}, workdir: "web"}); text(r.output)`
  const rollout = new Rollout().says('Fix it')
  rollout.item({ type: 'custom_tool_call', call_id: 'x', name: 'exec', input: script('"npm test"') })
  rollout.event({
    type: 'item_completed',
    item: {
      type: 'CommandExecution',
      id: 'exec-1',
      command: ['/bin/zsh', '-lc', 'npm test'],
      cwd: `file://${fixtureRoot}/web`,
      status: 'failed',
      exit_code: 2,
      stdout: '1 failing',
    },
  })
  rollout.event({
    type: 'item_completed',
    item: {
      type: 'FileChange',
      id: 'exec-2',
      status: 'completed',
      changes: { [`${fixtureRoot}/a.ts`]: { type: 'update', unified_diff: '@@\n-a\n+b' } },
    },
  })
  rollout.item({
    type: 'custom_tool_call_output',
    call_id: 'x',
    output: [{ type: 'input_text', text: 'Script completed\nOutput:\n' }],
  })
  rollout.item({ type: 'custom_tool_call', call_id: 'y', name: 'exec', input: script('\'npm run "test"\'') })
  rollout.item({
    type: 'custom_tool_call_output',
    call_id: 'y',
    output: 'Script completed\nWall time 1 seconds\nOutput:\n3 passing',
  })
  const session = await readOne(rollout)
  assert.deepEqual(typesOf(session), ['user', 'tool', 'command', 'edit', 'command'])
  assert.deepEqual(
    commandsOf(session).map(({ command, cwd, exitCode, evidence }) => [command, cwd, exitCode, evidence]),
    [
      ['npm test', `${fixtureRoot}/web`, 2, 'field'],
      ['npm run "test"', `${fixtureRoot}/web`, null, null],
    ],
  )
})

test('requests that stand twice count once, so that a rollback takes the right turns', async () => {
  const session = await readOne(
    new Rollout()
      .says('First')
      .patches(cartPatch)
      .says('Second')
      .patches(cartPatch)
      .event({ type: 'thread_rolled_back', num_turns: 1 })
      .says('# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\nThird'),
  )
  const said = session.steps.flatMap((step) => (step.type === 'user' ? [step.text] : []))
  assert.deepEqual(said, ['First', 'Second', 'Third'])
  const signal = session.steps.find(({ type }) => type === 'signal') as StepOf<'signal'>
  assert.deepEqual([signal.signal, signal.count], ['rolled-back', 1])
})

test('a subagent knows where it came from, and its steps are marked', async () => {
  const source = { subagent: { thread_spawn: { parent_thread_id: 'parent-1', depth: 1 } } }
  const session = await readOne(new Rollout({ source }).says('Look for it').patches(cartPatch))
  assert.equal(session.parentSessionId, 'parent-1')
  assert.ok(session.steps.every(({ subagent }) => subagent === true))
  const fork = await readOne(new Rollout({ forked_from_id: 'origin-1' }).says('On we go'))
  assert.equal(fork.parentSessionId, 'origin-1')
})

test('the newest name of the thread is its title; a plain file goes before its compressed one', async () => {
  const home = newHome()
  const rollout = new Rollout().says('Fix it').runs('pytest', passing)
  rollout.write(home, { packed: true })
  rollout.write(home)
  new Rollout({ id: 'b' }).says('Other').write(home, { archived: true, packed: true, name: 'b' })
  const index = join(home, '.codex', 'session_index.jsonl')
  const named = (thread_name: string) => `${JSON.stringify({ id: codexId, thread_name, updated_at: '' })}\n`
  writeFileSync(index, `${named('old')}nonsense\n${named('Wrong total')}`)
  const { sessions } = await readIn(home)
  assert.deepEqual(
    sessions.map(({ source, title }) => [
      source.slice(home.length).split('/')[2],
      source.endsWith('.zst'),
      title,
    ]),
    [
      ['sessions', false, 'Wrong total'],
      ['archived_sessions', true, ''],
    ],
  )
})

test('the folder is known before a session is read, unless it is compressed', async () => {
  const home = newHome()
  new Rollout({ cwd: 'C:\\Users\\ana\\shop' }).says('x').write(home)
  for await (const found of codex.find(join(home, '.codex', 'sessions'), { skip: () => undefined }))
    assert.equal(found.folder, 'C:\\Users\\ana\\shop')
})

test('items of the first versions, without an envelope, are read', async () => {
  const home = newHome()
  const folder = join(home, '.codex', 'sessions', '2025', '06', '01')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `rollout-2025-06-01T08-00-00-${codexId}.jsonl`)
  writeFileSync(file, '')
  const add = (value: object) => appendFileSync(file, `${JSON.stringify(value)}\n`)
  add({ id: codexId, timestamp: '2025-06-01T08:00:00.000Z', instructions: '' })
  add({ record_type: 'state' })
  const context = `<environment_context>\nCurrent working directory: ${fixtureRoot}\n</environment_context>`
  add({ type: 'message', role: 'user', content: [{ type: 'input_text', text: context }] })
  add({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix it' }] })
  add({
    type: 'local_shell_call',
    call_id: 'c',
    action: { type: 'exec', command: ['pytest', 'tests/a b.py'] },
  })
  add({ type: 'function_call_output', call_id: 'c', output: '{"output":"ok","metadata":{"exit_code":0}}' })
  const { sessions } = await readIn(home)
  assert.deepEqual(sessions[0]?.folders, [fixtureRoot])
  assert.deepEqual(
    commandsOf(sessions[0] as Session).map(({ command, exitCode }) => [command, exitCode]),
    [["pytest 'tests/a b.py'", 0]],
  )
})

test('another root of the program is looked at instead of the usual one', () => {
  const machine = machineOf({ name: '', write: () => undefined }, '/home/ana')
  assert.deepEqual(codex.places(machine), ['/home/ana/.codex/sessions', '/home/ana/.codex/archived_sessions'])
  assert.equal(codex.places({ ...machine, env: { CODEX_HOME: '/data/codex' } })[0], '/data/codex/sessions')
})

const several: Fixture = {
  name: 'two sessions and their names',
  sessions: 2,
  write(home) {
    new Rollout()
      .says('Fix it')
      .patches(cartPatch)
      .event({ type: 'turn_aborted', reason: 'interrupted' })
      .add('compacted', { message: 'so far' })
      .runs('pytest', passing)
      .write(home)
    new Rollout({ id: 'b' }).says('Other').patches(cartPatch, { event: false }).write(home, { name: 'b' })
    writeFileSync(join(home, '.codex', 'session_index.jsonl'), `{"id":"${codexId}","thread_name":"It"}\n`)
  },
}
importerContract(codex, [several, ...labelled.slice(0, 3)])
