/** Recall points of scripted traces. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { recallPoints, type TraceStep } from '../../../src/memory/recall/records/triggers.ts'

const task: TraceStep = { type: 'task', text: 'The pool leaks' }
const check = (output: string, exitCode: number | null = 1): TraceStep => {
  return { type: 'check', command: 'npm test', output, exitCode }
}
const edit = (path: string): TraceStep => ({ type: 'edit', path })
const points = (trace: TraceStep[]) => recallPoints(trace).map(({ step, reason }) => [step, reason])

test('asks at the start, at a new error, before the first edit of a file, at a failed check, when corrected', () => {
  const trace = [
    task,
    check('PoolError: socket 3 is closed'),
    edit('src/pool.ts'),
    edit('src/pool.ts'),
    check('PoolError: socket 9 is closed'),
    check('all 12 passed', 0),
    { type: 'correction', text: 'no, keep the limit' } as const,
    edit('src/other.ts'),
  ]
  assert.deepEqual(points(trace), [
    [0, 'task-start'],
    [1, 'new-error'],
    [2, 'first-edit'],
    [4, 'failed-check'],
    [6, 'correction'],
  ])
})

test('the same signature again is a repair; an error that is new is not', () => {
  const trace = [task, check('PoolError: socket 3 is closed'), check('PoolError: socket 4 is closed')]
  assert.deepEqual(
    recallPoints(trace).map(({ repair, signatures, moment }) => [repair, signatures, moment]),
    [
      [false, [], 'task-start'],
      [false, ['PoolError: socket # is closed'], 'after-failure'],
      [true, ['PoolError: socket # is closed'], 'after-failure'],
    ],
  )
})

test('forgets a failure that lies more than five checks back', () => {
  const others = ['A', 'B', 'C', 'D', 'E'].map((name) => check(`${name}aError: new`))
  const trace = [check('PoolError: socket is closed'), task, ...others]
  const last = recallPoints([...trace, { type: 'task', text: 'next' }, check('PoolError: socket is closed')])
  assert.deepEqual([last.at(-1)?.reason, last.at(-1)?.repair], ['new-error', false])
})

test('a check without a known result asks only when it printed a new error', () => {
  assert.deepEqual(points([task, check('some words', null)]), [[0, 'task-start']])
  assert.deepEqual(points([task, check('PoolError: closed', null)]).at(-1), [1, 'new-error'])
})

test('names what was shown, over tasks, so that nothing is shown twice', () => {
  const trace: TraceStep[] = [
    task,
    { type: 'shown', ids: ['b', 'a'] },
    edit('x.ts'),
    { type: 'task', text: 'next' },
  ]
  assert.deepEqual(
    recallPoints(trace).map(({ shown }) => shown),
    [[], ['a', 'b'], ['a', 'b']],
  )
})

test('never asks more than five times in a task', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('edit' as const), path: fc.string() }),
      fc.record({ type: fc.constant('correction' as const), text: fc.string() }),
      fc.string().map((text) => check(`XError: ${text}`)),
    ),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(steps, steps, (one, other) => {
      const found = recallPoints([task, ...one, task, ...other])
      const second = one.length + 1
      assert.ok(found.filter(({ step }) => step < second).length <= 5)
      assert.ok(found.filter(({ step }) => step >= second).length <= 5)
      assert.ok(found.some(({ step }) => step === second))
    }),
  )
})
