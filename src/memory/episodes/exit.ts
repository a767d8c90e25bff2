/** How a command ended, from what it printed: the exit codes that agents write into text, and test runners' summaries. */

import type { ExitEvidence } from './session.ts'

export interface Ending {
  exitCode: number
  evidence: ExitEvidence
}

/** Written by an agent and by no program. */
const ownForms: readonly RegExp[] = [
  /<returncode>\s*(-?\d+)\s*<\/returncode>/,
  /<exited with exit code (-?\d+)>/,
]
/** Other forms of the agents, from section 0 of the session formats; each stands at a line's start or in JSON. */
const exitForms: readonly RegExp[] = [
  /"exit_?[cC]ode"\s*:\s*(-?\d+)/,
  /(?:^|['.\]] )\s*\(?Exit code:?\s*(-?\d+)\b/im,
  /\b(?:Process|Command|command|process)?\s*(?:exited|failed|finished|completed) with (?:exit )?(?:code|status) (-?\d+)/i,
  /^\s*\[?exit(?: status| code)?:?\s+(-?\d+)\]?\s*$/im,
]

/** Only the frame that an agent puts round an output is looked at: its first and last lines. */
const frameLines = 6

/**
 * The exit code that the text itself states. Programs print such sentences, too, so only the frame of the output
 * counts; the last statement wins.
 */
export function statedExit(output: string): Ending | null {
  const lines = output.split('\n')
  const frame =
    lines.length <= 2 * frameLines
      ? output
      : [...lines.slice(0, frameLines), ...lines.slice(-frameLines)].join('\n')
  const own = statedBy(ownForms, frame)
  const found = own.length > 0 ? own.slice(0, 1) : statedBy(exitForms, frame)
  const [first] = found
  // One of them was printed by a program. Where they do not even agree on success, neither is believed.
  if (first === undefined || found.some((code) => (code === 0) !== (first === 0))) return null
  return { exitCode: first, evidence: 'text' }
}

/** The last code that each form finds. */
function statedBy(forms: readonly RegExp[], frame: string): number[] {
  return forms.flatMap((form) => {
    const code = [...frame.matchAll(new RegExp(form.source, `${form.flags}g`))].at(-1)?.[1]
    return code === undefined ? [] : [Number(code)]
  })
}

export interface Summary {
  failed: boolean
  /** Tests that passed; 0: nothing was run, which proves nothing. */
  passed: number
  line: string
  /** It speaks of some of the tests: lines that are not shown may say that others failed. */
  isPartial: boolean
}

interface SummaryForm {
  pattern: RegExp
  read: (match: RegExpExecArray) => { failed: boolean; passed: number }
  /** One of several lines, a package or a kind of result each. */
  isPartial?: true
}

const number = (text: string | undefined) => Number(text ?? 0)

/** The last line that one of these fits is the runner's verdict. Most specific first. */
const summaries: readonly SummaryForm[] = [
  // pytest: "== 2 failed, 3 passed in 0.12s ==", also with -q and without the bars.
  {
    pattern:
      /^(?=.*\bin [\d.]+ ?s)(?:=+ )?(?:.*?\b)?(\d+) (passed|failed|errors?|skipped|deselected|xfailed|warnings?)\b.*$/,
    read: ({ 0: line }) => ({
      failed: /\b[1-9]\d* (?:failed|errors?)\b/.test(line),
      passed: number(/(\d+) passed/.exec(line)?.[1]),
    }),
  },
  { pattern: /^(?:=+ )?no tests ran\b.*$/, read: () => ({ failed: false, passed: 0 }) },
  {
    pattern: /^FAILED \((?:failures|errors|unexpected successes)=.*$/,
    read: () => ({ failed: true, passed: 0 }),
  },
  { pattern: /^OK(?: \((?:skipped|expected failures)=.*\))?$/, read: () => ({ failed: false, passed: 1 }) },
  // jest and vitest. A file that cannot be loaded has no failed tests.
  {
    pattern: /^\s*Test (?:Suites:|Files)\s+.*\b(\d+) (?:passed|failed|total)\b.*$/,
    read: ({ 0: line }) => ({
      failed: /\b[1-9]\d* failed\b/.test(line),
      passed: number(/(\d+) passed/.exec(line)?.[1]),
    }),
  },
  { pattern: /^\s*Errors\s+(\d+) errors?\s*$/, read: ({ 1: n }) => ({ failed: number(n) > 0, passed: 0 }) },
  {
    pattern: /^\s*Tests:?\s+.*\b(\d+) (?:passed|failed|total)\b.*$/,
    read: ({ 0: line }) => ({
      failed: /\b[1-9]\d* failed\b/.test(line),
      passed: number(/(\d+) passed/.exec(line)?.[1]),
    }),
  },
  { pattern: /^\s*(\d+) failing\b.*$/, read: ({ 1: n }) => ({ failed: number(n) > 0, passed: 0 }) },
  {
    pattern: /^\s*(\d+) passing\b.*$/,
    read: ({ 1: n }) => ({ failed: false, passed: number(n) }),
    isPartial: true,
  },
  // node:test and TAP.
  {
    pattern: /^(?:#|ℹ) fail (\d+)\s*$/,
    read: ({ 1: n }) => ({ failed: number(n) > 0, passed: 0 }),
  },
  {
    pattern: /^(?:#|ℹ) pass (\d+)\s*$/,
    read: ({ 1: n }) => ({ failed: false, passed: number(n) }),
    isPartial: true,
  },
  // cargo.
  {
    pattern: /^test result: (ok|FAILED)\. (\d+) passed; (\d+) failed.*$/,
    read: ({ 1: word, 2: n }) => ({ failed: word === 'FAILED', passed: number(n) }),
    isPartial: true,
  },
  // go: a package each line.
  { pattern: /^(?:FAIL|--- FAIL:?)(?:\s.*)?$/, read: () => ({ failed: true, passed: 0 }) },
  {
    pattern: /^ok\s+\S+\s+(?:[\d.]+s|\(cached\)).*$/,
    read: ({ 0: line }) => ({ failed: false, passed: /no tests to run/.test(line) ? 0 : 1 }),
    isPartial: true,
  },
  // Maven, Gradle, dotnet, JUnit.
  {
    pattern: /^(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+).*$/,
    read: ({ 1: run, 2: failures, 3: errors }) => ({
      failed: number(failures) + number(errors) > 0,
      passed: number(run) - number(failures) - number(errors),
    }),
    isPartial: true,
  },
  {
    pattern: /^(?:\[\w+\] )?BUILD (SUCCESS(?:FUL)?|FAIL(?:URE|ED)).*$/,
    read: ({ 1: word }) => ({ failed: !word?.startsWith('SUCC'), passed: word?.startsWith('SUCC') ? 1 : 0 }),
  },
  {
    pattern: /^\s*(Passed|Failed)!\s+-\s+Failed:\s+(\d+), Passed:\s+(\d+).*$/,
    read: ({ 1: word, 3: n }) => ({ failed: word === 'Failed', passed: number(n) }),
    isPartial: true,
  },
  // rspec, phpunit, ctest, mix.
  {
    pattern: /^(\d+) (?:examples?|tests?|runs), (?:\d+ assertions, )?(\d+) failures?.*$/,
    read: ({ 0: line, 1: all, 2: failures }) => ({
      failed: number(failures) > 0 || /\b[1-9]\d* errors?\b/.test(line),
      passed: number(all) - number(failures),
    }),
  },
  {
    pattern: /^OK \((\d+) tests?, \d+ assertions?\)$/,
    read: ({ 1: n }) => ({ failed: false, passed: number(n) }),
  },
  { pattern: /^(?:FAILURES|ERRORS)!$/, read: () => ({ failed: true, passed: 0 }) },
  {
    pattern: /^(\d+)% tests passed, (\d+) tests failed out of (\d+)$/,
    read: ({ 2: failures, 3: all }) => ({
      failed: number(failures) > 0,
      passed: number(all) - number(failures),
    }),
  },
  // tox.
  {
    pattern: /^\s*(?:\S+: )?(congratulations :\)|evaluation failed :\().*$/,
    read: ({ 1: word }) => ({
      failed: word?.startsWith('eval') === true,
      passed: word?.startsWith('con') ? 1 : 0,
    }),
  },
]

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const summaryLines = 400

/**
 * What the runner itself says at its end; null when it says nothing. Several lines (one a package, one a project)
 * count together: one that failed is enough.
 */
export function runnerSummary(output: string): Summary | null {
  const lines = output.replace(colours, '').split(/\r?\n/).slice(-summaryLines)
  const found = lines.flatMap((line): Summary[] => {
    const form = summaries.find(({ pattern }) => pattern.test(line))
    const match = form?.pattern.exec(line)
    if (form === undefined || !match) return []
    return [{ ...form.read(match), line: line.trim(), isPartial: form.isPartial === true }]
  })
  const shown = found.findLast(({ failed }) => failed) ?? found.at(-1)
  if (shown === undefined) return null
  const passed = ranNone(lines) ? 0 : Math.max(...found.map((one) => one.passed))
  return { ...shown, passed, isPartial: found.every((one) => one.isPartial) }
}

/** What ends well without a test: unittest says OK, builds say that they succeeded. */
function ranNone(lines: readonly string[]): boolean {
  const all = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])
  const sum = (pattern: RegExp) => all(pattern).reduce((total, count) => total + number(count), 0)
  const ran = all(/^Ran (\d+) tests? in /)
  if (ran.length > 0) return sum(/^Ran (\d+) tests? in /) <= sum(/^OK \(.*\bskipped=(\d+)/)
  const built = lines.some((line) => /^(?:\[\w+\] )?BUILD SUCCESS/.test(line))
  if (!built || lines.some((line) => /Tests run: [1-9]/.test(line))) return false
  const tasks = all(/^> Task \S*:(?:\w*[tT]est)\b(?! NO-SOURCE)(.*)$/)
  return (
    tasks.length === 0 &&
    lines.some((line) => /No tests to run|Tests are skipped|:\w*[tT]est NO-SOURCE/.test(line))
  )
}
