/** Sessions of Roo Code and its heirs: native calls and tags, exit codes in text, what was condensed. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { roo } from '../../src/memory/episodes/importers/roo.ts'
import { endingOf } from '../../src/memory/episodes/task-results.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome } from './contract.ts'
import { fixTotal, labelled, passing, RooTask } from './labelled/roo.ts'

async function readAll(write: (home: string) => void) {
  const home = mkdtempSync(join(tmpdir(), 'casebook-roo-'))
  write(home)
  return await readHome(roo, machineOf({ name: '', write }, home))
}

test('native calls and tags give the same work', async () => {
  const work = []
  for (const form of ['native', 'tags'] as const) {
    const { sessions } = await readAll((home) =>
      fixTotal(new RooTask(form)).runs('pytest', passing).write(home),
    )
    const steps = sessions[0]?.steps.filter(({ type }) => type !== 'assistant') ?? []
    work.push(steps.map(({ place: _, at: __, ...step }) => step))
  }
  assert.deepEqual(work[0], work[1])
  const [asked, first, edit, last] = work[0] ?? []
  assert.ok(asked?.type === 'user' && asked.text === 'The total of the cart is wrong, see #12')
  assert.ok(first?.type === 'command' && first.exitCode === 1 && first.evidence === 'text')
  assert.ok(edit?.type === 'edit' && edit.applied)
  assert.equal(edit.diff, '@@ -3,1 +3,1 @@\n-    return price\n+    return price * count')
  assert.ok(last?.type === 'command' && last.exitCode === 0)
})

test('a task tells its folder, its parent and that it is done', async () => {
  const item = { parentTaskId: 'before', status: 'completed', completionResultSummary: 'The total is right.' }
  const { sessions } = await readAll((home) => fixTotal(new RooTask()).write(home, { item }))
  const [session] = sessions
  assert.deepEqual(session?.folders, [fixtureRoot])
  assert.equal(session?.parentSessionId, 'before')
  assert.equal(session?.title, 'Fix the total')
  const last = session?.steps.at(-1)
  assert.ok(last?.type === 'signal' && last.signal === 'completed' && last.detail === 'The total is right.')
})

test('the exit code is the one that Roo wrote, not one that the program printed', () => {
  const head = "Command executed in terminal within working directory '/x'. Exit code: 1"
  assert.equal(endingOf(`${head}\nOutput:\n{"exit_code": 0}`)?.exitCode, 1)
  assert.equal(
    endingOf('Command executed in terminal. Exit code: 0\nOutput:\nexited with code 3')?.exitCode,
    0,
  )
})

test('a summary is a compaction, the turns before it stay', async () => {
  const task = fixTotal(new RooTask()).message('user', 'what was done', { isSummary: true, condenseId: 'c' })
  task.messages[0] = { ...task.messages[0], condenseParent: 'c' }
  task.message('user', 'cut here', { isTruncationMarker: true }).runs('pytest', passing)
  const { sessions } = await readAll((home) => task.write(home))
  const types = sessions[0]?.steps.map(({ type }) => type)
  assert.deepEqual(types, ['user', 'command', 'edit', 'compaction', 'command'])
})

test('refusals in words and as JSON, and calls that were skipped', async () => {
  const words =
    '{"status":"denied","message":"The user denied this operation and provided the following feedback","feedback":"use the other file"}'
  const task = new RooTask()
    .asks('Fix')
    .edits('a.py', 'a', 'b', words)
    .edits('a.py', 'a', 'b', 'Skipping tool [apply_diff] due to user rejecting a previous tool.')
    .edits('a.py', 'a', 'b', '{"status":"error","message":"x","error":"no match"}')
  const { sessions } = await readAll((home) => task.write(home))
  const told = sessions[0]?.steps.map((step) =>
    step.type === 'edit' ? `edit ${step.applied}` : step.type === 'user' ? step.text : step.type,
  )
  assert.deepEqual(told, ['Fix', 'edit false', 'signal', 'use the other file', 'edit false'])
})

test('a result without its call is passed over, and so is a call without its result', async () => {
  const task = new RooTask().asks('Fix')
  task.message('user', [{ type: 'tool_result', tool_use_id: 'nobody', content: 'Exit code: 0' }])
  task.message('assistant', [
    { type: 'tool_use', id: 'x', name: 'write_to_file', input: { path: 'a', content: 'b' } },
  ])
  const { sessions } = await readAll((home) => task.write(home))
  assert.deepEqual(
    sessions[0]?.steps.map(({ type }) => type),
    ['user'],
  )
})

test('heirs and a folder that the person chose are found', async () => {
  const { sessions } = await readAll((home) => {
    fixTotal(new RooTask()).write(home, { id: 'a', extension: 'zoocodeorganization.zoo-code' })
    fixTotal(new RooTask()).write(home, { id: 'b', extension: 'kilocode.kilo-code' })
    const user = join(home, '.config', 'Code', 'User')
    writeFileSync(
      join(user, 'settings.json'),
      `{ // mine\n "roo-cline.customStoragePath": ${JSON.stringify(join(home, 'roo'))}, }`,
    )
    const own = join(home, 'roo', 'tasks', 'c')
    mkdirSync(own, { recursive: true })
    writeFileSync(
      join(own, 'api_conversation_history.json'),
      JSON.stringify(fixTotal(new RooTask()).messages),
    )
    const entries = [{ id: 'c', workspace: fixtureRoot }]
    writeFileSync(join(home, 'roo', 'tasks', '_index.json'), JSON.stringify({ version: 1, entries }))
  })
  assert.deepEqual(sessions.map(({ sessionId }) => sessionId).sort(), ['a', 'b', 'c'])
  assert.ok(sessions.every(({ folders }) => folders[0] === fixtureRoot))
})

const two: Fixture = {
  name: 'two tasks, one with tags',
  sessions: 2,
  write(home) {
    fixTotal(new RooTask()).runs('pytest', passing).write(home)
    fixTotal(new RooTask('tags')).runs('pytest', passing).write(home, { id: 'task-2' })
  },
}

importerContract(roo, [two, ...labelled.slice(0, 2), ...labelled.slice(-1)])
