/** Sessions of Copilot Chat: what the person saw, what the model called, and what became of it. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { copilotChat } from '../../src/memory/episodes/importers/copilot-chat.ts'
import type { Step } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome } from './contract.ts'
import { Chat, failing, fixTotal, labelled, passing, userFolder } from './labelled/copilot-chat.ts'

const cart = join(fixtureRoot, 'shop/cart.py')
const uri = (path: string) => ({ path: join(fixtureRoot, path), scheme: 'file' })
const workspace = (home: string) => join(userFolder(home), 'workspaceStorage', 'a1b2c3')

async function readAll(write: (home: string) => void) {
  const home = mkdtempSync(join(tmpdir(), 'casebook-chat-'))
  write(home)
  return await readHome(copilotChat, machineOf({ name: '', write }, home))
}

async function stepsOf(chat: Chat): Promise<Step[]> {
  const { sessions, skipped } = await readAll((home) => chat.write(home))
  assert.deepEqual(skipped, [])
  return sessions[0]?.steps ?? []
}

const signals = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.type === 'signal' ? [`${step.signal} ${step.path ?? ''}`.trim()] : []))

test('a session tells who, where, from which commit, and its steps in order with their lines', async () => {
  const { sessions } = await readAll((home) => fixTotal(new Chat()).runs('pytest', passing).write(home))
  const [session] = sessions
  assert.deepEqual(session?.folders, [fixtureRoot])
  assert.equal(session?.remote, 'https://example.com/ana/shop.git')
  assert.equal(session?.branch, 'fix')
  assert.equal(session?.headCommit, 'a'.repeat(40))
  assert.equal(session?.title, 'Fix the total')
  assert.equal(session?.model, 'copilot/gpt-5')
  assert.deepEqual(
    session?.steps.map(({ type, place }) => [type, place.line]),
    [
      ['user', 2],
      ['command', 4],
      ['edit', 6],
      ['command', 10],
    ],
  )
  const [, command, edit] = session?.steps ?? []
  assert.ok(command?.type === 'command')
  assert.deepEqual([command.exitCode, command.evidence, command.cwd], [1, 'field', fixtureRoot])
  assert.equal(command.output, failing)
  assert.ok(edit?.type === 'edit')
  assert.deepEqual([edit.path, edit.applied], [cart, true])
  assert.equal(edit.diff, '@@\n-    return price\n+    return price * count')
})

test('of both forms of file the newer one is read, once', async () => {
  const { sessions } = await readAll((home) => {
    new Chat().says('old').edits('a.py', 'x', 'y').write(home, 'json')
    new Chat().says('new').edits('a.py', 'x', 'y').write(home, 'jsonl')
  })
  assert.deepEqual(
    sessions.map(({ steps }) => steps[0]),
    [sessions[0]?.steps.find((step) => step.type === 'user' && step.text === 'new')],
  )
})

test('an edit that the editor shows and the tool told is one edit', async () => {
  const steps = await stepsOf(fixTotal(new Chat()))
  assert.equal(steps.filter(({ type }) => type === 'edit').length, 1)
})

test('edits that only the editor shows are exact where it kept the text before', async () => {
  const chat = new Chat().says('Fix it').group('shop/cart.py', 'def total')
  const baseline = {
    uri: uri('shop/cart.py'),
    requestId: 'request_1',
    content: 'import x\n\ndef summary(price):\n    return price\n',
  }
  const { sessions } = await readAll((home) => {
    chat.write(home)
    const folder = join(workspace(home), 'chatEditingSessions', 'chat-1')
    mkdirSync(folder, { recursive: true })
    const timeline = { fileBaselines: [[`${cart}::request_1`, baseline]], operations: [] }
    writeFileSync(
      join(folder, 'state.json'),
      JSON.stringify({ version: 2, timeline, initialFileContents: [] }),
    )
  })
  const edit = sessions[0]?.steps.find(({ type }) => type === 'edit')
  assert.ok(edit?.type === 'edit')
  assert.match(edit.diff ?? '', /^-def summary\(price\):\n\+def total\(price\):$/m)
})

test('the old form of editing session names bodies by their hash, and no other file', async () => {
  const chat = new Chat().says('Fix it').group('shop/cart.py', 'def total').group('secret.py', 'x')
  const { sessions } = await readAll((home) => {
    chat.write(home)
    const folder = join(workspace(home), 'chatEditingSessions', 'chat-1')
    mkdirSync(join(folder, 'contents'), { recursive: true })
    writeFileSync(join(folder, 'contents', 'abc1234'), 'a\nb\ndef summary(p):\n')
    writeFileSync(join(workspace(home), 'secret.txt'), 'token\ntoken\ntoken token token\n')
    const entry = (path: string, hash: string, state: number) => ({
      resource: `file://${join(fixtureRoot, path)}`,
      originalHash: hash,
      currentHash: hash,
      state,
    })
    const entries = [entry('shop/cart.py', 'abc1234', 2), entry('secret.py', '../../../secret.txt', 0)]
    const linearHistory = [{ requestId: 'request_1', stops: [{ entries }] }]
    writeFileSync(
      join(folder, 'state.json'),
      JSON.stringify({ version: 1, linearHistory, recentSnapshot: { entries } }),
    )
  })
  const steps = sessions[0]?.steps ?? []
  const diffs = steps.flatMap((step) => (step.type === 'edit' ? [step.diff ?? 'none'] : []))
  assert.match(diffs[0] ?? '', /-def summary\(p\):\n\+def total\(p\):/)
  assert.equal(diffs[1], 'none')
  assert.ok(!JSON.stringify(steps).includes('token'))
  assert.deepEqual(signals(steps), [`undone ${cart}`])
})

test('what the person did with edits and answers is told before the next request', async () => {
  const events = [
    { uri: uri('shop/cart.py'), eventKind: 2 },
    { uri: uri('shop/tax.py'), eventKind: 3 },
    { uri: uri('shop/mail.py'), eventKind: 1 },
    { uri: uri('shop/odd.py'), eventKind: 9 },
  ]
  const chat = fixTotal(new Chat())
    .with({ vote: 0, voteDownReason: 'incorrectCode' })
    .says('Again', { editedFileEvents: events })
  const steps = await stepsOf(chat)
  assert.deepEqual(signals(steps), [
    'rejected',
    `undone ${cart}`,
    `modified ${join(fixtureRoot, 'shop/tax.py')}`,
    `accepted ${join(fixtureRoot, 'shop/mail.py')}`,
  ])
  assert.equal(steps.at(-1)?.type, 'user')
  assert.match(JSON.stringify(steps), /incorrectCode/)
})

test('a refused edit was not carried out, a refused command did not run', async () => {
  const no = { isConfirmed: { type: 0 } }
  const args = { filePath: cart, oldString: 'a', newString: 'b' }
  const chat = new Chat()
    .says('Fix it')
    .tool('replace_string_in_file', args, { result: '', ...no })
    .runs('rm -rf /', '', null, no)
  const steps = await stepsOf(chat)
  assert.deepEqual(
    steps.map((step) => (step.type === 'edit' ? `edit ${step.applied}` : step.type)),
    ['user', 'edit false', 'signal', 'tool'],
  )
  assert.deepEqual(signals(steps), [`rejected ${cart}`])
})

test('a command that the person changed is the one that ran', async () => {
  const chat = new Chat().says('Test it').runs('pytest', passing, 0, {
    toolSpecificData: {
      kind: 'terminal',
      commandLine: { original: 'pytest', userEdited: 'pytest -x' },
      terminalCommandState: { exitCode: 0 },
    },
  })
  const steps = await stepsOf(chat)
  assert.ok(steps[1]?.type === 'command' && steps[1].command === 'pytest -x')
  assert.deepEqual(signals(steps), ['modified'])
})

test('the older terminal, patches, new files, several replacements and tasks are understood', async () => {
  const patch = `*** Begin Patch\n*** Update File: ${cart}\n@@\n-a\n+b\n*** End Patch`
  const chat = new Chat()
    .says('Fix it')
    .tool('copilot_applyPatch', { input: patch }, { result: 'ok' })
    .tool('create_file', { filePath: join(fixtureRoot, 'new.py'), content: 'x = 1\n' }, { result: 'ok' })
    .tool(
      'multi_replace_string_in_file',
      {
        replacements: [
          { filePath: cart, oldString: '1', newString: '2' },
          { filePath: join(fixtureRoot, 'b.py'), oldString: '3', newString: '4' },
        ],
      },
      { result: 'ok' },
    )
    .part({
      kind: 'toolInvocationSerialized',
      toolId: 'run_in_terminal',
      toolSpecificData: { kind: 'terminal', command: 'ls' },
    })
    .tool('run_task', { id: 'npm: test' }, { result: 'Exit code: 1' })
  const steps = await stepsOf(chat)
  assert.deepEqual(
    steps.flatMap((step) => (step.type === 'edit' ? [step.path.replace(`${fixtureRoot}/`, '')] : [])),
    ['shop/cart.py', 'new.py', 'shop/cart.py', 'b.py'],
  )
  const commands = steps.flatMap((step) => (step.type === 'command' ? [[step.command, step.exitCode]] : []))
  assert.deepEqual(commands, [
    ['ls', null],
    ['npm run test', 1],
  ])
})

test('calls that the response does not show stand where the model made them', async () => {
  const chat = fixTotal(new Chat()).runs('pytest', passing)
  chat.requests[0]?.response.splice(1, 1)
  const steps = await stepsOf(chat)
  assert.deepEqual(
    steps.map(({ type }) => type),
    ['user', 'command', 'edit', 'command'],
  )
})

test('a request that came twice counts once; subagents and summaries are marked', async () => {
  const chat = fixTotal(new Chat())
  chat.requests.push({ ...(chat.requests[0] as (typeof chat.requests)[0]) })
  chat.says('Go on').runs('ls', 'a', 0, { subAgentInvocationId: 's' })
  chat.with({ result: { metadata: { summary: { toolCallRoundId: 'r', text: 'what was done' } } } })
  const steps = await stepsOf(chat)
  assert.equal(steps.filter(({ type }) => type === 'edit').length, 1)
  assert.equal(steps.find((step) => step.type === 'command' && step.command === 'ls')?.subagent, true)
  assert.equal(steps.at(-1)?.type, 'compaction')
})

test('windows without a folder, workspaces of several folders and other editors are found', async () => {
  const { sessions } = await readAll((home) => {
    fixTotal(new Chat()).write(home)
    const empty = join(userFolder(home), 'globalStorage', 'emptyWindowChatSessions')
    mkdirSync(empty, { recursive: true })
    renameSync(join(workspace(home), 'chatSessions', 'chat-1.jsonl'), join(empty, 'chat-9.jsonl'))
    fixTotal(new Chat()).write(home)
    const file = join(home, 'all.code-workspace')
    writeFileSync(file, '{ // both\n "folders": [{"path": "shop"}, {"path": "/srv/tax"}], }')
    writeFileSync(join(workspace(home), 'workspace.json'), JSON.stringify({ workspace: `file://${file}` }))
    const other = join(home, '.config', 'VSCodium', 'User', 'workspaceStorage', 'x', 'chatSessions')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'c.json'), JSON.stringify(fixTotal(new Chat()).state))
  })
  assert.equal(sessions.length, 3)
  const folders = sessions.map((session) =>
    session.folders.map((folder) => folder.split('/').at(-1)).join('+'),
  )
  assert.deepEqual(folders.sort(), ['shop', 'shop', 'shop+tax+shop'])
})

const kept: Fixture = {
  name: 'a session with what the editor kept of its edits',
  write(home) {
    new Chat().says('Fix it').group('shop/cart.py', 'def total').runs('pytest', passing).write(home)
    const folder = join(workspace(home), 'chatEditingSessions', 'chat-1')
    mkdirSync(join(folder, 'contents'), { recursive: true })
    writeFileSync(join(folder, 'contents', 'abc1234'), 'a\nb\ndef summary(p):\n')
    const entry = { resource: `file://${cart}`, originalHash: 'abc1234', currentHash: 'abc1234', state: 1 }
    const linearHistory = [{ requestId: 'request_1', stops: [{ entries: [entry] }] }]
    const baseline = { uri: uri('shop/cart.py'), requestId: 'request_1', content: 'a\nb\ndef summary(p):\n' }
    const timeline = { fileBaselines: [['key', baseline]] }
    const state = { version: 2, linearHistory, timeline, recentSnapshot: { entries: [entry] } }
    writeFileSync(join(folder, 'state.json'), JSON.stringify(state))
  },
}

importerContract(copilotChat, [kept, ...labelled.slice(0, 2), ...labelled.slice(-1)])
