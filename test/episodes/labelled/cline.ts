/** Sessions of Cline in both layouts with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

type Block = Record<string, unknown>
const surroundings = `<environment_details>\n# Current Working Directory (${fixtureRoot}) Files\nshop/cart.py\n</environment_details>`

/** A task of the extension: calls as tags in the text, results in the next message of the user. */
export class Task {
  readonly messages: { role: string; content: Block[] }[] = []

  message(role: string, ...texts: string[]): this {
    this.messages.push({ role, content: texts.map((text) => ({ type: 'text', text })) })
    return this
  }

  asks(task: string): this {
    return this.message('user', `<task>\n${task}\n</task>`, surroundings)
  }

  /** `about`: what the header of the result names. */
  calls(name: string, body: string, { about, result }: { about: string; result: string }): this {
    this.message('assistant', `Let me see.\n\n<${name}>\n${body}\n</${name}>`)
    return this.message('user', `[${name} for '${about}'] Result:`, result, surroundings)
  }

  runs(command: string, output: string, frame = 'Command executed.'): this {
    const result = `${frame}\nOutput:\n${output}`
    return this.calls(
      'execute_command',
      `<command>${command}</command>\n<requires_approval>false</requires_approval>`,
      {
        about: command,
        result,
      },
    )
  }

  edits(path: string, before: string, after: string, result?: string): this {
    const diff = `------- SEARCH\n${before}\n=======\n${after}\n+++++++ REPLACE`
    const saved = `The content was successfully saved to ${path}.\n\n<final_file_content path="${path}">\n${after}\n</final_file_content>`
    return this.calls('replace_in_file', `<path>${path}</path>\n<diff>\n${diff}\n</diff>`, {
      about: path,
      result: result ?? saved,
    })
  }

  completes(result: string): this {
    return this.message(
      'assistant',
      `<attempt_completion>\n<result>\n${result}\n</result>\n</attempt_completion>`,
    )
  }

  write(home: string, id = '1777626000000'): void {
    const storage = join(home, '.config', 'Code', 'User', 'globalStorage', 'saoudrizwan.claude-dev')
    const folder = join(storage, 'tasks', id)
    mkdirSync(folder, { recursive: true })
    mkdirSync(join(storage, 'state'), { recursive: true })
    writeFileSync(join(folder, 'api_conversation_history.json'), JSON.stringify(this.messages))
    const said = this.messages.map((_, at) => ({
      ts: Number(id) + at * 5_000,
      type: 'say',
      say: 'text',
      text: '',
    }))
    writeFileSync(join(folder, 'ui_messages.json'), JSON.stringify(said))
    const item = { id, ulid: 'u', ts: Number(id), task: 'Fix', cwdOnTaskInitialization: fixtureRoot }
    writeFileSync(join(storage, 'state', 'taskHistory.json'), JSON.stringify([item]))
  }
}

/** A session of the SDK: native calls, several results in one. */
export class SdkSession {
  readonly messages: Block[] = []
  #time = Date.UTC(2026, 6, 1, 9)

