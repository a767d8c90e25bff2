/** Sessions of Cursor with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fixtureRoot, type Labelled } from '../contract.ts'

type Json = Record<string, unknown>

export const userFolder = (home: string) => join(home, '.config', 'Cursor', 'User')
export const globalDatabase = (home: string) => join(userFolder(home), 'globalStorage', 'state.vscdb')

export function keyValues(file: string, table: string, values: Record<string, unknown>): void {
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file)
  for (const name of ['ItemTable', 'cursorDiskKV'])
    db.exec(`create table if not exists ${name} (key text unique on conflict replace, value blob)`)
  const insert = db.prepare(`insert into ${table} values (?, ?)`)
  for (const [key, value] of Object.entries(values))
    insert.run(key, typeof value === 'string' ? value : JSON.stringify(value))
  db.close()
}

/** One conversation as its bubbles and the record that lists them. */
export class Composer {
  readonly bubbles: Json[] = []
  readonly more: Json = {}
  readonly id: string
  #time = Date.UTC(2026, 3, 1, 9)
  #data: Json

  constructor(id = 'c1', data: Json = {}) {
    this.id = id
    const workspaceIdentifier = { id: 'w1', uri: { fsPath: fixtureRoot, path: fixtureRoot, scheme: 'file' } }
    this.#data = {
      _v: 10,
      name: 'The total',
      modelConfig: { modelName: 'composer-2' },
      workspaceIdentifier,
      ...data,
    }
  }

  set(data: Json): this {
    Object.assign(this.#data, data)
    return this
  }

  bubble(data: Json): this {
    this.#time += 10_000
    const bubbleId = `b${String(this.bubbles.length).padStart(3, '0')}`
    this.bubbles.push({ _v: 3, bubbleId, createdAt: new Date(this.#time).toISOString(), ...data })
    return this
  }

  says(text: string): this {
    return this.bubble({ type: 1, text })
  }

  answers(text: string): this {
    return this.bubble({ type: 2, text })
  }

  calls(name: string, params: object, data: Json): this {
    const toolFormerData = {
      tool: 1,
      name,
      params: JSON.stringify(params),
      rawArgs: '{}',
      status: 'completed',
      ...data,
      ...(typeof data.result === 'object' && { result: JSON.stringify(data.result) }),
    }
    return this.bubble({ type: 2, text: '', capabilityType: 15, toolFormerData })
  }

  runs(command: string, output: string, exitCodeV2 = 0): this {
    return this.calls(
      'run_terminal_cmd',
      { command },
      { result: { output, exitCodeV2, notInterrupted: true } },
    )
  }

  edits(path: string, before: string, after: string, data: Json = {}): this {
    const rawArgs = JSON.stringify({
      file_path: join(fixtureRoot, path),
      old_string: before,
      new_string: after,
    })
    const chunk = { diffString: `-${before}\n+${after}`, oldStart: 3, oldLines: 1, newStart: 3, newLines: 1 }
    const result = { diff: { chunks: [chunk] }, isApplied: true }
    return this.calls('search_replace', { relativeWorkspacePath: path }, { rawArgs, result, ...data })
  }

  /** Texts that lie apart, under their own keys. */
  content(key: string, value: string): this {
    this.more[key] = value
    return this
  }

  rows(): Json {
    const fullConversationHeadersOnly = this.bubbles.map(({ bubbleId, type }) => ({ bubbleId, type }))
    const times = { createdAt: Date.UTC(2026, 3, 1, 9), lastUpdatedAt: this.#time }
    const composer = { composerId: this.id, fullConversationHeadersOnly, ...times, ...this.#data }
    const bubbles = this.bubbles.map((bubble) => [`bubbleId:${this.id}:${bubble.bubbleId}`, bubble])
    return { [`composerData:${this.id}`]: composer, ...Object.fromEntries(bubbles), ...this.more }
  }

  write(home: string): void {
    keyValues(globalDatabase(home), 'cursorDiskKV', this.rows())
  }
}

/** A workspace as the editor keeps it, with its list of conversations in one of the older forms. */
export function writeWorkspace(
  home: string,
  id: string,
  { folder, list }: { folder: string; list: object },
): void {
  const storage = join(userFolder(home), 'workspaceStorage', id)
  keyValues(join(storage, 'state.vscdb'), 'ItemTable', { 'composer.composerData': list })
  writeFileSync(join(storage, 'workspace.json'), JSON.stringify({ folder: `file://${folder}` }))
}

const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
const passing = '.....\n5 passed in 0.19s'
const run = 'pytest tests/test_cart.py'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [string, (composer: Composer) => Composer],
): Labelled {
  return { agent: 'cursor', name, verdict, why, write: (home) => build(new Composer()).write(home) }
}

const fixTotal = (composer: Composer) =>
  composer
    .says('The total of the cart is wrong, see #12')
    .runs(run, failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count', { userDecision: 'accepted' })

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (c) => fixTotal(c).runs(run, passing).answers('Done.'),
  ]),
  one('the tests still fail', 'failed', [
    'the last run ended with exit code 1',
    (c) => fixTotal(c).runs(`cd ${fixtureRoot} && ${run}`, failing, 1),
  ]),
  one('the person refused the edit', 'unknown', [
    'the edit was taken out again, so nothing was changed when the session ended',
    (c) =>
      c
        .says('Fix the total')
        .edits('shop/cart.py', 'a', 'b', { userDecision: 'rejected' })
        .runs(run, passing),
  ]),
  one('the first edit refused, the second one tested', 'passed', [
    'the edit that stands was tested',
    (c) =>
      c
        .says('Fix the total')
        .edits('shop/cart.py', 'a', 'b', { userDecision: 'rejected' })
        .edits('shop/cart.py', 'a', 'c', { userDecision: 'accepted' })
        .runs(run, passing),
  ]),
  one('the tests were not allowed to run', 'unknown', [
    'nothing ran after the edit, and nothing was taken back',
    (c) =>
      fixTotal(c).calls(
        'run_terminal_cmd',
        { command: run },
        { userDecision: 'rejected', result: { rejected: true } },
      ),
  ]),
  one('a run in the background', 'unknown', [
    'the command was only started',
    (c) =>
      fixTotal(c).calls(
        'run_terminal_cmd',
        { command: run, isBackground: true },
        { result: { output: '', notInterrupted: true } },
      ),
  ]),
  one('an older version without the code of success', 'passed', [
    'zeros are not written: the command came to its end and the summary says that all passed',
    (c) =>
      fixTotal(c).calls(
        'run_terminal_cmd',
        { command: run },
        { result: { output: passing, notInterrupted: true } },
      ),
  ]),
  one('a run that was interrupted', 'unknown', [
    'the command did not come to its end, the output has no summary',
    (c) =>
      fixTotal(c).calls(
        'run_terminal_cmd',
        { command: run },
        { result: { output: '....', notInterrupted: false } },
      ),
  ]),
  one('a run that was still going', 'unknown', [
    'the session ends before the run does',
    (c) => fixTotal(c).calls('run_terminal_cmd', { command: run }, { status: 'loading' }),
  ]),
  one('piped through tail, failing', 'failed', [
    'the pipe hides the exit code, the summary says that one failed',
    (c) => fixTotal(c).runs(`${run} 2>&1 | tail -5`, failing),
  ]),
  one('no test after the last edit', 'unknown', [
    'a second edit followed the run that passed',
    (c) => fixTotal(c).runs(run, passing).edits('shop/cart.py', 'x', 'y'),
  ]),
]
