/** Sessions of OpenCode and Kilo, in a database or in files, are read into the same steps. */

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { kilo, openCode } from '../../src/memory/episodes/importers/opencode.ts'
import type { Step } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome } from './contract.ts'
import { Conversation, labelled } from './labelled/opencode.ts'

const root = mkdtempSync(join(tmpdir(), 'casebook-opencode-test-'))
after(() => rmSync(root, { recursive: true, force: true }))
let homes = 0

async function stepsOf(build: (c: Conversation) => Conversation, form: 'rows' | 'files' = 'rows') {
  const home = join(root, String(homes++))
  const conversation = build(new Conversation())
  if (form === 'rows') conversation.writeRows(home)
  else conversation.writeFiles(home)
  const { sessions, skipped } = await readHome(openCode, machineOf({ name: '', write() {} }, home))
  return { session: sessions[0], steps: sessions[0]?.steps ?? [], skipped, home }
}

function plain(steps: readonly Step[]) {
  return steps.map(({ place, ...step }) => step)
}

const repair = (c: Conversation) =>
  c
    .says('The total is wrong')
    .part({ type: 'text', text: 'contents of a file', synthetic: true })
    .runs('pytest tests/test_cart.py', '1 failed in 0.1s', 1)
    .edits('shop/cart.py', 'a', 'b')
    .calls('read', { filePath: 'x' }, { output: 'text' })
    .runs('pytest tests/test_cart.py', '1 passed in 0.1s')
    .answers('Done')

test('a repair is read from rows and from files alike, each step with its place', async () => {
  const rows = await stepsOf(repair)
  const files = await stepsOf(repair, 'files')
  assert.deepEqual(plain(rows.steps), plain(files.steps))
  assert.deepEqual(
    rows.steps.map(({ type }) => type),
    ['user', 'command', 'edit', 'tool', 'command', 'assistant'],
  )
  const [, command, edit] = rows.steps
  assert.ok(command?.type === 'command' && command.exitCode === 1 && command.evidence === 'field')
  assert.ok(edit?.type === 'edit' && edit.path === `${fixtureRoot}/shop/cart.py` && edit.applied)
  assert.equal(edit.diff, '@@ -3,1 +3,1 @@\n-a\n+b')
  assert.deepEqual(edit.place, {
    file: join(rows.home, '.local/share/opencode/opencode.db'),
    key: 'ses_1_prt_003',
  })
  const { folders, title, model, startedAt, endedAt } = rows.session ?? {}
  assert.deepEqual([folders, title, model], [[fixtureRoot], 'The total', 'big-pickle'])
  assert.ok(startedAt === Date.UTC(2026, 3, 1, 9) && Number(endedAt) > startedAt)
})

test('the folder is known before a session is read, from rows and from files', async () => {
  for (const form of ['rows', 'files'] as const) {
    const { home } = await stepsOf(repair, form)
    const [place] = openCode.places(machineOf({ name: '', write() {} }, home))
    const found = []
    for await (const one of openCode.find(place ?? '', { skip() {} })) found.push(one)
    assert.deepEqual(
      found.map(({ folder, bytes }) => [folder, bytes > 0]),
      [[fixtureRoot, true]],
    )
  }
})

test('what a database has taken over is not read again from the files', async () => {
  const home = join(root, String(homes++))
  repair(new Conversation()).writeFiles(home)
  repair(new Conversation()).writeRows(home)
  repair(new Conversation('ses_0')).writeFiles(home)
  const { sessions } = await readHome(openCode, machineOf({ name: '', write() {} }, home))
  assert.deepEqual(sessions.map(({ sessionId, source }) => [sessionId, source.endsWith('.db')]).sort(), [
    ['ses_0', false],
    ['ses_1', true],
  ])
})

test('a database that is open with a log is read; other channels and moved databases are found', async () => {
  const home = join(root, String(homes++))
  repair(new Conversation()).writeRows(home)
  const file = join(home, '.local/share/opencode/opencode.db')
  const owner = new DatabaseSync(file)
  owner.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0')
  owner.exec(
    "insert into session select 'ses_2', project_id, 'ses_1', directory, 'Child', version, null, null, 1, 2 from session",
  )
  owner.exec(`insert into message values ('m1', 'ses_2', 1, '{"role":"user"}')`)
  owner.exec(`insert into part values ('p1', 'm1', 'ses_2', 1, '{"type":"text","text":"look for it"}')`)
  const { sessions } = await readHome(openCode, machineOf({ name: '', write() {} }, home))
  assert.deepEqual(
    sessions.map(({ sessionId, parentSessionId }) => [sessionId, parentSessionId]),
    [
      ['ses_1', null],
      ['ses_2', 'ses_1'],
    ],
  )
  owner.close()
  const machine = { platform: 'linux' as const, home, env: { OPENCODE_DB: file }, repositories: [] }
  assert.deepEqual(openCode.places(machine), [join(home, '.local/share/opencode'), file])
  assert.deepEqual(kilo.places({ ...machine, env: { XDG_DATA_HOME: '/data' } }), ['/data/kilo'])
})

