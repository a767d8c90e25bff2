/** Sessions of Claude Code with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

/** Writes a transcript line by line: each says what it follows, as the program does. */
export class Transcript {
  readonly lines: string[] = []
  #last: string | null = null
  #time = Date.UTC(2026, 3, 1, 9)
  #base: object

  constructor(base: object = {}) {
    const usual = {
      sessionId: 's1',
      cwd: fixtureRoot,
      gitBranch: 'fix',
      version: '2.1.0',
      isSidechain: false,
    }
    this.#base = { ...usual, ...base }
  }

  /** `more.parentUuid` goes back to an earlier line. */
  entry(type: string, more: object): this {
    const uuid = `u${this.lines.length + 1}`
    this.#time += 10_000
    const timestamp = new Date(this.#time).toISOString()
    const line = { parentUuid: this.#last, type, uuid, timestamp, ...this.#base, ...more }
    this.lines.push(JSON.stringify(line))
    this.#last = (line as { uuid: string }).uuid
    return this
  }

  /** Uuid of the newest line. */
  get last(): string {
    return this.#last ?? ''
  }

  pause(minutes: number): this {
    this.#time += minutes * 60_000
    return this
  }

  says(content: string, more: object = {}): this {
    return this.entry('user', { message: { role: 'user', content }, ...more })
  }

  answers(said: string): this {
    return this.entry('assistant', {
      message: { role: 'assistant', model: 'claude-opus', content: [{ type: 'text', text: said }] },
    })
  }

  calls(name: string, input: object, result: { content: unknown; isError?: boolean; extra?: unknown }): this {
    const id = `tool-${this.lines.length}`
    this.entry('assistant', {
      message: { role: 'assistant', model: 'claude-opus', content: [{ type: 'tool_use', id, name, input }] },
    })
    const { content, isError, extra } = result
    const block = { type: 'tool_result', tool_use_id: id, content, ...(isError && { is_error: true }) }
    return this.entry('user', {
      message: { role: 'user', content: [block] },
      ...(extra !== undefined && { toolUseResult: extra }),
    })
  }

  runs(command: string, output: string, exitCode = 0): this {
    if (exitCode === 0)
      return this.calls('Bash', { command }, { content: output, extra: { stdout: output, stderr: '' } })
    const content = `Exit code ${exitCode}\n${output}`
    return this.calls('Bash', { command }, { content, isError: true, extra: `Error: ${content}` })
  }

  edits(path: string, before: string, after: string, extra: object = {}): this {
    const filePath = join(fixtureRoot, path)
    const structuredPatch = [
      { oldStart: 3, oldLines: 1, newStart: 3, newLines: 1, lines: [`-${before}`, `+${after}`] },
    ]
    return this.calls(
      'Edit',
      { file_path: filePath, old_string: before, new_string: after },
      { content: `The file ${filePath} has been updated.`, extra: { filePath, structuredPatch, ...extra } },
    )
  }

  refusedEdit(path: string): this {
    const content =
      "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file)."
    return this.calls(
      'Edit',
      { file_path: join(fixtureRoot, path), old_string: 'a', new_string: 'b' },
      { content, isError: true, extra: 'User rejected tool use' },
    )
  }

  write(home: string, name = 's1', slug = '-home-ana-shop'): void {
    const file = join(home, '.claude', 'projects', slug, `${name}.jsonl`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${this.lines.join('\n')}\n`)
  }
}

const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
const passing = '.....\n5 passed in 0.19s'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [why: string, build: (transcript: Transcript) => Transcript],
): Labelled {
  return {
    agent: 'claude-code',
    name,
    verdict,
    why,
    write: (home) => build(new Transcript()).write(home),
  }
}

const fixTotal = (transcript: Transcript) =>
  transcript
    .says('The total of the cart is wrong, see #12')
    .runs('pytest tests/test_cart.py', failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).answers('Done.'),
  ]),
  one('no test after the last edit', 'unknown', [
    'a second edit followed the run that passed',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).edits('shop/cart.py', 'x', 'y'),
  ]),
  one('the tests still fail', 'failed', [
    'the last run ended with exit code 1',
    (t) => fixTotal(t).runs('cd /home/ana/shop && pytest tests/test_cart.py', failing, 1),
  ]),
  one('piped through tail, failing', 'failed', [
    'the pipe hides the exit code, the summary line says that one failed',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py 2>&1 | tail -5', failing),
  ]),
  one('piped through head, cut off', 'unknown', [
    'the pipe hides the exit code and the summary is cut off',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py | head -3', '===== test session starts =====\n...'),
  ]),
  one('every edit was refused', 'unknown', [
    'nothing was changed',
    (t) => t.says('Fix the total').refusedEdit('shop/cart.py').runs('pytest', passing),
  ]),
  one('the tests of something else', 'unknown', [
    'the run was narrowed to tests that have nothing to do with the edit',
    (t) => fixTotal(t).runs('pytest tests/test_mail.py', '2 passed in 0.10s'),
  ]),
  one('only the linter ran', 'unknown', [
    'a linter does not prove a change',
    (t) => fixTotal(t).runs('ruff check .', 'All checks passed!'),
  ]),
  one('the type checker fails after passing tests', 'failed', [
    'the check after the last edit failed',
    (t) =>
      fixTotal(t)
        .runs('pytest', passing)
        .runs('mypy shop', 'shop/cart.py:3: error: bad\nFound 1 error in 1 file', 1),
  ]),
  one('a run in the background', 'unknown', [
    'the command was only started',
    (t) =>
      fixTotal(t).calls(
        'Bash',
        { command: 'pytest tests/test_cart.py', run_in_background: true },
        {
          content: 'Command running in background with ID: b1',
          extra: { stdout: '', stderr: '', interrupted: false, backgroundTaskId: 'b1' },
        },
      ),
  ]),
  one('a run that was interrupted', 'unknown', [
    'the person stopped the tests',
    (t) =>
      fixTotal(t).calls(
        'Bash',
        { command: 'pytest tests/test_cart.py' },
        { content: '..', extra: { stdout: '..', stderr: '', interrupted: true } },
      ),
  ]),
  one('a branch that was given up', 'unknown', [
    'the edit and its passing run lie on a way that the person went back from',
    (t) => {
      t.says('Fix the total')
      const start = t.last
      t.edits('shop/cart.py', 'a', 'b').runs('pytest', passing)
      return t.says('No, do the tax instead', { parentUuid: start }).edits('shop/tax.py', 'c', 'd')
    },
  ]),
  one('no test was collected', 'unknown', [
    'exit code 0 of a run without tests',
    (t) => fixTotal(t).runs('npm test', 'No tests found, exiting with code 0'),
  ]),
  one('|| true hides the failure', 'failed', [
    'the summary says that one failed',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py || true', failing),
  ]),
  one('changed by sed after the tests', 'unknown', [
    'the shell changed a file after the run that passed',
    (t) =>
      fixTotal(t)
        .runs('pytest tests/test_cart.py', passing)
        .runs("sed -i 's/count/amount/' shop/cart.py", ''),
  ]),
  one('changed by sed and tested in one line', 'passed', [
    'in the last line the test runs after the change',
    (t) => fixTotal(t).runs("sed -i 's/x/y/' shop/cart.py && pytest tests/test_cart.py", passing),
  ]),
  one('taken back by git', 'unknown', [
    'git put the file back after the tests had passed',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).runs('git checkout -- shop/cart.py', ''),
  ]),
  one('tests of another repository', 'unknown', [
    'the run that passed was in another folder',
    (t) => fixTotal(t).runs('cd /home/ana/other && pytest', '9 passed in 1.00s'),
  ]),
  one('tests of another package of the repository', 'unknown', [
    'the run was below a folder that the edit is not in',
    (t) => fixTotal(t).runs('cd /home/ana/shop/docs && npm test', 'Tests:       3 passed, 3 total'),
  ]),
  one('a runner that is only written down', 'unknown', [
    'the name of the test program stands in a file that was written, nothing ran',
    (t) => fixTotal(t).runs("cat > run.txt <<'EOF'\npytest\nEOF", ''),
  ]),
  one('the person says that it still fails', 'failed', [
    'tests passed, and then the person said that it does not work',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).says('It still fails for two items.'),
  ]),
  one('thanks at the end', 'passed', [
    'the last word is no new work',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).says('Thanks, great!').answers('Bye.'),
  ]),
  one('a refused push', 'passed', [
    'to refuse a command is no word against the change',
    (t) =>
      fixTotal(t)
        .runs('pytest tests/test_cart.py', passing)
        .calls(
          'Bash',
          { command: 'git push' },
          { content: "The user doesn't want to proceed with this tool use.", isError: true },
        ),
  ]),
  one('a run in the background that was waited for', 'passed', [
    'its output was read later and says exit code 0, and nothing was edited since',
    (t) =>
      fixTotal(t)
        .calls(
          'Bash',
          { command: 'pytest tests/test_cart.py', run_in_background: true },
          {
            content: 'Command running in background with ID: b1',
            extra: { stdout: '', stderr: '', interrupted: false, backgroundTaskId: 'b1' },
          },
        )
        .calls(
          'TaskOutput',
          { task_id: 'b1' },
          { content: `<status>completed</status>\n<exit_code>0</exit_code>\n<output>${passing}</output>` },
        ),
  ]),
  one('lines twice after it was resumed', 'passed', [
    'the repeated lines are the same turns',
    (t) => {
      fixTotal(t).runs('pytest tests/test_cart.py', passing)
      t.lines.push(...t.lines.slice(0, 4))
      return t
    },
  ]),
  one('an edit refused after the tests passed', 'passed', [
    'the refused edit was never made; what was tested stands',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).refusedEdit('shop/cart.py'),
  ]),
  one('an edit of another file refused, no test', 'unknown', [
    'nothing was said against the edit that stands, and nothing proves it',
    (t) => fixTotal(t).refusedEdit('shop/mail.py'),
  ]),
  one('a command refused after the tests passed', 'passed', [
    'to refuse a command is no word against the change',
    (t) =>
      fixTotal(t).runs('pytest tests/test_cart.py', passing).calls(
        'Bash',
        { command: 'git push' },
        {
          content: "The user doesn't want to proceed with this tool use. The tool use was rejected.",
          isError: true,
          extra: 'User rejected tool use',
        },
      ),
  ]),
  one('a run that the program did not allow', 'unknown', [
    'the tests never ran',
    (t) =>
      fixTotal(t).calls(
        'Bash',
        { command: 'pytest tests/test_cart.py' },
        {
          content: "Claude requested permissions to use Bash, but you haven't granted it yet.",
          isError: true,
          extra: 'Error: Claude requested permissions to use Bash',
        },
      ),
  ]),
  one('tests of another project below the home folder', 'unknown', [
    'the run went to another folder first',
    (t) => fixTotal(t).runs('cd ~/mail && pytest', passing),
  ]),
  one('tests of this project below the home folder', 'passed', [
    'the folder is the one of the repository',
    (t) => fixTotal(t).runs('cd ~/shop && pytest tests/test_cart.py', passing),
  ]),
  one('only the types were checked by a script', 'unknown', [
    'types do not prove a change',
    (t) => fixTotal(t).runs('npm run typecheck', 'tsc --noEmit'),
  ]),
  one('a file of tests that cannot be loaded', 'failed', [
    'the pipe hides the exit code; one test suite failed, though no test did',
    (t) =>
      fixTotal(t).runs(
        'npx jest 2>&1 | tail -4',
        'Test Suites: 1 failed, 4 passed, 5 total\nTests:       31 passed, 31 total\nTime:        2 s',
      ),
  ]),
  one('the tests of the change were left out', 'unknown', [
    'the run ignored the only file of tests that is about the edit',
    (t) => fixTotal(t).runs('pytest --ignore=tests/test_cart.py', passing),
  ]),
  one('a script changed the file after the tests', 'unknown', [
    'what was tested is not what stands',
    (t) =>
      fixTotal(t)
        .runs('pytest tests/test_cart.py', passing)
        .runs("python3 - <<'EOF'\nfrom pathlib import Path\nPath('shop/cart.py').write_text('x')\nEOF", ''),
  ]),
  one('the program was not there at first', 'passed', [
    'a run that could not begin says nothing; the next one passed',
    (t) =>
      fixTotal(t)
        .runs('python -m pytest tests/test_cart.py', '/bin/bash: line 1: python: command not found', 127)
        .runs('python3 -m pytest tests/test_cart.py', passing),
  ]),
]
