import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actOf, endingOf } from '../../src/agent/context/acts.ts'

test('reads, edits and runs are told by the names and arguments that tools use', () => {
  const act = (name: string, given: unknown) => actOf({ name, arguments: given })
  assert.deepEqual(act('casebook_read', { path: './src\\a.ts' }), {
    kind: 'read',
    path: 'src/a.ts',
    from: 1,
    to: 400,
  })
  assert.deepEqual(act('read_file', { path: 'a.ts', from: 11, to: 20 }), {
    kind: 'read',
    path: 'a.ts',
    from: 11,
    to: 20,
  })
  assert.deepEqual(act('casebook_edit', { path: 'a.ts', before: 'x', after: 'y' }), {
    kind: 'edit',
    path: 'a.ts',
  })
  assert.deepEqual(act('casebook_run', { command: 'make', why: 'x' }), { kind: 'check', command: 'make' })
  assert.deepEqual(act('casebook_test', { which: ['a.test.ts'] }), {
    kind: 'check',
    command: 'tests a.test.ts',
  })
  for (const [name, given] of [
    ['casebook_history', { path: 'a.ts', limit: 5 }],
    ['casebook_search', { query: 'read', path: 'src' }],
    ['casebook_locate', { text: 'test' }],
    ['casebook_read', '{"path"'],
    ['casebook_read', null],
  ] as const)
    assert.equal(act(name, given), null, name)
})

test('a command passed when its exit code says so, not when it ran', () => {
  assert.deepEqual(endingOf({ content: 'ok 1\nnot ok 2 - adds\n\nexit code 1', ok: true }), {
    ok: false,
    result: 'exit code 1: not ok 2 - adds',
  })
  assert.deepEqual(endingOf({ content: 'ok 1\n\nexit code 0', ok: true }), {
    ok: true,
    result: 'exit code 0',
  })
  assert.deepEqual(endingOf({ content: 'refused by the person', ok: false }), {
    ok: false,
    result: 'refused by the person',
  })
})
