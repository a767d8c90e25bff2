/** Whether a piece of work succeeded: the last relevant test runs after the last edit decide, and nothing else passes. */

import type { Outcome } from '../episode.ts'
import { runnerSummary } from './exit.ts'
import { plainRequest, saysItFailed } from './goal.ts'
import { type Folder, inReach, leavesOut, namesOne } from './relevance.ts'
import type { Step, StepOf } from './session.ts'
import { changeAt } from './shell-edits.ts'
import { type TestRun, testRunOf } from './test-command.ts'

export interface RunResult {
  step: StepOf<'command'>
  /** Position in the steps. */
  at: number
  run: TestRun
  /** Null: nothing tells. */
  passed: boolean | null
  /** Why, for people. */
  because: string
  /** False: it did not come to run a test, for its program or its files were not there. */
  ran: boolean
}

type Result = Pick<RunResult, 'passed' | 'because' | 'ran'>

/** Every test run of the steps with its result, in order. */
export function testRuns(steps: readonly Step[]): RunResult[] {
  return steps.flatMap((step, at) => {
    if (step.type !== 'command') return []
    const run = testRunOf(step.command)
    return run === null ? [] : [{ step, at, run, ...resultOf(step, run) }]
  })
}

/**
 * An exit code counts where it is the runner's own. Otherwise, and where it says 0, the runner's summary has the
 * last word: a pipe hides failures, and a run without tests proves nothing.
 */
export function resultOf(step: StepOf<'command'>, run: TestRun): Result {
  const summary = run.kind === 'test' ? runnerSummary(step.output) : null
  const code = step.exitCode
  const result = (passed: boolean | null, because: string, ran = true): Result => ({ passed, because, ran })
  if (summary?.failed === true) return result(false, `it says "${summary.line}"`)
  if (code !== 0 && (summary?.passed ?? 0) === 0 && couldNotRun(step))
    return result(null, 'it could not run', false)
  if (code !== null && code !== 0) {
    if (run.ownsExit || summary === null) return result(false, `it ended with exit code ${code}`)
    return result(null, `the line ended with ${code}, the tests say "${summary.line}"`)
  }
  if (summary !== null && summary.passed === 0) return result(null, 'no test was run', false)
  if (summary?.isPartial === true && hidesLines(step, run))
    return result(null, `it says "${summary.line}", but not all that it said is there`)
  if (summary !== null) return result(true, `it says "${summary.line}"`)
  if (ranNothing(step.output)) return result(null, 'no test was run', false)
  if (code === 0 && run.ownsExit) return result(true, 'it ended with exit code 0')
  if (code === 0) return result(null, 'the exit code is that of another command of the line')
  return result(null, 'nothing tells how it ended')
}

/** Of an output that is a part, a line about some tests says nothing about the others. */
function hidesLines({ exitCode, output }: StepOf<'command'>, { isFiltered, ownsExit }: TestRun): boolean {
  if (exitCode === 0 && ownsExit) return false
  return isFiltered || (exitCode === null && /\b(?:truncated|left out|omitted)\b/i.test(output))
}

function ranNothing(output: string): boolean {
  return /no tests? (?:found|ran|were found|to run|collected|files? found)|collected 0 items|\[no test files\]|Ran 0 tests|0 examples|running 0 tests/i.test(
    output,
  )
}

/** The program or the named tests are not there: nothing was tried. */
function couldNotRun({ exitCode, output }: StepOf<'command'>): boolean {
  if (exitCode === 126 || exitCode === 127) return true
  return /: (?:command )?not found$|is not recognized as an? |No module named '?(?:pytest|py\.test|nose2?|tox)\b|^ERROR: (?:not found|file or directory not found)|Missing script: |no such command: /m.test(
    output,
  )
}

/** Folder of the repository that a command ran in, empty for its root; null: nobody knows. */
export type FolderOf = (step: StepOf<'command'>) => Folder