test('edits of every tool, refusals and stops become what they are', async () => {
  const patchText =
    '*** Begin Patch\n*** Add File: shop/new.py\n+x = 1\n*** Delete File: shop/old.py\n*** End Patch'
  const filePath = `${fixtureRoot}/shop/cart.py`
  const { steps } = await stepsOf((c) =>
    c
      .says('go')
      .calls('write', { filePath, content: 'new' }, { metadata: { exists: false } })
      .calls(
        'multiedit',
        {
          filePath,
          edits: [
            { oldString: 'a', newString: 'b' },
            { oldString: 'c', newString: 'd' },
          ],
        },
        {
          metadata: { results: [{ diff: '--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n' }] },
        },
      )
      .calls('apply_patch', { patchText }, {})
      .calls(
        'apply_patch',
        { patchText },
        { metadata: { files: [{ filePath, before: 'a\nb\n', after: 'a\nc\n' }] } },
      )
      .refusedEdit('shop/cart.py')
      .calls('edit', { filePath }, { status: 'running' })
      .message('assistant', { error: { name: 'MessageAbortedError' } })
      .message('assistant', { summary: true })
      .part({ type: 'text', text: 'What happened so far' }),
  )
  const told = steps.slice(1).map((step) => {
    if (step.type === 'edit')
      return [step.path.replace(`${fixtureRoot}/`, ''), step.before, step.after, step.diff]
    return step.type === 'signal' ? step.signal : step.type
  })
  assert.deepEqual(told, [
    ['shop/cart.py', '', 'new', undefined],
    ['shop/cart.py', undefined, undefined, '@@ -1 +1 @@\n-a\n+b'],
    ['shop/cart.py', 'c', 'd', undefined],
    ['shop/new.py', '', 'x = 1\n', undefined],
    ['shop/old.py', undefined, '', undefined],
    ['shop/cart.py', undefined, undefined, '@@ -1,2 +1,2 @@\n a\n-b\n+c'],
    'rejected',
    'aborted',
    'compaction',
  ])
})

test('broken records cost only themselves and are counted', async () => {
  const { home } = await stepsOf(repair)
  const db = new DatabaseSync(join(home, '.local/share/opencode/opencode.db'))
  db.exec(
    "update part set data = '{\"type\":' where id = 'ses_1_prt_002'; update part set data = null where id = 'ses_1_prt_004'",
  )
  db.close()
  mkdirSync(join(home, '.local/share/opencode/storage/session/p1'), { recursive: true })
  writeFileSync(join(home, '.local/share/opencode/storage/session/p1/ses_9.json'), '{')
  writeFileSync(join(home, '.local/share/opencode/other.db'), 'no database')
  const { sessions, skipped } = await readHome(openCode, machineOf({ name: '', write() {} }, home))
  assert.equal(sessions[0]?.steps.length, 4)
  assert.deepEqual(skipped.sort(), [
    'a file is no JSON object',
    'a record is too long or no JSON object',
    'a record is too long or no JSON object',
    'the database is damaged',
  ])
})

const both: Fixture = {
  name: 'a database beside older files',
  sessions: 2,
  write(home) {
    repair(new Conversation()).writeRows(home)
    repair(new Conversation('ses_0')).writeFiles(home)
  },
}
const inLog: Fixture = {
  name: 'a database whose program crashed, with its log',
  write(home) {
    const folder = join(home, 'made')
    repair(new Conversation()).writeRows(folder)
    const made = join(folder, '.local/share/opencode')
    const owner = new DatabaseSync(join(made, 'opencode.db'))
    owner.exec(
      "pragma journal_mode = wal; pragma wal_autocheckpoint = 0; update session set title = 'In the log'",
    )
    const target = join(home, '.local/share/opencode')
    mkdirSync(target, { recursive: true })
    copyAll(made, target)
    owner.close()
    rmSync(folder, { recursive: true })
  },
}
importerContract(openCode, [both, inLog, ...labelled.filter(({ agent }) => agent === 'opencode').slice(0, 2)])
importerContract(kilo, labelled.filter(({ agent }) => agent === 'kilo').slice(0, 1))

function copyAll(from: string, to: string): void {
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name))
}
