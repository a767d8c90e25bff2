/** Sessions of Cursor are read by key from its large database, and find their workspace in every form. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { cursor } from '../../src/memory/episodes/importers/cursor.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome } from './contract.ts'
import { Composer, globalDatabase, keyValues, labelled, writeWorkspace } from './labelled/cursor.ts'

const root = mkdtempSync(join(tmpdir(), 'casebook-cursor-test-'))
after(() => rmSync(root, { recursive: true, force: true }))
let homes = 0
const newHome = () => join(root, String(homes++))

async function readAll(home: string) {
  return await readHome(cursor, machineOf({ name: '', write() {} }, home))
}

async function stepsOf(build: (c: Composer) => Composer) {
  const home = newHome()
  build(new Composer()).write(home)
  const { sessions, skipped } = await readAll(home)
  return { session: sessions[0], steps: sessions[0]?.steps ?? [], skipped, home }
}

test('a conversation becomes steps in its own order, each with its key', async () => {
  const { session, steps, home } = await stepsOf((c) =>
    c
      .says('The total is wrong')
      .runs('pytest', '1 failed in 0.1s', 1)
      .edits('shop/cart.py', 'a', 'b', { userDecision: 'accepted' })
      .calls('read_file', { targetFile: 'x' }, { result: { contents: 'text' } })
      .bubble({ type: 2, text: '', thinking: { text: 'Hm' } })
      .runs('pytest', '1 passed in 0.1s')
      .answers('Done'),
  )
  assert.deepEqual(
    steps.map((step) => (step.type === 'signal' ? step.signal : step.type)),
    ['user', 'command', 'edit', 'accepted', 'tool', 'command', 'assistant'],
  )
  const [, command, edit] = steps
  assert.ok(command?.type === 'command' && command.exitCode === 1 && command.evidence === 'field')
  assert.ok(edit?.type === 'edit' && edit.path === 'shop/cart.py' && edit.applied)
  assert.equal(edit.diff, '@@ -3,1 +3,1 @@\n-a\n+b')
  assert.deepEqual(edit.place, { file: globalDatabase(home), key: 'bubbleId:c1:b002' })
  const { folders, title, model, sessionId, startedAt } = session ?? {}
  assert.deepEqual([folders, title, model, sessionId], [[fixtureRoot], 'The total', 'composer-2', 'c1'])
  assert.equal(startedAt, Date.UTC(2026, 3, 1, 9))
})

test('the workspace is found in the record, in the global list, and in the lists of the workspaces', async () => {
  const home = newHome()
  const without = { workspaceIdentifier: undefined }
  for (const id of ['own', 'listed', 'headed', 'selected', 'by-id', 'nowhere'])
    new Composer(id, id === 'own' ? {} : without).says('go').write(home)
  new Composer('by-id', { workspaceIdentifier: { id: 'w4', configPath: {} } }).says('go').write(home)
  const uri = { fsPath: '/home/ana/headed', scheme: 'file', path: '/home/ana/headed' }
  const allComposers = [{ composerId: 'headed', lastUpdatedAt: 5, workspaceIdentifier: { id: 'w2', uri } }]
  keyValues(globalDatabase(home), 'ItemTable', { 'composer.composerHeaders': { allComposers } })
  writeWorkspace(home, 'w1', {
    folder: '/home/ana/my%20shop',
    list: { allComposers: [{ composerId: 'listed' }] },
  })
  writeWorkspace(home, 'w3', {
    folder: '/home/ana/third',
    list: { selectedComposerIds: ['selected', 'own'] },
  })
  writeWorkspace(home, 'w4', { folder: '/home/ana/fourth', list: {} })
  const { sessions } = await readAll(home)
  assert.deepEqual(Object.fromEntries(sessions.map(({ sessionId, folders }) => [sessionId, folders])), {
    own: [fixtureRoot],
    listed: ['/home/ana/my shop'],
    headed: ['/home/ana/headed'],
    selected: ['/home/ana/third'],
    'by-id': ['/home/ana/fourth'],
    nowhere: [],
  })
})

test('refusals, cancelled calls and edits of every tool become what they are', async () => {
  const patch = '*** Begin Patch\n*** Add File: shop/new.py\n+x = 1\n*** End Patch'
  const { steps } = await stepsOf((c) =>
    c
      .says('go')
      .content('composer.content.1', 'a\nb\nc\n')
      .content('composer.content.2', 'a\nB\nc\n')
      .calls(
        'edit_file_v2',
        { relativeWorkspacePath: 'shop/cart.py' },
        {
          result: { beforeContentId: 'composer.content.1', afterContentId: 'composer.content.2' },
        },
      )
      .calls(
        'edit_file',
        { relativeWorkspacePath: 'shop/tax.py' },
        {
          rawArgs: '{"code_edit":"x = 2"}',
          status: 'error',
          result: { isApplied: false },
        },
      )
      .calls('apply_patch', {}, { rawArgs: patch })
      .calls('delete_file', { relativeWorkspacePath: 'shop/old.py' }, {})
      .edits('shop/cart.py', 'a', 'b', { userDecision: 'rejected' })
      .calls('run_terminal_cmd', { command: 'rm -rf build' }, { userDecision: 'rejected' })
      .calls('run_terminal_cmd', { command: 'sleep 9' }, { status: 'cancelled' }),
  )
  const told = steps.slice(1).map((step) => {
    if (step.type === 'edit') return [step.path, step.applied, step.before, step.after, step.diff]
    return step.type === 'signal' ? [step.signal, step.path] : step.type
  })
  assert.deepEqual(told, [
    ['shop/cart.py', true, undefined, undefined, '@@ -1,3 +1,3 @@\n a\n-b\n+B\n c'],
    ['shop/tax.py', false, undefined, 'x = 2', undefined],
    ['shop/new.py', true, '', 'x = 1\n', undefined],
    ['shop/old.py', true, undefined, '', undefined],
    ['shop/cart.py', false, undefined, undefined, '@@ -3,1 +3,1 @@\n-a\n+b'],
    ['rejected', 'shop/cart.py'],
    ['aborted', undefined],
    ['aborted', undefined],
  ])
})

test('old records hold their messages; lost lists are put in order by time; lost messages are counted', async () => {
  const home = newHome()
  const old = new Composer('old').says('go').edits('a.py', 'x', 'y')
  keyValues(globalDatabase(home), 'cursorDiskKV', {
    'composerData:old': { composerId: 'old', conversation: old.bubbles, createdAt: 1_700_000_000_000 },
    ...new Composer('lost').says('first').answers('second').rows(),
    'composerData:lost': { composerId: 'lost', fullConversationHeadersOnly: [] },
    ...new Composer('gap').says('first').answers('second').rows(),
    'bubbleId:gap:b001': 'null',
    'composerData:empty': { composerId: 'empty', fullConversationHeadersOnly: [] },
  })
  const { sessions, skipped } = await readAll(home)
  const types = sessions.map(({ sessionId, steps }) => [sessionId, steps.map(({ type }) => type).join()])
  assert.deepEqual(Object.fromEntries(types), { old: 'user,edit', lost: 'user,assistant', gap: 'user' })
  assert.deepEqual(skipped, ['a message is missing, too long or no JSON object'])
})

test('values are looked up by key, and nothing but conversations is asked for', async () => {
  const { home } = await stepsOf((c) => c.says('go').set({ blobEncryptionKey: 'secret' }))
  keyValues(globalDatabase(home), 'ItemTable', { 'cursorAuth/accessToken': 'secret' })
  const db = new DatabaseSync(globalDatabase(home))
  const plan = db.prepare('explain query plan select value from cursorDiskKV where key = ?').all('x')
  assert.match(String(plan[0]?.detail), /SEARCH cursorDiskKV USING INDEX/)
  db.exec("insert into cursorDiskKV select 'composerData:big', zeroblob(40000000)")
  db.close()
  const { sessions } = await readAll(home)
  assert.ok(!JSON.stringify(sessions).includes('secret'))
  assert.equal(sessions.length, 1)
})

const several: Fixture = {
  name: 'several conversations, one linked by its workspace',
  sessions: 3,
  write(home) {
    new Composer('c0', { workspaceIdentifier: undefined }).says('go').edits('a.py', 'x', 'y').write(home)
    writeWorkspace(home, 'w1', { folder: fixtureRoot, list: { allComposers: [{ composerId: 'c0' }] } })
    new Composer('c1').says('go').runs('pytest', '1 passed in 0.1s').write(home)
    new Composer('c2', { subagentInfo: { parentComposerId: 'c1' } }).says('look').answers('found').write(home)
  },
}

importerContract(cursor, [several, ...labelled.slice(0, 2)])
