/** Sessions of Codex with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { fixtureRoot, type Labelled } from '../contract.ts'

export const codexId = '0199aaaa-1111-7222-8333-444455556666'

/** Writes a rollout line by line, as the program does. */
export class Rollout {
  readonly lines: string[] = []
  #time = Date.UTC(2026, 4, 2, 8)
  #calls = 0

  constructor(meta: object = {}) {
    const git = {
      commit_hash: '1'.repeat(40),
      branch: 'fix',
      repository_url: 'git@example.com:ana/shop.git',
    }
    const usual = { originator: 'codex_cli_rs', cli_version: '0.120.0', source: 'cli', git }
    this.add('session_meta', {
      id: codexId,
      timestamp: '2026-05-02T08:00:00.000Z',
      cwd: fixtureRoot,
      ...usual,
      ...meta,
    })
    this.add('turn_context', { cwd: fixtureRoot, model: 'gpt-5-codex', approval_policy: 'on-request' })
    this.item({
      type: 'message',
      role: 'user',
      content: [
        {
          type: 'input_text',
          text: `<environment_context>\n<cwd>${fixtureRoot}</cwd>\n</environment_context>`,
        },
      ],
    })
  }

  add(type: string, payload: object): this {
    this.#time += 5_000
    this.lines.push(JSON.stringify({ timestamp: new Date(this.#time).toISOString(), type, payload }))
    return this
  }

  item(payload: object): this {
    return this.add('response_item', payload)
  }

  event(payload: object): this {
    return this.add('event_msg', payload)
  }

  /** A request stands twice: for the model and for the view. */
  says(said: string): this {
    return this.item({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: said }],
    }).event({ type: 'user_message', message: said, images: [] })
  }

  answers(said: string): this {
    return this.event({ type: 'agent_message', message: said }).item({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: said }],
    })
  }

  calls(name: string, input: object, output: unknown): this {
    const id = `call_${++this.#calls}`
    return this.item({ type: 'function_call', name, arguments: JSON.stringify(input), call_id: id }).item({
      type: 'function_call_output',
      call_id: id,
      output,
    })
  }

  /** The newest of the three forms of output. */
  runs(cmd: string, printed: string, exitCode = 0): this {
    const frame = `Chunk ID: a1b2c3\nWall time: 0.5210 seconds\nProcess exited with code ${exitCode}\nOriginal token count: 40\nOutput:\n`
    return this.calls('exec_command', { cmd, yield_time_ms: 10_000 }, frame + printed)
  }

  /** The oldest form: JSON in a string. */
  runsShell(command: string, printed: string, exitCode = 0): this {
    const output = JSON.stringify({
      output: printed,
      metadata: { exit_code: exitCode, duration_seconds: 0.5 },
    })
    return this.calls('shell', { command: ['bash', '-lc', command], workdir: fixtureRoot }, output)
  }

  /** `event`: the record of what was done; without it only the patch itself tells. */
  patches(patch: string, { event = true, success = true } = {}): this {
    const id = `call_${++this.#calls}`
    const path = join(fixtureRoot, 'shop/cart.py')
    const change = { type: 'update', unified_diff: '@@ -3 +3 @@\n-a\n+b\n', move_path: null }
    this.item({
      type: 'custom_tool_call',
      status: 'completed',
      call_id: id,
      name: 'apply_patch',
      input: patch,
    })
    if (event)
      this.event({
        type: 'patch_apply_end',
        call_id: id,
        success,
        changes: { [path]: change },
        stdout: '',
        stderr: '',
      })
    const said = success
      ? 'Success. Updated the following files:\nM shop/cart.py\n'
      : 'apply_patch verification failed: Failed to find expected lines'
    return this.item({
      type: 'custom_tool_call_output',
      call_id: id,
      output: JSON.stringify({ output: said, metadata: { exit_code: success ? 0 : 1 } }),
    })
  }

  write(home: string, { packed = false, archived = false, name = codexId } = {}): void {
    const folder = archived ? 'archived_sessions' : 'sessions/2026/05/02'
    const file = join(home, '.codex', folder, `rollout-2026-05-02T08-00-00-${name}.jsonl`)
    mkdirSync(dirname(file), { recursive: true })
    const text = `${this.lines.join('\n')}\n`
    if (packed) writeFileSync(`${file}.zst`, zstdCompressSync(Buffer.from(text)))
    else writeFileSync(file, text)
  }
}

export const cartPatch =
  '*** Begin Patch\n*** Update File: shop/cart.py\n@@ def total(price, count):\n-    return price\n+    return price * count\n*** End Patch'
export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s\n'
export const passing = '.....\n5 passed in 0.19s\n'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, how]: [
    why: string,
    build: (rollout: Rollout) => Rollout,
    how?: Parameters<Rollout['write']>[1],
  ],
): Labelled {
  return { agent: 'codex', name, verdict, why, write: (home) => build(new Rollout()).write(home, how) }
}

const begun = (rollout: Rollout) =>
  rollout.says('The total of the cart is wrong, see #12').runs('pytest tests/test_cart.py', failing, 1)
