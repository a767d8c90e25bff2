/** Sessions of Cline: tasks of the extension and sessions of the SDK are read into the same steps. */

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cline } from '../../src/memory/episodes/importers/cline.ts'
import type { Step } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome } from './contract.ts'
import { failing, fixSession, fixTask, labelled, passing, SdkSession, Task } from './labelled/cline.ts'

async function readAll(write: (home: string) => void) {
  const home = mkdtempSync(join(tmpdir(), 'casebook-cline-'))
  write(home)
  return await readHome(cline, machineOf({ name: '', write }, home))
}

async function stepsOf(one: Task | SdkSession): Promise<Step[]> {
  const { sessions, skipped } = await readAll((home) => one.write(home))
  assert.deepEqual(skipped, [])
  return sessions[0]?.steps ?? []
}

const kinds = (steps: readonly Step[]) =>
  steps.map((step) =>
    step.type === 'signal' ? step.signal : step.type === 'edit' ? `edit ${step.applied}` : step.type,
  )

test('calls in tags and their results in the next message become steps', async () => {
  const { sessions } = await readAll((home) =>
    fixTask(new Task()).runs('pytest', passing).completes('Right now.').write(home),
  )
  const [session] = sessions
  const steps = session?.steps ?? []
  assert.deepEqual(kinds(steps), [
    'user',
    'assistant',
    'command',
    'assistant',
    'edit true',
    'assistant',
    'command',
    'assistant',
    'completed',
  ])
  const [asked, , command, , edit] = steps
  assert.ok(asked?.type === 'user' && asked.text === 'The total of the cart is wrong, see #12')
  assert.ok(command?.type === 'command' && command.command === 'pytest tests/test_cart.py')
  assert.deepEqual([command.exitCode, command.output.endsWith(failing)], [null, true])
  assert.ok(edit?.type === 'edit')
  assert.deepEqual(
    [edit.path, edit.diff],
    ['shop/cart.py', '@@\n-    return price\n+    return price * count'],
  )
  assert.deepEqual(session?.folders, [fixtureRoot])
  assert.equal(session?.startedAt, 1_777_626_000_000)
  assert.equal(command.place.key, 'message 1')
})

test('native calls with several results become a command each, with exit codes', async () => {
  const { sessions } = await readAll((home) =>
    fixSession(new SdkSession())
      .calls('run_commands', { commands: ['ls', { command: 'pytest', args: ['-k', 'the total'] }] }, [
        { query: 'ls', result: 'a', success: true },
        { query: 'pytest', result: failing, error: 'Command failed with exit code 4', success: false },
      ])
      .write(home),
  )
  const [session] = sessions
  const commands = session?.steps.flatMap((step) =>
    step.type === 'command' ? [[step.command, step.exitCode, step.evidence]] : [],
  )
  assert.deepEqual(commands, [
    ['pytest tests/test_cart.py', 1, 'text'],
    ['ls', 0, 'status'],
    ['pytest -k "the total"', 4, 'text'],
  ])
  assert.equal(session?.parentSessionId, 'before')
  assert.equal(session?.title, 'Fix the total')
  assert.deepEqual(session?.folders, [fixtureRoot])
  const edit = session?.steps.find(({ type }) => type === 'edit')
  assert.ok(edit?.type === 'edit' && edit.path === join(fixtureRoot, 'shop/cart.py') && edit.applied)
})

test('a message that came twice counts once', async () => {
  const one = fixSession(new SdkSession())
  one.messages.push(...one.messages.slice(-2))
  assert.equal((await stepsOf(one)).filter(({ type }) => type === 'edit').length, 1)
})

test('what the person says to an edit is heard: no, yes but otherwise, and words', async () => {
  const said =
    'The user denied this operation.\nThe user provided the following feedback:\n<feedback>\nnot there\n</feedback>'
  const changed =
    'The user made the following updates to your content:\n\n-a\n+b\n\n<final_file_content path="shop/cart.py">\nb\n</final_file_content>'
  const steps = await stepsOf(
    new Task().asks('Fix').edits('shop/cart.py', 'a', 'b', said).edits('shop/cart.py', 'a', 'c', changed),
  )
  const told = steps.filter(({ type }) => type !== 'assistant')
  assert.deepEqual(kinds(told), ['user', 'edit false', 'rejected', 'user', 'edit true', 'modified'])
  assert.ok(told[3]?.type === 'user' && told[3].text === 'not there')
})

test('an end that the person did not take is none', async () => {
  const again = new Task().asks('Fix').completes('Done.')
  again.message(
    'user',
    '[attempt_completion] Result:',
    'The user has provided feedback on the results.\n<feedback>\nIt still fails\n</feedback>',
  )
  assert.deepEqual(kinds(await stepsOf(again)), ['user', 'assistant', 'user'])
})

test('a new text of a file that was seen is told as what changed', async () => {
  const write = (content: string) => `<path>a.py</path>\n<content>\n${content}\n</content>`
  const task = new Task()
    .asks('Write')
    .calls('write_to_file', write('a\nb'), {
      about: 'a.py',
      result: 'The content was successfully saved to a.py.',
    })
    .calls('write_to_file', write('a\nc'), {
      about: 'a.py',
      result: 'The content was successfully saved to a.py.',
    })
  const edits = (await stepsOf(task)).filter(({ type }) => type === 'edit') as (Step & {
    after?: string
    diff?: string
  })[]
  assert.deepEqual([edits[0]?.after, edits[1]?.diff], ['a\nb', '@@ -1,2 +1,2 @@\n a\n-b\n+c'])
})

test('the command line and other folders of data are found', () => {
  const machine = { platform: 'linux' as const, home: '/h', repositories: [] }
  assert.equal(cline.places({ ...machine, env: {} })[0], '/h/.cline/data/sessions')
  assert.equal(cline.places({ ...machine, env: { CLINE_DIR: '/c' } })[0], '/c/data/sessions')
  assert.equal(cline.places({ ...machine, env: { CLINE_DATA_DIR: '/d' } })[0], '/d/sessions')
  assert.equal(cline.places({ ...machine, env: { CLINE_SESSION_DATA_DIR: '/s' } })[0], '/s')
})

const both: Fixture = {
  name: 'a task and a session side by side',
  sessions: 2,
  write(home) {
    fixTask(new Task()).write(home)
    fixSession(new SdkSession()).write(home)
    const odd = join(home, '.cline', 'data', 'sessions', 'note.txt')
    writeFileSync(odd, 'no session')
  },
}

importerContract(cline, [both, ...labelled.slice(0, 2), ...labelled.slice(-1)])