  message(role: string, content: Block[]): this {
    this.#time += 4_000
    this.messages.push({ id: `msg_${this.messages.length + 1}`, role, ts: this.#time, content })
    return this
  }

  asks(words: string): this {
    return this.message('user', [{ type: 'text', text: words }])
  }

  calls(name: string, input: object, content: unknown): this {
    const id = `toolu_${this.messages.length}`
    this.message('assistant', [{ type: 'tool_use', id, name, input }])
    return this.message('user', [{ type: 'tool_result', tool_use_id: id, name, content }])
  }

  runs(command: string, output: string, exitCode = 0): this {
    const failed = { result: output, error: `Command failed with exit code ${exitCode}`, success: false }
    const result = exitCode === 0 ? { result: output, success: true } : failed
    return this.calls('run_commands', { commands: [command] }, [{ query: command, ...result }])
  }

  edits(path: string, before: string, after: string): this {
    const file = join(fixtureRoot, path)
    const content = JSON.stringify({ query: `edit:${file}`, result: `Edited ${file}`, success: true })
    return this.calls('editor', { path: file, old_text: before, new_text: after }, content)
  }

  write(home: string, id = '1783000000000_ab12c', more: object = {}): void {
    const folder = join(home, '.cline', 'data', 'sessions', id)
    mkdirSync(folder, { recursive: true })
    const manifest = {
      version: 1,
      session_id: id,
      source: 'cli',
      started_at: '2026-07-01T09:00:00.000Z',
      status: 'completed',
      cwd: fixtureRoot,
      workspace_root: fixtureRoot,
      model: 'm',
      metadata: { title: 'Fix the total', fork: { forkedFromSessionId: 'before' } },
      ...more,
    }
    writeFileSync(join(folder, `${id}.json`), JSON.stringify(manifest, null, 2))
    const messages = { version: 1, agent: 'lead', sessionId: id, messages: this.messages }
    writeFileSync(join(folder, `${id}.messages.json`), JSON.stringify(messages, null, 2))
  }
}

export const failing = 'FAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'

function task(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [why: string, build: (task: Task) => Task],
): Labelled {
  return { agent: 'cline', name, verdict, why, write: (home) => build(new Task()).write(home) }
}

function session(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [why: string, build: (session: SdkSession) => SdkSession],
): Labelled {
  return { agent: 'cline', name, verdict, why, write: (home) => build(new SdkSession()).write(home) }
}

export const fixTask = (one: Task) =>
  one
    .asks('The total of the cart is wrong, see #12')
    .runs('pytest tests/test_cart.py', failing)
    .edits('shop/cart.py', '    return price', '    return price * count')

export const fixSession = (one: SdkSession) =>
  one
    .asks('The total of the cart is wrong, see #12')
    .runs('pytest tests/test_cart.py', failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count')

export const labelled: readonly Labelled[] = [
  task('a task whose test passes, told by the summary alone', 'passed', [
    'the extension keeps no exit code; the runner says that five passed',
    (t) => fixTask(t).runs('pytest tests/test_cart.py', passing).completes('The total is right.'),
  ]),
  task('a task whose test still fails', 'failed', [
    'the runner says that one failed',
    (t) => fixTask(t).runs('cd /home/ana/shop && pytest tests/test_cart.py', failing),
  ]),
  task('said to be done without a test', 'unknown', [
    'the agent says so, no test after the edit does',
    (t) => fixTask(t).completes('The total is right now.'),
  ]),
  task('an exit code in the frame of the text', 'failed', [
    'make says nothing that a runner would, the frame names 2',
    (t) => fixTask(t).runs('make test', 'cc -c cart.c', 'Command failed with exit code 2.'),
  ]),
  task('an exit code in brackets', 'passed', [
    'the frame names 0 and the line is that of the tests',
    (t) =>
      fixTask(t).runs('make test', 'cc -c cart.c\nall fine', 'Command executed successfully (exit code 0).'),
  ]),
  task('a run that had not ended', 'unknown', [
    'the output is that of the start',
    (t) => fixTask(t).runs('npm test', '> jest --watch', "Command is still running in the user's terminal."),
  ]),
  task('an edit that did not match', 'unknown', [
    'the file was put back, so nothing was changed',
    (t) =>
      t
        .asks('Fix the total')
        .edits(
          'shop/cart.py',
          'a',
          'b',
          'The tool execution failed with the following error:\n<error>\nThe SEARCH block does not match anything in the file.\n</error>',
        )
        .runs('pytest', passing),
  ]),
  task('a refused edit', 'unknown', [
    'nothing was changed',
    (t) => t.asks('Fix the total').edits('shop/cart.py', 'a', 'b', 'The user denied this operation.'),
  ]),
  session('a session that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (s) => fixSession(s).runs('pytest tests/test_cart.py', passing),
  ]),
  session('a session whose tests fail', 'failed', [
    'the last run ended with exit code 1',
    (s) => fixSession(s).runs('pytest tests/test_cart.py', failing, 1),
  ]),
  session('two commands at once, the tests fail', 'failed', [
    'of the two results the one of the tests says failure',
    (s) =>
      fixSession(s).calls('run_commands', { commands: ['git status', 'pytest tests/test_cart.py'] }, [
        { query: 'git status', result: 'M shop/cart.py', success: true },
        {
          query: 'pytest tests/test_cart.py',
          result: failing,
          error: 'Command failed with exit code 1',
          success: false,
        },
      ]),
  ]),
  session('tests that ran out of time', 'unknown', [
    'the run was ended by the program, not by the tests',
    (s) =>
      fixSession(s).calls('run_commands', { commands: ['pytest tests/test_cart.py'] }, [
        {
          query: 'pytest',
          result: '',
          error: 'Command failed: Command timed out after 30000ms',
          success: false,
        },
      ]),
  ]),
  session('edited again after the tests', 'unknown', [
    'a second edit followed the run that passed',
    (s) => fixSession(s).runs('pytest', passing).edits('shop/cart.py', 'count', 'amount'),
  ]),
]
