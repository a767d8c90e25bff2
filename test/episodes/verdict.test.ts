/** A verdict of "passed" needs a relevant test run that passed after the last edit; doubt is "unknown". */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runnerSummary, statedExit } from '../../src/memory/episodes/exit.ts'
import type { Step } from '../../src/memory/episodes/session.ts'
import { verdictOf } from '../../src/memory/episodes/verdict.ts'
import { withoutRolledBack, workOf } from '../../src/memory/episodes/work.ts'

const place = { file: '/s.jsonl', line: 1 }
let clock = 0

function user(text: string): Step {
  return { type: 'user', text, at: ++clock, place }
}
function edit(path = 'shop/cart.py', applied = true): Step {
  return { type: 'edit', path, before: 'a', after: 'b', applied, at: ++clock, place }
}
function run(command: string, exitCode: number | null, output = ''): Step {
  return { type: 'command', command, exitCode, evidence: null, output, at: ++clock, place }
}
function signal(name: Extract<Step, { type: 'signal' }>['signal'], count?: number): Step {
  return {
    type: 'signal',
    signal: name,
    detail: 'by the person',
    at: ++clock,
    place,
    ...(count !== undefined && { count }),
  }
}

const verdict = (...steps: Step[]) =>
  verdictOf(
    steps,
    steps.flatMap((step) => (step.type === 'edit' ? [step.path] : [])),
  ).verdict

test('a full run that passes after the last edit proves it', () => {
  assert.equal(verdict(edit(), run('pytest', 0)), 'passed')
})

test('a run before the last edit proves nothing', () => {
  assert.equal(verdict(edit(), run('pytest', 0), edit()), 'unknown')
})

test('an edit that was refused does not count', () => {
  assert.equal(verdict(edit(), run('pytest', 0), edit('shop/cart.py', false)), 'passed')
})

test('a failing run after the last edit fails it, whatever passed elsewhere', () => {
  assert.equal(verdict(edit(), run('pytest', 1), run('pytest tests/test_other.py', 0)), 'failed')
})

test('a run that is repeated counts as it ended last', () => {
  assert.equal(verdict(edit(), run('pytest', 1), run('pytest', 0)), 'passed')
})

test('a pipe hides the exit code, so the summary decides', () => {
  const bad = '=== 1 failed, 3 passed in 0.2s ==='
  assert.equal(verdict(edit(), run('pytest | tail -3', 0, bad)), 'failed')
  assert.equal(verdict(edit(), run('pytest | tail -3', 0, '=== 4 passed in 0.2s ===')), 'passed')
  assert.equal(verdict(edit(), run('pytest | tail -3', 0, '...')), 'unknown')
})

test('a run without tests proves nothing', () => {
  assert.equal(verdict(edit(), run('pytest', 0, '=== no tests ran in 0.01s ===')), 'unknown')
  assert.equal(verdict(edit(), run('go test ./...', 0, '?   x  [no test files]')), 'unknown')
})

test('a narrowed run must be about what changed', () => {
  assert.equal(verdict(edit(), run('pytest tests/test_cart.py', 0)), 'passed')
  assert.equal(verdict(edit(), run('pytest tests/test_login.py', 0)), 'unknown')
})

test('a narrowed run that failed before is about the change', () => {
  const reproduction = 'pytest tests/test_regression.py'
  assert.equal(verdict(run(reproduction, 1), edit(), run(reproduction, 0)), 'passed')
})

test('types and style can fail a change but not prove it', () => {
  assert.equal(verdict(edit(), run('tsc --noEmit', 0)), 'unknown')
  assert.equal(verdict(edit(), run('pytest', 0), run('ruff check .', 1)), 'failed')
})

test('an output that was cut off and has no exit code tells nothing', () => {
  assert.equal(verdict(edit(), run('pytest', null, 'tests/test_cart.py ....')), 'unknown')
})

test('what a person took back has failed', () => {
  assert.equal(verdict(edit(), run('pytest', 0), signal('undone')), 'failed')
  assert.equal(verdict(edit(), signal('rejected'), edit(), run('pytest', 0)), 'passed')
})

test('a rollback takes its turns with it', () => {
  const steps = [
    user('fix it'),
    edit(),
    run('pytest', 1),
    user('other way'),
    edit('shop/tax.py'),
    signal('rolled-back', 1),
    edit(),
    run('pytest', 0),
  ]
  const kept = withoutRolledBack(steps)
  assert.equal(
    kept.some((step) => step.type === 'edit' && step.path === 'shop/tax.py'),
    false,
  )
  assert.equal(verdict(...kept), 'passed')
})