/** The outcome of a piece of work. `edited`: paths that it changed, relative to the repository. */
export function verdictOf(
  steps: readonly Step[],
  edited: readonly string[],
  folderOf: FolderOf = () => '',
): Outcome {
  const lastEdit = steps.findLastIndex((step) => step.type === 'edit' && step.applied)
  const lastChange = lastChangeOf(steps, lastEdit)
  const runs = testRuns(steps)
  const { takenBack, turnedDown } = negatives(steps, lastEdit)
  const after = thatRan(runs.filter((result) => follows(result, lastChange)))
  const proofs = latestOfEach(after.filter(({ run }) => run.kind === 'test'))
  const relevant = proofs.filter((result) => isRelevant(result, runs, { edited, folderOf }))
  const failed = [...relevant, ...latestOfEach(after.filter(({ run }) => run.kind === 'check'))].filter(
    ({ passed }) => passed === false,
  )
  const passed = relevant.filter((result) => result.passed === true)
  const unclear = relevant.filter((result) => result.passed === null)
  const evidence = [
    ...relevant.map((result) => `after the last edit: ${nameOf(result)}: ${result.because}`),
    ...takenBack,
    ...turnedDown,
    ...failedBefore(runs, relevant, lastEdit),
    ...positives(steps),
    ...commitsAfter(steps, lastChange),
  ]
  const shown = failed[0] ?? passed.at(-1) ?? unclear.at(-1) ?? runs.at(-1)
  const outcome = (verdict: Outcome['verdict'], why: string, source: Outcome['source']): Outcome => ({
    verdict,
    source,
    command: shown?.step.command.slice(0, 2_000) ?? null,
    exitCode: shown?.step.exitCode ?? null,
    log: null,
    evidence: [why, ...evidence].slice(0, 50).map((line) => line.slice(0, 1_000)),
  })
  const isProven = lastEdit >= 0 && passed.length > 0 && unclear.length + failed.length === 0
  if (takenBack.length > 0 || (turnedDown.length > 0 && !isProven))
    return outcome('failed', 'The person turned it down.', 'user')
  if (lastEdit < 0) return outcome('unknown', 'Nothing was changed.', null)
  if (failed.length > 0)
    return outcome('failed', `A run after the last edit failed: ${nameOf(failed[0] as RunResult)}.`, 'tests')
  if (passed.length > 0 && unclear.length === 0)
    return outcome(
      'passed',
      `The tests passed after the last edit: ${nameOf(passed.at(-1) as RunResult)}.`,
      'tests',
    )
  if (passed.length > 0)
    return outcome('unknown', 'Of several test runs after the last edit, not all tell how they ended.', null)
  if (unclear.length > 0)
    return outcome('unknown', 'A test run after the last edit does not tell how it ended.', null)
  if (proofs.length > 0)
    return outcome(
      'unknown',
      'The tests that ran after the last edit are not about the files that changed.',
      null,
    )
  if (runs.some(({ run }) => run.kind === 'test'))
    return outcome('unknown', 'No test ran after the last edit.', null)
  return outcome('unknown', 'No test ran.', null)
}

/** The newest result of each distinct run: a run that was repeated counts as it ended last. */
function latestOfEach(results: readonly RunResult[]): RunResult[] {
  return [...new Map(results.map((result) => [result.run.same, result])).values()]
}

/** A run that could not begin says nothing where others did; alone it says that nobody knows. */
function thatRan(results: readonly RunResult[]): readonly RunResult[] {
  const real = results.filter(({ ran }) => ran)
  return real.length > 0 ? real : results
}

interface Change {
  /** Position of the step, and of the simple command in a shell line. */
  at: number
  command: number
}

/** The last change of files, by an edit or by the shell. */
function lastChangeOf(steps: readonly Step[], lastEdit: number): Change {
  for (let at = steps.length - 1; at > lastEdit; at--) {
    const step = steps[at]
    const command = step?.type === 'command' ? changeAt(step.command) : null
    if (command !== null) return { at, command }
    if (step?.type === 'tool' && step.isError !== true && changing.test(step.name)) return { at, command: 0 }
  }
  return { at: lastEdit, command: 0 }
}

/** Tools of servers that nobody knows, by what they say that they do. */
const changing =
  /(?:edit|write|replace|insert|create|rename|move|delete|remove|patch|apply)_?(?:text_?)?(?:file|symbol|body|content|lines?|range|text|string|regex|at|before|after|diff|patch|edit)/i

