/** Sessions of OpenCode and Kilo with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fixtureRoot, type Labelled } from '../contract.ts'

interface Row {
  id: string
  time: number
  data: Record<string, unknown>
}

/** Collects messages, and writes them as rows or, as before 2026, as files. */
export class Conversation {
  readonly messages: Row[] = []
  readonly parts: (Row & { messageID: string })[] = []
  readonly id: string
  #time = Date.UTC(2026, 3, 1, 9)
  #session: Record<string, unknown>

  constructor(id = 'ses_1', session: Record<string, unknown> = {}) {
    this.id = id
    this.#session = { directory: fixtureRoot, title: 'The total', version: '1.2.0', ...session }
  }

  /** Fields of the session, as in the files: `parentID`, `revert`, `summary`. */
  set(session: Record<string, unknown>): this {
    Object.assign(this.#session, session)
    return this
  }

  #tick(): number {
    this.#time += 10_000
    return this.#time
  }

  get lastMessage(): string {
    return this.messages.at(-1)?.id ?? ''
  }

  message(role: string, more: object = {}): this {
    const [id, time] = [`${this.id}_msg_${String(this.messages.length).padStart(3, '0')}`, this.#tick()]
    const model =
      role === 'assistant' ? { modelID: 'big-pickle', path: { cwd: fixtureRoot, root: fixtureRoot } } : {}
    this.messages.push({ id, time, data: { role, time: { created: time }, ...model, ...more } })
    return this
  }

  part(data: Record<string, unknown>): this {
    const id = `${this.id}_prt_${String(this.parts.length).padStart(3, '0')}`
    this.parts.push({ id, time: this.#tick(), messageID: this.lastMessage, data })
    return this
  }

  says(text: string): this {
    return this.message('user').part({ type: 'text', text })
  }

  answers(text: string): this {
    return this.message('assistant').part({ type: 'text', text })
  }

  calls(tool: string, input: object, state: object): this {
    const time = { start: this.#time + 1_000, end: this.#time + 2_000 }
    const whole = { status: 'completed', input, output: '', title: tool, metadata: {}, time, ...state }
    return this.message('assistant').part({
      type: 'tool',
      callID: `call_${this.parts.length}`,
      tool,
      state: whole,
    })
  }

  runs(command: string, output: string, exit: number | null = 0): this {
    const metadata = { output, description: 'Runs it', ...(exit !== null && { exit }) }
    return this.calls('bash', { command, description: 'Runs it' }, { output, metadata })
  }

  edits(path: string, before: string, after: string): this {
    const filePath = join(fixtureRoot, path)
    const diff = `Index: ${filePath}\n===================\n--- ${filePath}\n+++ ${filePath}\n@@ -3,1 +3,1 @@\n-${before}\n+${after}\n`
    return this.calls('edit', { filePath, oldString: before, newString: after }, { metadata: { diff } })
  }

  refusedEdit(path: string): this {
    const input = { filePath: join(fixtureRoot, path), oldString: 'a', newString: 'b' }
    const error = 'The user rejected permission to use this specific tool call.'
    return this.calls('edit', input, { status: 'error', error, output: undefined })
  }

  #times(): [number, number] {
    return [Date.UTC(2026, 3, 1, 9), this.#time]
  }

  writeRows(home: string, name = 'opencode'): void {
    const file = join(home, '.local', 'share', name, `${name}.db`)
    mkdirSync(dirname(file), { recursive: true })
    const db = new DatabaseSync(file)
    db.exec(`
      create table if not exists session (id text primary key, project_id text, parent_id text, directory text,
        title text, version text, summary_diffs text, revert text, time_created integer, time_updated integer);
      create table if not exists message (id text primary key, session_id text, time_created integer, data text);
      create table if not exists part (id text primary key, message_id text, session_id text, time_created integer,
        data text);
      create index if not exists message_session_idx on message (session_id);
      create index if not exists part_session_idx on part (session_id)`)
    const { parentID, directory, title, version, revert, summary } = this.#session as Record<string, string>
    const diffs = (summary as { diffs?: unknown } | undefined)?.diffs
    const own = [this.id, 'p1', parentID ?? null, directory ?? null, title ?? null, version ?? null]
    const json = [diffs, revert].map((value) => (value === undefined ? null : JSON.stringify(value)))
    db.prepare('insert into session values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
      ...own,
      ...json,
      ...this.#times(),
    )
    const message = db.prepare('insert into message values (?, ?, ?, ?)')
    for (const { id, time, data } of this.messages) message.run(id, this.id, time, JSON.stringify(data))
    const part = db.prepare('insert into part values (?, ?, ?, ?, ?)')
    for (const { id, messageID, time, data } of this.parts)
      part.run(id, messageID, this.id, time, JSON.stringify(data))
    db.close()
  }

  writeFiles(home: string): void {
    const storage = join(home, '.local', 'share', 'opencode', 'storage')
    const put = (path: string[], data: object) => {
      const file = join(storage, ...path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(`${file}.json`, JSON.stringify(data, null, 2))
    }
    const [created, updated] = this.#times()
    put(['session', 'p1', this.id], {
      id: this.id,
      projectID: 'p1',
      ...this.#session,
      time: { created, updated },
    })
    for (const { id, data } of this.messages)
      put(['message', this.id, id], { id, sessionID: this.id, ...data })
    for (const { id, messageID, data } of this.parts)
      put(['part', messageID, id], { id, messageID, sessionID: this.id, ...data })
  }
}

const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
const passing = '.....\n5 passed in 0.19s'
const run = 'pytest tests/test_cart.py'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, form = 'rows']: [string, (c: Conversation) => Conversation, ('rows' | 'files' | 'kilo')?],
): Labelled {
  const write = (home: string) => {
    const conversation = build(new Conversation())
    if (form === 'files') conversation.writeFiles(home)
    else conversation.writeRows(home, form === 'kilo' ? 'kilo' : 'opencode')
  }
  return { agent: form === 'kilo' ? 'kilo' : 'opencode', name, verdict, why, write }
}

const fixTotal = (conversation: Conversation) =>
  conversation
    .says('The total of the cart is wrong, see #12')
    .runs(run, failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count')

const patchText = [
  '*** Begin Patch',
  '*** Update File: shop/cart.py',
  '@@ def total():',
  '-    return price',
  '+    return price * count',
  '*** End Patch',
].join('\n')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (c) => fixTotal(c).runs(run, passing).answers('Done.'),
  ]),
  one('a repair in JSON files', 'passed', [
    'the same, in the storage from before 2026',
    (c) => fixTotal(c).runs(run, passing),
    'files',
  ]),
  one('a repair by patch', 'passed', [
    'the patch was applied before the run that passed',
    (c) => c.says('Fix the total').calls('apply_patch', { patchText }, {}).runs('pytest', passing),
  ]),
  one('the tests still fail', 'failed', [
    'the last run ended with exit code 1',
    (c) => fixTotal(c).runs(`cd ${fixtureRoot} && ${run}`, failing, 1),
  ]),
  one('a check by the person in between', 'unknown', [
    'an edit followed the run that passed',
    (c) => fixTotal(c).runs(run, passing).says('rename it, too').edits('shop/cart.py', 'x', 'y'),
  ]),
  one('a run that ran out of time', 'unknown', [
    'the command was ended from outside: no exit code, no summary',
    (c) =>
      fixTotal(c).runs(
        run,
        '..\n\n<bash_metadata>\nCommand timed out after 120000 ms\n</bash_metadata>',
        null,
      ),
  ]),
  one('every edit was refused', 'unknown', [
    'nothing was changed',
    (c) => c.says('Fix the total').refusedEdit('shop/cart.py').runs('pytest', passing),
  ]),
  one('the tests were not allowed to run', 'unknown', [
    'nothing ran after the edit, and nothing was taken back',
    (c) =>
      fixTotal(c).calls(
        'bash',
        { command: run },
        { status: 'error', error: 'The user rejected permission to use this specific tool call.' },
      ),
  ]),
  one('the session was reverted', 'failed', [
    'the person took everything back after the tests had passed',
    (c) => {
      const done = fixTotal(c).runs(run, passing)
      return done.set({ revert: { messageID: done.messages[0]?.id, snapshot: 'abc' } })
    },
  ]),
  one('only a later turn was reverted', 'passed', [
    'what was taken back came after the repair and its passing tests',
    (c) => {
      const done = fixTotal(c).runs(run, passing).says('now the tax, please')
      const messageID = done.lastMessage
      return done.edits('shop/tax.py', 'a', 'b').set({ revert: { messageID } })
    },
  ]),
  one('piped through tail, failing', 'failed', [
    'the pipe hides the exit code, the summary says that one failed',
    (c) => fixTotal(c).runs(`${run} 2>&1 | tail -5`, failing),
  ]),
  one('changes that only the summary knows', 'unknown', [
    'a script changed the file: nobody knows whether before or after the tests',
    (c) =>
      c
        .says('Fix the total')
        .runs('sed -i s/a/b/ shop/cart.py', '')
        .runs(run, passing)
        .set({
          summary: {
            diffs: [{ file: 'shop/cart.py', before: 'a\n', after: 'b\n', additions: 1, deletions: 1 }],
          },
        }),
  ]),
  one('an edit that failed after the tests', 'passed', [
    'the last edit was not carried out, the tests passed after the one before it',
    (c) =>
      fixTotal(c)
        .runs(run, passing)
        .calls(
          'edit',
          { filePath: `${fixtureRoot}/shop/cart.py`, oldString: 'zzz', newString: 'y' },
          { status: 'error', error: 'Error: oldString not found in content' },
        ),
    'kilo',
  ]),
  one('the tests of something else, in Kilo', 'unknown', [
    'the run has nothing to do with the edit',
    (c) => fixTotal(c).runs('pytest tests/test_mail.py', '2 passed in 0.10s'),
    'kilo',
  ]),
]
