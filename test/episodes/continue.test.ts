/** Sessions of Continue are read from their files, with what the list of sessions knows of them. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { continueDev } from '../../src/memory/episodes/importers/continue.ts'
import { type Fixture, fixtureRoot, importerContract, machineOf, readHome } from './contract.ts'
import { History, labelled } from './labelled/continue.ts'

const root = mkdtempSync(join(tmpdir(), 'casebook-continue-test-'))
after(() => rmSync(root, { recursive: true, force: true }))
let homes = 0

async function readOf(build: (h: History) => History, spoil: (folder: string) => void = () => {}) {
  const home = join(root, String(homes++))
  build(new History()).write(home)
  const folder = join(home, '.continue', 'sessions')
  spoil(folder)
  const { sessions, skipped } = await readHome(continueDev, machineOf({ name: '', write() {} }, home))
  return { session: sessions[0], steps: sessions[0]?.steps ?? [], skipped, folder }
}

test('a session becomes steps with their places, its beginning comes from the list', async () => {
  const { session, steps, folder } = await readOf((h) =>
    h
      .says([{ type: 'text', text: 'The total is wrong' }])
      .runs('pytest', '1 failed in 0.1s', 1)
      .edits('shop/cart.py', 'a', 'b')
      .calls('read_file', { filepath: 'x' }, 'text')
      .runs('pytest', '1 passed in 0.1s')
      .answers('Done'),
  )
  assert.deepEqual(
    steps.map(({ type }) => type),
    ['user', 'command', 'edit', 'tool', 'command', 'assistant'],
  )
  const [, command, edit, , last] = steps
  assert.ok(command?.type === 'command' && command.exitCode === 1 && command.evidence === 'text')
  assert.ok(last?.type === 'command' && last.exitCode === null && last.evidence === null)
  assert.ok(edit?.type === 'edit' && edit.path === 'shop/cart.py' && edit.applied)
  assert.deepEqual([edit.before, edit.after], ['a', 'b'])
  const file = join(folder, 's1.json')
  assert.deepEqual(edit.place, { file, key: 'history/3' })
  const { folders, title, model, startedAt, endedAt } = session ?? {}
  assert.deepEqual([folders, title, model], [[fixtureRoot], 'The total', 'Codestral'])
  assert.deepEqual([startedAt, endedAt], [Date.UTC(2026, 3, 1, 9), Math.round(statSync(file).mtimeMs)])
})

test('edits of every tool, also under newer names and of a single call', async () => {
  const edits = [
    { old_string: 'a', new_string: 'b' },
    { old_string: 'c', new_string: 'd' },
  ]
  const call = {
    function: { name: 'builtin_create_new_file', arguments: '{"filepath":"new.py","contents":"x"}' },
  }
  const { steps } = await readOf((h) =>
    h
      .says('go')
      .calls('multi_edit', { filepath: `file://${fixtureRoot}/shop/my%20cart.py`, edits })
      .calls('edit_existing_file', { filepath: 'shop/tax.py', changes: 'x = 2' })
      .item({ role: 'assistant', content: '' }, { toolCallState: { toolCall: call, status: 'done' } })
      .calls('edit_existing_file', { filepath: 'shop/tax.py', changes: '' }, '', 'canceled')
      .calls('run_terminal_command', { command: 'rm x' }, '', 'canceled')
      .calls('run_terminal_command', { command: 'sleep 1' }, '', 'calling')
      .item({ role: 'assistant', content: '' }, { conversationSummary: 'So far' }),
  )
  const told = steps.slice(1).map((step) => {
    if (step.type === 'edit') return [step.path, step.before, step.after]
    return step.type === 'signal' ? [step.signal, step.path] : step.type
  })
  assert.deepEqual(told, [
    [`${fixtureRoot}/shop/my cart.py`, 'a', 'b'],
    [`${fixtureRoot}/shop/my cart.py`, 'c', 'd'],
    ['shop/tax.py', undefined, 'x = 2'],
    ['new.py', '', 'x'],
    ['rejected', 'shop/tax.py'],
    ['aborted', undefined],
    'compaction',
  ])
})

test('a broken file and a broken list are counted, the rest is read', async () => {
  const { session, skipped } = await readOf(
    (h) => h.says('go').edits('a.py', 'x', 'y'),
    (folder) => {
      writeFileSync(join(folder, 'sessions.json'), '{"no": "list"}')
      writeFileSync(join(folder, 's2.json'), '{"history": [')
    },
  )
  assert.equal(session?.steps.length, 2)
  assert.equal(session?.startedAt, session?.endedAt)
  assert.deepEqual(skipped.sort(), [
    'a file is too long or no JSON object',
    'the list of sessions is no JSON list',
  ])
})

const several: Fixture = {
  name: 'two sessions and their list',
  sessions: 2,
  write(home) {
    new History('s1').says('go').edits('a.py', 'x', 'y').runs('pytest', '1 passed in 0.1s').write(home)
    new History('s2').says('look').answers('found').write(home, '/home/ana/other')
  },
}

importerContract(continueDev, [several, ...labelled.slice(0, 2)])