/** In one line, what stands later ran later. */
function follows({ at, run }: RunResult, change: Change): boolean {
  return at > change.at || (at === change.at && run.at > change.command)
}

/** The same tests before the change: what makes a repair a demonstration. */
function failedBefore(
  runs: readonly RunResult[],
  relevant: readonly RunResult[],
  lastEdit: number,
): string[] {
  const proofs = relevant.filter(({ passed }) => passed === true)
  const before = runs.filter(
    ({ at, passed, run }) => at < lastEdit && passed === false && run.kind === 'test',
  )
  const same = before.filter(({ run }) =>
    proofs.some((proof) => proof.run.key === run.key || proof.run.runner === run.runner),
  )
  return same.slice(0, 1).map((result) => `${failedFirst}: ${nameOf(result)}: ${result.because}`)
}

/** Begins the line of evidence that a test failed before the change. */
export const failedFirst = 'failed before the change'

interface Edited {
  edited: readonly string[]
  folderOf: FolderOf
}

/** A full run is about everything below its folder; a narrowed one must name what changed, or what failed before. */
function isRelevant(result: RunResult, all: readonly RunResult[], { edited, folderOf }: Edited): boolean {
  const { run, step, at } = result
  const reached = inReach(run, folderOf(step), edited)
  if (leavesOut(run, edited)) return false
  if (namesOne(run, reached)) return true
  return all.some(
    (other) =>
      other.at < at &&
      other.passed === false &&
      (other.run.key === run.key || other.run.same === run.same || sharesScope(other.run, run)),
  )
}

function sharesScope(one: TestRun, other: TestRun): boolean {
  return one.runner === other.runner && one.scope.some((target) => other.scope.includes(target))
}

function nameOf({ step, run }: RunResult): string {
  return run.key.length <= 120 ? run.key : `${step.command.slice(0, 117)}...`
}

function commitsAfter(steps: readonly Step[], change: Change): string[] {
  const commits = steps.filter(
    (step, at) =>
      step.type === 'command' &&
      at > change.at &&
      step.exitCode === 0 &&
      /\bgit (?:-\S+ )*commit\b/.test(step.command),
  )
  return commits.slice(-1).map((step) => `committed: ${(step as StepOf<'command'>).command.slice(0, 300)}`)
}

interface Negatives {
  /** It stands no more, or the person says that it does not work. */
  takenBack: string[]
  /** What never came to stand, and votes: they take nothing away from work that is proven. */
  turnedDown: string[]
}

/** What was said against the work after it was done. A rejected try that was followed by another edit is history. */
function negatives(steps: readonly Step[], lastEdit: number): Negatives {
  const takenBack: string[] = []
  const turnedDown: string[] = []
  for (const [at, step] of steps.entries()) {
    if (step.type === 'user' && step.subagent !== true && lastEdit >= 0 && at > lastEdit) {
      const said = plainRequest(step.text)
      if (saysItFailed(said)) takenBack.push(`the person said: ${said.slice(0, 300)}`)
    }
    if (step.type !== 'signal' || at < lastEdit || !isAboutWork(step, steps)) continue
    const line = `${step.signal}: ${step.detail}`
    if (step.signal === 'undone' || step.signal === 'rolled-back') takenBack.push(line)
    if (step.signal === 'rejected') turnedDown.push(line)
  }
  return { takenBack, turnedDown }
}

/** What names a file that the work did not change is about something else. */
function isAboutWork({ path }: StepOf<'signal'>, steps: readonly Step[]): boolean {
  if (path === undefined) return true
  return steps.some((step) => step.type === 'edit' && step.applied && isSamePath(step.path, path))
}

/** One may be told from the root of the repository, the other from that of the disk. */
function isSamePath(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => path.replaceAll('\\', '/').replace(/^\.\//, '')) as [
    string,
    string,
  ]
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)
}

function positives(steps: readonly Step[]): string[] {
  const good = new Set(['committed', 'pull-request', 'accepted', 'completed'])
  return steps.flatMap((step) =>
    step.type === 'signal' && good.has(step.signal) ? [`${step.signal}: ${step.detail}`] : [],
  )
}
