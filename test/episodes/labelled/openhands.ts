/** Sessions of OpenHands, new and old, with verdicts that a person gave, written for this project. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

const words = (said: string) => [{ cache_prompt: false, type: 'text', text: said }]

/** A conversation of the SDK: one file an event. */
export class Conversation {
  readonly events: object[] = []
  #minute = 0

  event(kind: string, source: string, more: object): this {
    const id = `00000000-0000-4000-8000-${String(this.events.length).padStart(12, '0')}`
    this.#minute++
    const minute = String(this.#minute % 60).padStart(2, '0')
    const hour = String(9 + Math.floor(this.#minute / 60)).padStart(2, '0')
    this.events.push({ id, timestamp: `2026-04-01T${hour}:${minute}:00.250000`, source, kind, ...more })
    return this
  }

  says(said: string): this {
    return this.event('MessageEvent', 'user', { llm_message: { role: 'user', content: words(said) } })
  }

  answers(said: string): this {
    return this.event('MessageEvent', 'agent', { llm_message: { role: 'assistant', content: words(said) } })
  }

  acts(tool: string, action: object, result: { kind?: string; more?: object } | null): this {
    const call = `call_${this.events.length}`
    const thought = words('Next I do this.')
    const common = { tool_name: tool, tool_call_id: call }
    this.event('ActionEvent', 'agent', { ...common, thought, action, security_risk: 'LOW' })
    if (result === null) return this
    const id = (this.events.at(-1) as { id: string }).id
    return this.event(result.kind ?? 'ObservationEvent', 'environment', {
      ...common,
      action_id: id,
      ...result.more,
    })
  }

  runs(command: string, output: string, exitCode = 0, action: object = {}): this {
    const observation = {
      kind: 'TerminalObservation',
      content: words(output),
      is_error: exitCode > 0,
      command,
      exit_code: exitCode,
      metadata: { exit_code: exitCode, working_dir: fixtureRoot },
    }
    return this.acts(
      'terminal',
      { kind: 'TerminalAction', command, is_input: false, ...action },
      { more: { observation } },
    )
  }

  edits(path: string, before: string, after: string, more: object = {}): this {
    const whole = join(fixtureRoot, path)
    const action = {
      kind: 'FileEditorAction',
      command: 'str_replace',
      path: whole,
      old_str: before,
      new_str: after,
    }
    const observation = {
      kind: 'FileEditorObservation',
      content: words('The file has been edited.'),
      is_error: false,
      path: whole,
      prev_exist: true,
      old_content: `def total():\n${before}\n`,
      new_content: `def total():\n${after}\n`,
      ...more,
    }
    return this.acts('file_editor', action, { more: { observation } })
  }

  finishes(message = 'All done.'): this {
    return this.acts('finish', { kind: 'FinishAction', message }, null)
  }

  write(home: string, id = '0123456789abcdef0123456789abcdef'): void {
    const folder = join(home, '.openhands', 'conversations', id)
    const state = {
      id,
      agent: { llm: { model: 'anthropic/claude-sonnet' } },
      workspace: { working_dir: fixtureRoot, kind: 'LocalWorkspace' },
      execution_status: 'finished',
    }
    save(join(folder, 'base_state.json'), state)
    this.writeEvents(folder)
  }

  writeEvents(folder: string): void {
    for (const [at, event] of this.events.entries()) {
      const name = `event-${String(at).padStart(5, '0')}-${(event as { id: string }).id}.json`
      save(join(folder, 'events', name), event)
    }
  }
}

/** Events as before the SDK. */
export class OldEvents {
  readonly events: object[] = []

  event(source: string, more: object): this {
    const id = this.events.length
    const timestamp = `2025-02-01T10:${String(id % 60).padStart(2, '0')}:00.000000`
    this.events.push({ id, timestamp, source, message: '', ...more })
    return this
  }

  says(content: string): this {
    return this.event('user', { action: 'message', args: { content, wait_for_response: false } })
  }

  runs(command: string, content: string, exitCode = 0, args: object = {}): this {
    this.event('agent', { action: 'run', args: { command, thought: 'I run it.', ...args } })
    const metadata = { exit_code: exitCode, working_dir: fixtureRoot }
    return this.observes('run', content, { command, metadata })
  }

  edits(path: string, before: string, after: string, content = 'The file has been edited.'): this {
    const whole = join(fixtureRoot, path)
    const args = { path: whole, command: 'str_replace', old_str: before, new_str: after, thought: '' }
    this.event('agent', { action: 'edit', args })
    const isDone = !content.startsWith('ERROR')
    const texts = isDone ? { old_content: `x\n${before}\n`, new_content: `x\n${after}\n` } : {}
    return this.observes('edit', content, { path: whole, prev_exist: true, ...texts })
  }

  observes(observation: string, content: string, extras: object): this {
    return this.event('agent', { cause: this.events.length - 1, observation, content, extras })
  }

  write(home: string, id = 'a1b2c3'): void {
    const folder = join(home, '.openhands', 'sessions', id)
    for (const [at, event] of this.events.entries()) save(join(folder, 'events', `${at}.json`), event)
  }

  /** As one list in one file. */
  export(home: string): void {
    save(join(home, 'code', 'trajectories', 'run.json'), this.events)
  }

  /** A line of the resolver's output. */
  output(home: string, more: object): void {
    const issue = {
      owner: 'ana',
      repo: 'shop',
      number: 12,
      title: 'The total is wrong',
      body: 'See the cart.',
    }
    const line = { issue, issue_type: 'issue', base_commit: 'a'.repeat(40), history: this.events, ...more }
    const file = join(home, 'code', 'shop', 'output', 'output.jsonl')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(line)}\n`)
  }
}

export function save(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(content))
}

export const machine = (home: string) => ({ repositories: [join(home, 'code', 'shop')] })

export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'
const patch = '--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -3,1 +3,1 @@\n-a\n+b\n'

type Said = [why: string, write: (home: string) => void]

function one(name: string, verdict: Labelled['verdict'], [why, write]: Said): Labelled {
  return { agent: 'openhands', name, verdict, why, write, machine }
}

const begun = () => new Conversation().says('The total of the cart is wrong, see #12')
const oldBegun = () => new OldEvents().says('The total of the cart is wrong')

export const labelled: readonly Labelled[] = [
  one('the test failed and passes now', 'passed', [
    'exit code 0 in its field, after the edit',
    (home) =>
      begun()
        .runs('pytest tests/test_cart.py', failing, 1)
        .edits('shop/cart.py', 'a', 'b')
        .runs('pytest tests/test_cart.py', passing)
        .finishes()
        .write(home),
  ]),
  one('finished without a test', 'unknown', [
    'saying that it is done proves nothing',
    (home) => begun().edits('shop/cart.py', 'a', 'b').finishes('I fixed it, all tests pass!').write(home),
  ]),
  one('the tests still fail', 'failed', [
    'the last run ended with 1',
    (home) => begun().edits('shop/cart.py', 'a', 'b').runs('npm test', 'no', 1).finishes().write(home),
  ]),
  one('a slow run that was waited for', 'passed', [
    'the first answer is -1, it still runs; the wait then says 0',
    (home) =>
      begun()
        .edits('shop/cart.py', 'a', 'b')
        .runs('pytest', '...', -1)
        .runs('', passing, 0, { is_input: true })
        .write(home),
  ]),
  one('a slow run that nobody waited for', 'unknown', [
    '-1 tells that it still ran',
    (home) => begun().edits('shop/cart.py', 'a', 'b').runs('npm test', '...', -1).write(home),
  ]),
  one('the person refused a second edit', 'passed', [
    'the refused edit was never made; the first one was tested and stands',
    (home) => {
      const conversation = begun().edits('shop/cart.py', 'a', 'b').runs('pytest', passing)
      const action = {
        kind: 'FileEditorAction',
        command: 'str_replace',
        path: `${fixtureRoot}/shop/cart.py`,
        old_str: 'b',
        new_str: 'c',
      }
      conversation.acts('file_editor', action, {
        kind: 'UserRejectObservation',
        more: { rejection_reason: 'not so' },
      })
      conversation.write(home)
    },
  ]),
  one('changed by the shell after the tests', 'unknown', [
    'sed changed a file after the run that passed',
    (home) =>
      begun()
        .edits('shop/cart.py', 'a', 'b')
        .runs('pytest', passing)
        .runs("sed -i 's/b/c/' shop/cart.py", '')
        .write(home),
  ]),
  one('a piped run, cut off', 'unknown', [
    'the pipe hides the code, the summary is cut off',
    (home) =>
      begun()
        .edits('shop/cart.py', 'a', 'b')
        .runs('pytest | head -3', '=== test session starts ===')
        .write(home),
  ]),
  one('old events, passing', 'passed', [
    'metadata.exit_code is 0 after the edit',
    (home) =>
      oldBegun()
        .runs('pytest', failing, 1)
        .edits('shop/cart.py', 'a', 'b')
        .runs('pytest', passing)
        .write(home),
  ]),
  one('an exported trajectory with an edit that failed', 'unknown', [
    'nothing was changed: the text was not found',
    (home) =>
      oldBegun()
        .edits('shop/cart.py', 'zz', 'b', 'ERROR:\nNo replacement was performed')
        .runs('pytest', passing)
        .export(home),
  ]),
  one('a resolver that calls itself successful', 'unknown', [
    '"success" is a guess of a model; no test ran',
    (home) =>
      new OldEvents().edits('shop/cart.py', 'a', 'b').output(home, { success: true, git_patch: patch }),
  ]),
  one('only the patch of the resolver tells of the change', 'unknown', [
    'nobody knows whether the tests ran before or after the change',
    (home) => new OldEvents().runs('pytest', passing).output(home, { success: true, git_patch: patch }),
  ]),
]
