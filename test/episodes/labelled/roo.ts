/** Sessions of Roo Code and its heirs with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

type Block = Record<string, unknown>
const surroundings = `<environment_details>\n# Current Workspace Directory (${fixtureRoot}) Files\n</environment_details>`

/** A task with native calls, or with calls as tags in the text. */
export class RooTask {
  readonly messages: Block[] = []
  #time = Date.UTC(2026, 2, 1, 9)
  #tags: boolean

  constructor(form: 'native' | 'tags' = 'native') {
    this.#tags = form === 'tags'
  }

  message(role: string, content: Block[] | string, more: object = {}): this {
    this.#time += 7_000
    this.messages.push({ role, content, ts: this.#time, ...more })
    return this
  }

  asks(words: string): this {
    const task = this.#tags ? `<task>\n${words}\n</task>` : `<user_message>\n${words}\n</user_message>`
    return this.message('user', [
      { type: 'text', text: task },
      { type: 'text', text: surroundings },
    ])
  }

  calls(name: string, input: Record<string, string>, result: string): this {
    const details = { type: 'text', text: surroundings }
    if (this.#tags) {
      const body = Object.entries(input).map(([key, value]) => `<${key}>${value}</${key}>`)
      this.message('assistant', [{ type: 'text', text: `Now.\n<${name}>\n${body.join('\n')}\n</${name}>` }])
      const about = input.path ?? input.command ?? ''
      return this.message('user', [
        { type: 'text', text: `[${name} for '${about}'] Result:` },
        { type: 'text', text: result },
        details,
      ])
    }
    const id = `call_${this.messages.length}`
    this.message('assistant', [{ type: 'tool_use', id, name, input }])
    return this.message('user', [{ type: 'tool_result', tool_use_id: id, content: result }, details])
  }

  runs(command: string, output: string, exitCode = 0): this {
    const failed =
      exitCode === 0 ? '' : 'Command execution was not successful, inspect the cause and adjust as needed.\n'
    const head = `Command executed in terminal within working directory '${fixtureRoot}'. ${failed}Exit code: ${exitCode}`
    return this.calls('execute_command', { command }, `${head}\nOutput:\n${output}`)
  }

  edits(path: string, before: string, after: string, result?: string): this {
    const diff = `<<<<<<< SEARCH\n:start_line:3\n-------\n${before}\n=======\n${after}\n>>>>>>> REPLACE`
    return this.calls('apply_diff', { path, diff }, result ?? `{"path":"${path}","operation":"modified"}`)
  }

  completes(result: string): this {
    const id = `call_${this.messages.length}`
    return this.message('assistant', [
      { type: 'tool_use', id, name: 'attempt_completion', input: { result } },
    ])
  }

  write(home: string, { id = 'task-1', extension = 'rooveterinaryinc.roo-cline', item = {} } = {}): void {
    const folder = join(home, '.config', 'Code', 'User', 'globalStorage', extension, 'tasks', id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'api_conversation_history.json'), JSON.stringify(this.messages))
    const usual = {
      id,
      ts: this.#time,
      number: 1,
      task: 'Fix the total',
      workspace: fixtureRoot,
      mode: 'code',
    }
    writeFileSync(join(folder, 'history_item.json'), JSON.stringify({ ...usual, ...item }))
  }
}

export const failing = 'FAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'

interface Written {
  form?: 'tags'
  extension?: string
  item?: object
}

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, { form, ...written } = {}]: [
    why: string,
    build: (task: RooTask) => RooTask,
    written?: Written,
  ],
): Labelled {
  return { agent: 'roo', name, verdict, why, write: (home) => build(new RooTask(form)).write(home, written) }
}

export const fixTotal = (task: RooTask) =>
  task
    .asks('The total of the cart is wrong, see #12')
    .runs('pytest tests/test_cart.py', failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing).completes('Done.'),
    { item: { status: 'completed', completionResultSummary: 'Done.' } },
  ]),
  one('a repair with calls written as tags', 'passed', [
    'exit code 0 in the text of the result, after the edit',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', passing),
    { form: 'tags' },
  ]),
  one('a repair by Kilo Code', 'passed', [
    'the tests passed after the edit',
    (t) => fixTotal(t).runs('pytest', passing),
    { extension: 'kilocode.kilo-code' },
  ]),
  one('marked as completed, but the tests fail', 'failed', [
    'the last run ended with exit code 1, whatever the agent says',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py', failing, 1).completes('All works now.'),
    { item: { status: 'completed' } },
  ]),
  one('marked as completed without a test', 'unknown', [
    'the agent says so, no test does',
    (t) => fixTotal(t).completes('All works now.'),
    { item: { status: 'completed' } },
  ]),
  one('exit code 0 of a pipe over a failure', 'failed', [
    'the pipe ended well, the runner says that one failed',
    (t) => fixTotal(t).runs('pytest tests/test_cart.py 2>&1 | tail -3', failing),
  ]),
  one('an edit that did not apply', 'unknown', [
    'nothing was changed',
    (t) =>
      t
        .asks('Fix it')
        .edits(
          'shop/cart.py',
          'a',
          'b',
          '<error_details>\nNo sufficiently similar match found at line: 3\n</error_details>',
        )
        .runs('pytest', passing),
  ]),
  one('a refused edit with words', 'unknown', [
    'nothing was changed',
    (t) =>
      t
        .asks('Fix it')
        .edits(
          'shop/cart.py',
          'a',
          'b',
          '{"status":"denied","message":"The user denied this operation and provided the following feedback","feedback":"not this file"}',
        )
        .runs('pytest', passing),
    {},
  ]),
  one('condensed in the middle', 'passed', [
    'the summary is no work; the tests passed after the edit',
    (t) =>
      fixTotal(t)
        .message('user', [{ type: 'text', text: '## Conversation Summary\nThe total was fixed.' }], {
          isSummary: true,
          condenseId: 'c1',
        })
        .runs('pytest', passing),
  ]),
  one('skipped because something else was refused', 'unknown', [
    'the tests never ran',
    (t) =>
      fixTotal(t).calls(
        'execute_command',
        { command: 'pytest' },
        "Skipping tool [execute_command for 'pytest'] due to user rejecting a previous tool.",
      ),
    { form: 'tags' },
  ]),
]
