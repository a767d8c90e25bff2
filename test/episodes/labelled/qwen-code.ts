/** Sessions of Qwen Code with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

/** Writes a session record by record: each names the one that it follows. */
export class Records {
  readonly lines: string[] = []
  #time = Date.UTC(2026, 8, 5, 6)
  #calls = 0
  #last: string | null = null

  /** Uuid of the newest record. */
  get last(): string | null {
    return this.#last
  }

  record(type: string, more: object): this {
    this.#time += 5_000
    const uuid = `r${this.lines.length + 1}`
    const timestamp = new Date(this.#time).toISOString()
    const base = { uuid, parentUuid: this.#last, sessionId: 'q1', timestamp, type, cwd: fixtureRoot }
    this.lines.push(JSON.stringify({ ...base, version: '0.24.4', gitBranch: 'fix', ...more }))
    this.#last = uuid
    return this
  }

  says(text: string, more: object = {}): this {
    return this.record('user', { message: { role: 'user', parts: [{ text }] }, ...more })
  }

  calls(name: string, args: object, response: object, told: object = { status: 'success' }): this {
    const id = `call_${++this.#calls}`
    const model = 'qwen3-coder'
    const asked = [{ text: 'Next.' }, { functionCall: { id, name, args } }]
    this.record('assistant', { model, message: { role: 'model', parts: asked } })
    const parts = [{ functionResponse: { id, name, response } }]
    return this.record('tool_result', {
      message: { role: 'user', parts },
      toolCallResult: { callId: id, ...told },
    })
  }

  runs(command: string, printed: string, exitCode = 0): this {
    const output = `Command: ${command}\nDirectory: (root)\nOutput: ${printed}\nError: (none)\nExit Code: ${exitCode}\nSignal: (none)`
    return this.calls('run_shell_command', { command, is_background: false }, { output })
  }

  edits(path: string, told: object = {}): this {
    const file = join(fixtureRoot, path)
    const resultDisplay = { fileDiff: `--- a\n+++ b\n@@ -3 +3 @@\n-a\n+b\n`, fileName: path }
    return this.calls(
      'edit',
      { file_path: file, old_string: 'a', new_string: 'b' },
      { output: 'ok' },
      { status: 'success', resultDisplay, ...told },
    )
  }

  /** Goes back to after the record `parentUuid`. */
  rewinds(parentUuid: string | null): this {
    return this.record('system', { subtype: 'rewind', parentUuid, systemPayload: { truncatedCount: 2 } })
  }

  write(home: string, name = 'q1'): void {
    const file = join(home, '.qwen', 'projects', '-home-ana-shop', 'chats', `${name}.jsonl`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${this.lines.join('\n')}\n`)
  }
}

export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [why: string, build: (records: Records) => Records],
): Labelled {
  return { agent: 'qwen-code', name, verdict, why, write: (home) => build(new Records()).write(home) }
}

const fixed = (records: Records) =>
  records
    .says('The total of the cart is wrong, see #12')
    .runs('pytest tests/test_cart.py', failing, 1)
    .edits('shop/cart.py')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (r) => fixed(r).runs('pytest tests/test_cart.py', passing),
  ]),
  one('the tests still fail', 'failed', [
    'Exit Code: 1 stands below the last run',
    (r) => fixed(r).runs('pytest tests/test_cart.py', failing, 1),
  ]),
  one('no test after the last edit', 'unknown', [
    'a second edit followed the run that passed',
    (r) => fixed(r).runs('pytest tests/test_cart.py', passing).edits('shop/cart.py'),
  ]),
  one('the passing turn was taken back', 'failed', [
    'what stands is the try whose test failed',
    (r) => {
      fixed(r).runs('pytest tests/test_cart.py', failing, 1)
      const back = r.last
      return r.says('Try again').edits('shop/cart.py').runs('pytest', passing).rewinds(back)
    },
  ]),
  one('a call that never came back', 'unknown', [
    'the session ends while the tests run',
    (r) => {
      fixed(r).runs('pytest tests/test_cart.py', passing)
      r.lines.pop()
      return r
    },
  ]),
  one('an edit that failed, then one that is proven', 'passed', [
    'the second edit was made and its test passed',
    (r) =>
      r
        .says('Fix it')
        .edits('shop/cart.py', { status: 'error' })
        .edits('shop/cart.py')
        .runs('pytest tests/test_cart.py | cat', passing),
  ]),
]