test('a rollback fails what it took, not the work before it that stands', () => {
  const later = [user('b'), edit('shop/tax.py'), run('pytest', 1), signal('rolled-back', 1)]
  const steps = [user('a'), edit(), run('pytest', 0), ...later]
  assert.equal(verdict(...withoutRolledBack(steps)), 'passed')
  assert.equal(verdict(...withoutRolledBack([user('a'), edit(), ...later])), 'unknown', 'never tested')
  assert.equal(verdict(...withoutRolledBack(later)), 'failed', 'nothing of it stands')
})

test('what was undone or refused elsewhere says nothing about this work', () => {
  const about = (name: 'undone' | 'rejected', path: string): Step => ({ ...signal(name), path }) as Step
  const work = [edit('/home/ana/shop/cart.py'), run('pytest', 0)]
  assert.equal(verdict(...work, about('undone', '/home/ana/shop/mail.py')), 'passed')
  assert.equal(
    verdict(...work, about('undone', 'shop/cart.py')),
    'failed',
    'the same file, told from the root',
  )
  assert.equal(verdict(edit(), about('rejected', 'shop/mail.py')), 'unknown')
  assert.equal(verdict(edit(), about('rejected', 'shop/cart.py')), 'failed')
})

test('what a person refused or disliked counts only where nothing proves the work', () => {
  const refused = { ...signal('rejected'), path: 'shop/cart.py' } as Step
  assert.equal(verdict(edit(), run('pytest', 0), edit('shop/cart.py', false), refused), 'passed')
  assert.equal(verdict(edit(), run('pytest', 0), signal('rejected')), 'passed', 'a vote against the answer')
  assert.equal(verdict(edit(), signal('rejected')), 'failed')
  assert.equal(verdict(edit(), run('pytest', 0), edit(), signal('rejected')), 'failed')
  assert.equal(verdict(edit(), run('pytest', 1), signal('rejected')), 'failed')
})

test('a new request about other files is other work once the first was tested', () => {
  const first = [user('fix the cart'), edit(), run('pytest', 0)]
  assert.equal(workOf([...first, user('now the login'), edit('shop/login.py')]).length, 2)
  assert.equal(workOf([...first, user('still fails'), edit()]).length, 1)
  assert.equal(workOf([user('look'), user('fix'), edit()]).length, 1)
})

test("exit codes are read in every agent's words, from the frame only", () => {
  const forms: [string, number][] = [
    ['Exit code: 1\nWall time: 2 seconds\nOutput:\nx', 1],
    ['{"output":"x","metadata":{"exit_code":2}}', 2],
    ['... Process exited with code 0 ...', 0],
    ['<returncode>3</returncode>\n<output>x</output>', 3],
    ["Command executed in terminal within working directory '/x'. Exit code: 4\nOutput:\n", 4],
    ['text\n<exited with exit code 5>', 5],
    ['Exit code 1\nTraceback', 1],
  ]
  for (const [text, code] of forms) assert.equal(statedExit(text)?.exitCode, code, text)
  const middle = [...Array(30).fill('line'), 'Exit code: 9', ...Array(30).fill('line')].join('\n')
  assert.equal(statedExit(middle), null)
})

test('summaries of the runners are understood', () => {
  const passed = [
    '5 passed in 0.10s',
    '===== 3 passed, 1 skipped, 2 warnings in 1.02s =====',
    'Ran 3 tests in 0.001s\n\nOK',
    'Tests:       4 passed, 4 total',
    ' Tests  12 passed (12)',
    '  8 passing (20ms)',
    'ℹ pass 7\nℹ fail 0',
    'test result: ok. 3 passed; 0 failed; 0 ignored',
    'ok  \texample.com/x\t0.2s',
    '[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0',
    '3 examples, 0 failures',
    'OK (3 tests, 5 assertions)',
    '100% tests passed, 0 tests failed out of 12',
  ]
  for (const text of passed) {
    const found = runnerSummary(text)
    assert.equal(found?.failed, false, text)
    assert.ok((found?.passed ?? 0) > 0, text)
  }
  const failed = [
    '1 failed, 5 passed in 0.10s',
    '=== 2 errors in 0.5s ===',
    'FAILED (failures=1)',
    'Tests:       1 failed, 4 passed, 5 total',
    '  1 failing',
    'ℹ fail 2',
    'test result: FAILED. 1 passed; 1 failed; 0 ignored',
    '--- FAIL: TestX (0.00s)\nFAIL\nFAIL\texample.com/x\t0.2s\nok  \texample.com/y\t0.1s',
    '[ERROR] Tests run: 4, Failures: 1, Errors: 0, Skipped: 0',
    '3 examples, 1 failure',
    '67% tests passed, 1 tests failed out of 3',
  ]
  for (const text of failed) assert.equal(runnerSummary(text)?.failed, true, text)
})