const fixed = (rollout: Rollout) => begun(rollout).patches(cartPatch)

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit, with exit codes in the text',
    (r) => fixed(r).runs('pytest tests/test_cart.py', passing).answers('Done.'),
  ]),
  one('exit codes in JSON, compressed', 'passed', [
    'exit code 0 in the metadata of the last run',
    (r) => fixed(r).runsShell('cd /home/ana/shop && python -m pytest tests/test_cart.py', passing),
    { packed: true },
  ]),
  one('a patch in a here-document', 'passed', [
    'the patch was applied by the shell, then the test passed',
    (r) =>
      begun(r)
        .runsShell(
          `apply_patch <<'EOF'\n${cartPatch}\nEOF`,
          'Success. Updated the following files:\nM shop/cart.py\n',
        )
        .runsShell('pytest tests/test_cart.py', passing),
    { archived: true },
  ]),
  one('no test after the last edit', 'unknown', [
    'a second patch followed the run that passed',
    (r) => fixed(r).runs('pytest tests/test_cart.py', passing).patches(cartPatch, { event: false }),
  ]),
  one('the tests still fail', 'failed', [
    'the last run ended with exit code 1',
    (r) => fixed(r).runsShell('pytest tests/test_cart.py', failing, 1),
  ]),
  one('turns that were rolled back', 'unknown', [
    'the turn with the passing run was taken back, the work that stands has no test after its edit',
    (r) =>
      r
        .says('Fix the total')
        .patches(cartPatch)
        .says('Make it faster')
        .patches(cartPatch)
        .runs('pytest', passing)
        .event({ type: 'thread_rolled_back', num_turns: 1 })
        .says('Leave it and tidy the names')
        .patches(cartPatch),
  ]),
  one('a repair that was rolled back at the end', 'failed', [
    'the turn that passed was taken back; the try that stands failed',
    (r) =>
      fixed(r)
        .runs('pytest tests/test_cart.py', failing, 1)
        .says('Try another way')
        .patches(cartPatch)
        .runs('pytest tests/test_cart.py', passing)
        .event({ type: 'thread_rolled_back', num_turns: 1 }),
  ]),
  one('a run that never came to its end', 'unknown', [
    'the tests still ran in their terminal when the session ended',
    (r) =>
      fixed(r).calls(
        'exec_command',
        { cmd: 'pytest tests/test_cart.py' },
        'Chunk ID: a\nWall time: 10.0 seconds\nProcess running with session ID 7\nOriginal token count: 2\nOutput:\n..',
      ),
  ]),
  one('a long run that ends in its terminal', 'failed', [
    'the end of the run was read later: exit code 1',
    (r) =>
      fixed(r)
        .calls(
          'exec_command',
          { cmd: 'pytest tests/test_cart.py' },
          'Chunk ID: a\nWall time: 10.0 seconds\nProcess running with session ID 7\nOutput:\n..',
        )
        .calls(
          'write_stdin',
          { session_id: 7, chars: '' },
          `Chunk ID: b\nWall time: 3.0 seconds\nProcess exited with code 1\nOutput:\n${failing}`,
        ),
  ]),
  one('piped through tail, truncated', 'unknown', [
    'the pipe hides the exit code and the summary is cut off',
    (r) =>
      fixed(r).runs(
        'pytest tests/test_cart.py | head -3',
        'Total output lines: 900\n===== test session starts =====\n...',
      ),
  ]),
  one('a patch that did not fit', 'unknown', [
    'the only patch failed: nothing was changed',
    (r) => begun(r).patches(cartPatch, { success: false }).runs('pytest tests/test_mail.py', passing),
  ]),
  one('resumed, with lines that stand twice', 'failed', [
    'the repeated calls are no new runs; the last one failed',
    (r) => {
      fixed(r).runs('pytest tests/test_cart.py', passing)
      const copy = [...r.lines]
      r.patches(cartPatch).runs('pytest tests/test_cart.py', failing, 1)
      r.lines.push(...copy)
      return r
    },
  ]),
  one('a later request that was rolled back', 'passed', [
    'the first repair was tested and stands; what was taken back came after it',
    (r) =>
      fixed(r)
        .runs('pytest tests/test_cart.py', passing)
        .says('Make it faster')
        .patches(cartPatch)
        .runs('pytest tests/test_cart.py', failing, 1)
        .event({ type: 'thread_rolled_back', num_turns: 1 }),
  ]),
  one('the tests of another package', 'unknown', [
    'the script ran in a package that was not changed',
    (r) => fixed(r).runs('pnpm --filter mail test', 'Tests  12 passed (12)'),
  ]),
  one('lines that say ok were picked out', 'unknown', [
    'the pipe leaves out the packages that failed',
    (r) => fixed(r).runs('go test ./... | grep ^ok', 'ok  \texample.com/shop/mail\t0.1s'),
  ]),
  one('tests on what was put aside', 'unknown', [
    'the run was on the files without the change',
    (r) => fixed(r).runs('git stash && pytest; git stash pop', passing),
  ]),
  one('unittest found no test', 'unknown', [
    'it ended well without a test',
    (r) => fixed(r).runs('python -m unittest', 'Ran 0 tests in 0.000s\n\nOK'),
  ]),
  one('the first of two runs of a line decides nothing', 'unknown', [
    'the exit code is that of the second run',
    (r) => fixed(r).runs('npm run test:unit; npm run test:e2e', 'done'),
  ]),
  one('a module named with dots', 'passed', [
    'the module of tests is about the edit',
    (r) => fixed(r).runs('python -m unittest tests.test_cart', 'Ran 3 tests in 0.002s\n\nOK'),
  ]),
]
