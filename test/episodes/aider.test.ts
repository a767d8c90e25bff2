/** Histories of Aider, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { aider } from '../../src/memory/episodes/importers/aider.ts'
import type { Session, Step } from '../../src/memory/episodes/session.ts'
import { type Fixture, importerContract, readHome } from './contract.ts'
import { History, labelled } from './labelled/aider.ts'

async function sessionsOf(build: (history: History, root: string) => void): Promise<Session[]> {
  const root = mkdtempSync(join(tmpdir(), 'casebook-aider-'))
  try {
    const history = new History()
    mkdirSync(join(root, '.git'))
    build(history, root)
    history.write(root)
    const machine = { platform: 'linux' as const, home: root, env: {}, repositories: [root] }
    return (await readHome(aider, machine)).sessions
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const stepsOf = async (build: (history: History) => void): Promise<Step[]> =>
  (await sessionsOf(build)).flatMap(({ steps }) => steps)
const edits = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.type === 'edit' ? [[step.path, step.before, step.after, step.applied]] : []))
const signals = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.type === 'signal' ? [`${step.signal}: ${step.detail}`] : []))

test('an edit is exact to the blank, with its commit, at its line', async () => {
  const [session, ...more] = await sessionsOf((h) =>
    h.started().says('Fix it', '', 'please').edits('shop/cart.py', '    a', '\tb  '),
  )
  assert.equal(more.length, 0)
  assert.equal(session?.model, 'sonnet')
  assert.equal(session?.title, 'Fix it')
  assert.equal(session?.sessionId, 'aider-20260401090000')
  assert.deepEqual(
    session?.steps.map(({ type }) => type),
    ['user', 'assistant', 'edit', 'signal'],
  )
  assert.deepEqual(edits(session?.steps ?? []), [['shop/cart.py', '    a\n', '\tb  \n', true]])
  assert.deepEqual(signals(session?.steps ?? []), ['committed: a7986fc fix: count the items'])
  const edit = session?.steps.find(({ type }) => type === 'edit')
  assert.equal(edit?.place.line, 16)
})

test('the commit of what the person had changed before is none of the session', async () => {
  const steps = await stepsOf((h) =>
    h
      .started()
      .says('Fix it')
      .proposes('a.py', 'x', 'y')
      .tells('Committing a.py before applying edits.', 'Commit 1111111 wip', 'Applied edit to a.py')
      .tells('Commit 2222222 fix'),
  )
  assert.deepEqual(signals(steps), ['committed: 2222222 fix'])
})

test('blocks without "Applied edit" were not applied; those that matched of several were', async () => {
  const failed = ['<<<<<<< SEARCH', 'gone', '=======', 'new', '>>>>>>> REPLACE']
  const steps = await stepsOf((h) =>
    h
      .started()
      .says('Fix it')
      .answers(
        'a.py',
        '```',
        ...failed,
        '```',
        '',
        'b.py',
        '```',
        '<<<<<<< SEARCH',
        'x',
        '=======',
        'y',
        '>>>>>>> REPLACE',
        '```',
      )
      .tells(
        '# 1 SEARCH/REPLACE block failed to match!',
        '## SearchReplaceNoExactMatch: This SEARCH block failed',
        ...failed,
      )
      .tells('# The other 1 SEARCH/REPLACE block were applied successfully.')
      .edits('a.py', 'there', 'new'),
  )
  assert.deepEqual(edits(steps), [
    ['b.py', 'x\n', 'y\n', true],
    ['a.py', 'gone\n', 'new\n', false],
    ['a.py', 'there\n', 'new\n', true],
  ])
})

test('whole files and diffs without line numbers are edits, too', async () => {
  const steps = await stepsOf((h) =>
    h
      .started()
      .says('Write it whole')
      .answers('Here:', '', '**shop/new.py**', '```python', 'def new():', '    pass', '```')
      .tells('Applied edit to shop/new.py')
      .says('And a diff')
      .answers('```diff', '--- shop/cart.py', '+++ shop/cart.py', '@@ ... @@', '-a', '+b', '```')
      .tells('Applied edit to shop/cart.py'),
  )
  assert.deepEqual(edits(steps)[0], ['shop/new.py', undefined, 'def new():\n    pass\n', true])
  const diff = steps.findLast((step) => step.type === 'edit')
  assert.equal(
    diff?.type === 'edit' ? diff.diff : '',
    '--- shop/cart.py\n+++ shop/cart.py\n@@ ... @@\n-a\n+b',
  )
})

test('a reply whose fences are tags holds whole files, too', async () => {
  const steps = await stepsOf((h) =>
    h
      .started()
      .says('Write them')
      .answers(
        'notes.md',
        '<source>',
        '```',
        'a',
        '```',
        '</source>',
        'b.py',
        '<source>',
        'x = 1',
        '</source>',
      )
      .tells(
        'b.py',
        'Create new file? (Y)es/(N)o [Yes]: y',
        'Applied edit to b.py',
        'Applied edit to notes.md',
      ),
  )
  assert.deepEqual(edits(steps), [
    ['b.py', undefined, 'x = 1\n', true],
    ['notes.md', undefined, '```\na\n```\n', true],
  ])
})

test('headings and quotations of the model are no words of the person', async () => {
  const steps = await stepsOf((h) =>
    h
      .started()
      .says('Explain it')
      .answers('#### Assistant heading', '> a quotation', 'done')
      .says('Write the notes')
      .edits('NOTES.md', '#### Old  ', '#### New  \n> Applied edit to other.md  '),
  )
  assert.deepEqual(
    steps.flatMap((step) => (step.type === 'user' ? [step.text] : [])),
    ['Explain it', 'Write the notes'],
  )
  assert.deepEqual(edits(steps), [
    ['NOTES.md', '#### Old  \n', '#### New  \n> Applied edit to other.md  \n', true],
  ])
})

test('orders are no requests: /ask is, /add is a tool, /undo that was refused is still a refusal', async () => {
  const steps = await stepsOf((h) =>
    h
      .started()
      .says('/ask why is it slow?')
      .answers('Because.')
      .says('/add a.py')
      .tells('Added a.py to the chat')
      .says('/undo')
      .tells('The last commit was not made by aider in this chat session.')
      .says('!ls'),
  )
  assert.deepEqual(
    steps.map((step) => (step.type === 'tool' ? step.name : step.type)),
    ['user', 'assistant', '/add', 'signal', 'command'],
  )
  assert.ok(signals(steps)[0]?.startsWith('rejected: /undo, which was not possible'))
})

test('each start is a session; requests get their time from the history of prompts', async () => {
  const sessions = await sessionsOf((h, root) => {
    h.started().says('First', 'of two lines').started('2026-04-02 10:00:00').says('Second')
    h.started('2026-04-02 10:00:00').says('Third')
    const prompts =
      '\n# 2026-04-01 09:05:00.250000\n+First\n+of two lines\n\n# 2026-04-02 10:01:00.000000\n+Second\n'
    writeFileSync(join(root, '.aider.input.history'), prompts)
  })
  assert.deepEqual(
    sessions.map(({ sessionId }) => sessionId),
    ['aider-20260401090000', 'aider-20260402100000', 'aider-20260402100000-2'],
  )
  assert.equal(sessions[0]?.steps[0]?.at, Date.parse('2026-04-01T09:05:00.250'))
  assert.equal(sessions[0]?.endedAt, Date.parse('2026-04-01T09:05:00.250'))
  assert.equal(sessions[2]?.steps[0]?.at, null)
})

test('a history for all repositories is left out, one inside of the repository is not', () => {
  const machine = { platform: 'linux' as const, home: '/home/ana', repositories: ['/home/ana/shop'] }
  const usual = '/home/ana/shop/.aider.chat.history.md'
  const named = (file: string) => aider.places({ ...machine, env: { AIDER_CHAT_HISTORY_FILE: file } })
  assert.deepEqual(named('/home/ana/all.md'), [usual])
  assert.deepEqual(named('/home/ana/shop/logs/chat.md'), [usual, '/home/ana/shop/logs/chat.md'])
  assert.deepEqual(named('logs/chat.md'), [usual, '/home/ana/shop/logs/chat.md'])
})

const several: Fixture = {
  name: 'two sessions and the history of prompts',
  sessions: 2,
  write(home) {
    const root = join(home, 'shop')
    new History()
      .started()
      .says('One')
      .edits('a.py', 'x', 'y')
      .started('2026-04-02 10:00:00')
      .says('Two')
      .fails('pytest')
      .answers('Hm.')
      .write(root)
    writeFileSync(join(root, '.aider.input.history'), '\n# 2026-04-01 09:05:00.250000\n+One\n')
  },
  machine: (home) => ({ repositories: [join(home, 'shop')] }),
}

importerContract(aider, [several, ...labelled.slice(0, 2)])
