/** Sessions of Gemini CLI with verdicts that a person gave, written for this project from the specification. */

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

export const geminiId = 'ab12cd34-1111-4222-8333-444455556666'
export const rootHash = createHash('sha256').update(fixtureRoot).digest('hex')

/** Writes a chat record by record, as the program does. */
export class Chat {
  readonly records: object[] = []
  #time = Date.UTC(2026, 7, 4, 7)
  #ids = 0

  constructor(meta: object = {}) {
    const startTime = new Date(this.#time).toISOString()
    const usual = {
      sessionId: geminiId,
      projectHash: rootHash,
      startTime,
      lastUpdated: startTime,
      kind: 'main',
    }
    this.records.push({ ...usual, ...meta })
  }

  /** Id of the newest message. */
  get last(): string {
    return `m${this.#ids}`
  }

  message(type: string, more: object): this {
    this.#time += 6_000
    const timestamp = new Date(this.#time).toISOString()
    this.records.push({ id: `m${++this.#ids}`, timestamp, type, content: '', ...more })
    return this
  }

  says(text: string): this {
    return this.message('user', { content: [{ text }] })
  }

  answers(content: string): this {
    return this.message('gemini', { content, model: 'gemini-3-pro' })
  }

  calls(name: string, args: object, output: string, more: object = {}): this {
    const id = `${name}-${this.#ids}`
    const result = [{ functionResponse: { id, name, response: { output } } }]
    const timestamp = new Date(this.#time + 7_000).toISOString()
    const call = { id, name, args, result, status: 'success', timestamp, ...more }
    return this.message('gemini', { model: 'gemini-3-pro', toolCalls: [call] })
  }

  /** The newer form leaves an exit code of 0 out. */
  runs(command: string, printed: string, exitCode = 0): this {
    const code = exitCode === 0 ? '' : `\nExit Code: ${exitCode}`
    return this.calls('run_shell_command', { command }, `Output: ${printed}${code}\nProcess Group PGID: 4711`)
  }

  edits(path: string, before = 'a', after = 'b', more: object = {}): this {
    const file = join(fixtureRoot, path)
    const fileDiff = `Index: ${path}\n===================================================================\n--- ${path}\tCurrent\n+++ ${path}\tProposed\n@@ -3,1 +3,1 @@\n-${before}\n+${after}\n`
    return this.calls(
      'replace',
      { file_path: file, old_string: before, new_string: after },
      `Successfully modified file: ${file} (1 replacements).`,
      { resultDisplay: { fileDiff, fileName: path, originalContent: before, newContent: after }, ...more },
    )
  }

  sets(set: object): this {
    this.records.push({ $set: set })
    return this
  }

  rewinds(id: string): this {
    this.records.push({ $rewindTo: id })
    return this
  }

  get text(): string {
    return `${this.records.map((record) => JSON.stringify(record)).join('\n')}\n`
  }

  write(home: string, { project = 'shop', name = 'session-2026-08-04T07-00-ab12cd34.jsonl' } = {}): void {
    const file = join(home, '.gemini', 'tmp', project, 'chats', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(join(home, '.gemini', 'tmp', project, '.project_root'), fixtureRoot)
    writeFileSync(file, this.text)
  }

  /** The form before the lines: one object, in a folder that is named by a hash. */
  writeOld(home: string): void {
    const file = join(home, '.gemini', 'tmp', rootHash, 'chats', 'session-2025-11-04T07-00-ab12cd34.json')
    mkdirSync(dirname(file), { recursive: true })
    const [meta, ...messages] = this.records
    writeFileSync(file, JSON.stringify({ ...meta, messages }, null, 2))
  }
}

export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, old]: [why: string, build: (chat: Chat) => Chat, old?: 'old'],
): Labelled {
  const write = (home: string) => {
    const chat = build(new Chat())
    if (old === undefined) chat.write(home)
    else chat.writeOld(home)
  }
  return { agent: 'gemini-cli', name, verdict, why, write }
}

const begun = (chat: Chat) =>
  chat.says('The total of the cart is wrong, see #12').runs('pytest tests/test_cart.py', failing, 1)
const fixed = (chat: Chat) => begun(chat).edits('shop/cart.py')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit; the exit code of 0 is left out',
    (c) => fixed(c).runs('pytest tests/test_cart.py', passing).answers('Done.'),
  ]),
  one('an old file with exit codes', 'passed', [
    'Exit Code: 0 stands below the output of the last run',
    (c) =>
      fixed(c).calls(
        'run_shell_command',
        { command: 'pytest tests/test_cart.py' },
        `Command: pytest tests/test_cart.py\nDirectory: (root)\nStdout: ${passing}\nStderr: (empty)\nError: (none)\nExit Code: 0\nSignal: (none)\nBackground PIDs: (none)\nProcess Group PGID: 1`,
      ),
    'old',
  ]),
  one('the program calls it passed, the edit came later', 'unknown', [
    'its own check counts any success; no test ran after the last edit',
    (c) =>
      begun(c)
        .runs('pytest tests/test_cart.py', passing)
        .edits('shop/cart.py')
        .sets({ memoryScratchpad: { version: 1, validationStatus: 'passed' } }),
  ]),
  one('the tests still fail', 'failed', [
    'the last run ended with exit code 1',
    (c) => fixed(c).runs('cd /home/ana/shop && pytest tests/test_cart.py', failing, 1),
  ]),
  one('an output that was cut', 'unknown', [
    'an exit code that is left out means nothing where the end is cut off',
    (c) =>
      fixed(c).runs(
        'pytest tests/test_cart.py',
        'Output too large. Showing the first part:\n===== test session starts =====',
      ),
  ]),
  one('went back from the turn that passed', 'unknown', [
    'the proven turn was taken back; what came after it has no test',
    (c) => {
      c.says('Look at the cart').answers('It is wrong.').says('Fix it')
      const target = c.last
      c.edits('shop/cart.py').runs('pytest', passing).rewinds(target)
      return c.says('Rename it instead').edits('shop/cart.py', 'c', 'd')
    },
  ]),
  one('an edit that was refused, then another one', 'passed', [
    'the refused edit was never made; the second one is proven',
    (c) =>
      begun(c)
        .edits('shop/cart.py', 'a', 'x', { status: 'cancelled' })
        .edits('shop/cart.py')
        .runs('pytest tests/test_cart.py', passing),
  ]),
  one('a run that was cancelled', 'unknown', [
    'the person stopped the tests',
    (c) =>
      fixed(c).calls(
        'run_shell_command',
        { command: 'pytest tests/test_cart.py' },
        'Command was cancelled by user before it could complete. Below is the output before it was cancelled:\n...',
        { status: 'cancelled' },
      ),
  ]),
  one('messages that stand twice', 'failed', [
    'the last form of each message counts: the run came back with exit code 1',
    (c) => {
      fixed(c).calls('run_shell_command', { command: 'pytest tests/test_cart.py' }, '', {
        status: 'executing',
        result: null,
      })
      const running = c.records.at(-1) as { toolCalls: object[] }
      const output = `Output: ${failing}\nExit Code: 1`
      const result = [{ functionResponse: { response: { output } } }]
      c.records.push({
        ...running,
        toolCalls: running.toolCalls.map((call) => ({ ...call, status: 'success', result })),
      })
      return c
    },
  ]),
  one('piped through tail, failing', 'failed', [
    'the pipe hides the exit code, the summary says that one failed',
    (c) => fixed(c).runs('pytest tests/test_cart.py 2>&1 | tail -5', failing),
  ]),
]
