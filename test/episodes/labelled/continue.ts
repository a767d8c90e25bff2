/** Sessions of Continue with verdicts that a person gave, written for this project from the specification. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

export class History {
  readonly items: object[] = []
  readonly id: string

  constructor(id = 's1') {
    this.id = id
  }

  item(message: object, more: object = {}): this {
    this.items.push({ message, contextItems: [], ...more })
    return this
  }

  says(content: unknown): this {
    return this.item({ role: 'user', content })
  }

  answers(content: string): this {
    return this.item({ role: 'assistant', content })
  }

  calls(name: string, args: object, content = '', status = 'done'): this {
    const id = `call_${this.items.length}`
    const toolCall = { id, type: 'function', function: { name, arguments: JSON.stringify(args) } }
    const output = [{ name: 'Result', description: 'Result', content }]
    const toolCallStates = [{ toolCallId: id, toolCall, status, parsedArgs: args, output }]
    return this.item({ role: 'assistant', content: '', toolCalls: [toolCall] }, { toolCallStates }).item({
      role: 'tool',
      content,
      toolCallId: id,
    })
  }

  runs(command: string, output: string, exit?: number): this {
    const end = exit === undefined || exit === 0 ? '' : `\nCommand failed with exit code ${exit}`
    return this.calls('run_terminal_command', { command }, output + end)
  }

  edits(filepath: string, before: string, after: string): this {
    return this.calls(
      'single_find_and_replace',
      { filepath, old_string: before, new_string: after },
      'File edited',
    )
  }

  write(home: string, workspaceDirectory = `file://${fixtureRoot}`): void {
    const folder = join(home, '.continue', 'sessions')
    mkdirSync(folder, { recursive: true })
    const about = { sessionId: this.id, title: 'The total', workspaceDirectory }
    const content = { ...about, history: this.items, mode: 'agent', chatModelTitle: 'Codestral' }
    writeFileSync(join(folder, `${this.id}.json`), JSON.stringify(content, null, 2))
    const list = join(folder, 'sessions.json')
    const known = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as object[]) : []
    const dateCreated = String(Date.UTC(2026, 3, 1, 9))
    writeFileSync(
      list,
      JSON.stringify([...known, { ...about, dateCreated, messageCount: this.items.length }]),
    )
  }
}

const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
const passing = '.....\n5 passed in 0.19s'
const run = 'pytest tests/test_cart.py'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [string, (history: History) => History],
): Labelled {
  return { agent: 'continue', name, verdict, why, write: (home) => build(new History()).write(home) }
}

const fixTotal = (history: History) =>
  history
    .says('The total of the cart is wrong, see #12')
    .runs(run, failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'no exit code in the format: the summary of the run after the edit says that all passed',
    (h) => fixTotal(h).runs(run, passing).answers('Done.'),
  ]),
  one('the tests still fail', 'failed', [
    'the exit code stands in the text',
    (h) => fixTotal(h).runs(run, failing, 1),
  ]),
  one('nothing tells how the run ended', 'unknown', [
    'the call is done, but its output is cut and no code is kept',
    (h) => fixTotal(h).runs(run, '===== test session starts =====\n...'),
  ]),
  one('the edit failed', 'unknown', [
    'nothing was changed',
    (h) =>
      h
        .says('Fix it')
        .calls(
          'single_find_and_replace',
          { filepath: 'shop/cart.py', old_string: 'zzz', new_string: 'y' },
          'not found',
          'errored',
        )
        .runs(run, passing),
  ]),
  one('the edit was refused', 'unknown', [
    'nothing was changed',
    (h) =>
      h
        .says('Fix it')
        .calls('edit_existing_file', { filepath: 'shop/cart.py', changes: 'x' }, '', 'canceled')
        .runs(run, passing),
  ]),
  one('no test after the last edit', 'unknown', [
    'a second edit followed the run that passed',
    (h) => fixTotal(h).runs(run, passing).edits('shop/cart.py', 'x', 'y'),
  ]),
  one('piped through tail, failing', 'failed', [
    'the summary says that one failed',
    (h) => fixTotal(h).runs(`${run} 2>&1 | tail -5`, failing),
  ]),
  one('no test was collected', 'unknown', [
    'a run without tests proves nothing',
    (h) => fixTotal(h).runs('npm test', 'No tests found, exiting with code 0'),
  ]),
]
