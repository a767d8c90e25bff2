/** Trajectories of SWE-agent and mini-swe-agent with verdicts that a person gave, written for this project. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

export const patchOf = (path: string, before: string, after: string) =>
  [
    `diff --git a/${path} b/${path}`,
    'index 111..222 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    '@@ -3,1 +3,1 @@',
    `-${before}`,
    `+${after}`,
    '',
  ].join('\n')

export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'

/** A `.traj` of SWE-agent. */
export class Trajectory {
  readonly #steps: object[] = []
  #diff: string | undefined
  #repo: object
  readonly #root: string

  constructor(root = fixtureRoot, repo: object = { type: 'local', path: fixtureRoot, base_commit: 'HEAD' }) {
    this.#root = root
    this.#repo = repo
  }

  acts(action: string, observation: string, more: object = {}): this {
    const state = {
      open_file: 'n/a',
      working_dir: this.#root,
      ...(this.#diff !== undefined && { diff: this.#diff }),
    }
    this.#steps.push({
      action: `${action}\n`,
      observation,
      response: `I do it.\n\n${action}`,
      thought: 'I do it.',
      execution_time: 0.5,
      state: { ...state, ...more },
      query: [{ role: 'user', content: 'long' }],
      extra_info: {},
    })
    return this
  }

  /** The state that the next steps have. */
  differs(diff: string): this {
    this.#diff = diff
    return this
  }

  edits(
    path: string,
    before: string,
    after: string,
    done = `The file ${path} has been edited. Here's the result:\r\n   3\t    b`,
  ): this {
    return this.acts(
      `str_replace_editor str_replace ${this.#root}/${path} --old_str '${before}' --new_str '${after}'`,
      done,
    )
  }

  write(home: string, info: object, name = 'shop-12'): void {
    const file = join(home, 'code', 'trajectories', 'ana', 'run-1', name, `${name}.traj`)
    const request = '<pr_description>\nThe total of the cart is wrong, see #12\n</pr_description>'
    const content = {
      trajectory: this.#steps,
      history: [
        { role: 'system', content: 'You are helpful', message_type: 'system_prompt' },
        { role: 'user', content: [{ type: 'text', text: request }], message_type: 'observation' },
      ],
      info: { model_stats: { api_calls: 3 }, swe_agent_version: '1.1.0', ...info },
      replay_config: JSON.stringify({ env: { repo: this.#repo }, agent: { model: { name: 'gpt-5' } } }),
      environment: 'swe_main',
    }
    save(file, content)
  }
}

/** A `.traj.json` of mini-swe-agent. */
export class Mini {
  readonly messages: object[] = [
    { role: 'system', content: 'You are helpful' },
    {
      role: 'user',
      content: 'Please solve this issue: The total of the cart is wrong\n\nYou can execute bash commands.',
    },
  ]
  #time = 1_775_802_000

  runs(command: string, output: string, returncode = 0, more: object = {}): this {
    const id = `call_${this.messages.length}`
    this.#time += 10
    this.messages.push({
      role: 'assistant',
      content: 'Next I do this.',
      extra: {
        actions: [{ command, tool_call_id: id }],
        cost: 0.01,
        timestamp: this.#time,
        response: { id: 'x' },
      },
    })
    this.messages.push({
      role: 'tool',
      tool_call_id: id,
      content: `<returncode>${returncode}</returncode>\n<output>\n${output}\n</output>`,
      extra: { raw_output: output, returncode, timestamp: this.#time + 1, exception_info: '', ...more },
    })
    return this
  }

  /** As written before version 2: the command in the text, the code in the answer's. */
  ranOld(command: string, output: string, returncode = 0): this {
    this.messages.push({ role: 'assistant', content: `THOUGHT: next\n\n\`\`\`bash\n${command}\n\`\`\`` })
    const content = `<returncode>${returncode}</returncode>\n<output>\n${output}\n</output>`
    this.messages.push({ role: 'user', content })
    return this
  }

  write(home: string, info: object, cwd: string = fixtureRoot): void {
    const file = join(home, 'code', 'trajectories', 'shop-12.traj.json')
    const config = { environment: { cwd }, model: { model_name: 'deepseek/deepseek-chat' } }
    save(file, {
      info: { model_stats: {}, config, mini_version: '2.2.7', ...info },
      messages: this.messages,
      trajectory_format: 'mini-swe-agent-1.1',
      instance_id: 'shop-12',
    })
  }
}

function save(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(content, null, 2))
}

/** The trajectories lie next to the repository. */
export const machine = (home: string) => ({ repositories: [join(home, 'code', 'shop')] })

function swe(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, info]: [why: string, build: (trajectory: Trajectory) => Trajectory, info?: object],
): Labelled {
  const submitted = { exit_status: 'submitted', submission: patchOf('shop/cart.py', 'a', 'b') }
  const write = (home: string) => build(new Trajectory()).write(home, info ?? submitted)
  return { agent: 'swe-agent', name, verdict, why, write, machine }
}

function mini(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, info]: [why: string, build: (run: Mini) => Mini, info?: object],
): Labelled {
  const submitted = { exit_status: 'Submitted', submission: patchOf('shop/cart.py', 'a', 'b') }
  const write = (home: string) => build(new Mini()).write(home, info ?? submitted)
  return { agent: 'mini-swe-agent', name, verdict, why, write, machine }
}

const failFirst = (trajectory: Trajectory) => trajectory.acts('pytest tests/test_cart.py', failing)

export const labelled: readonly Labelled[] = [
  swe('the test failed and passes now', 'passed', [
    'no exit code anywhere: the summary says so',
    (t) =>
      failFirst(t)
        .edits('shop/cart.py', 'a', 'b')
        .acts('pytest tests/test_cart.py', passing)
        .acts('submit', ''),
  ]),
  swe('submitted without a test', 'unknown', [
    'handing in a patch proves nothing',
    (t) =>
      failFirst(t)
        .edits('shop/cart.py', 'a', 'b')
        .acts('submit', patchOf('shop/cart.py', 'a', 'b')),
  ]),
  swe('submitted, with the test failing', 'failed', [
    'the last run says that one failed',
    (t) => t.edits('shop/cart.py', 'a', 'b').acts('pytest tests/test_cart.py', failing).acts('submit', ''),
  ]),
  swe('the edit did not fit', 'unknown', [
    'nothing was replaced and nothing was handed in',
    (t) =>
      t
        .edits(
          'shop/cart.py',
          'zz',
          'b',
          'No replacement was performed, old_str `zz` did not appear verbatim',
        )
        .acts('pytest', passing),
    { exit_status: 'exit_cost', submission: null },
  ]),
  swe('the shell changed the file after the test', 'unknown', [
    'the diff of the state grew after the run that passed',
    (t) =>
      t
        .edits('shop/cart.py', 'a', 'b')
        .acts('pytest', passing)
        .differs(patchOf('shop/cart.py', 'a', 'c'))
        .acts('python /tmp/mend.py', 'done'),
  ]),
  swe('output without a summary', 'unknown', [
    'the output is cut off before the summary',
    (t) => t.edits('shop/cart.py', 'a', 'b').acts('pytest', '..... <response clipped>'),
  ]),
  swe('only the patch tells of the change', 'unknown', [
    'no step shows the edit, so nobody knows whether the tests ran after it',
    (t) => t.acts('pytest', passing).acts('submit', ''),
  ]),
  mini('sed, then passing tests', 'passed', [
    'the file of the patch was written before the run that ended with 0',
    (m) =>
      m
        .runs('pytest tests/test_cart.py', failing, 1)
        .runs("sed -i 's/a/b/' shop/cart.py", '')
        .runs('pytest tests/test_cart.py', passing)
        .runs('echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && cat patch.txt', ''),
  ]),
  mini('submitted while the tests fail', 'failed', [
    'the last run ended with 1',
    (m) => m.runs("sed -i 's/a/b/' shop/cart.py", '').runs('pytest', failing, 1),
  ]),
  mini('a script writes the file after the tests', 'unknown', [
    'a program changed the file of the patch after the run that passed',
    (m) =>
      m
        .runs("sed -i 's/a/b/' shop/cart.py", '')
        .runs('pytest', passing)
        .runs("python - <<'EOF'\nfrom pathlib import Path\nPath('shop/cart.py').write_text('x')\nEOF", ''),
  ]),
  mini('a script from before is run after the tests', 'unknown', [
    'the script was written earlier, and changes the file of the patch when it runs',
    (m) =>
      m
        .runs(
          "cat > /tmp/mend.py <<'EOF'\np='shop/cart.py'\ns=open(p).read()\nopen(p, 'w').write(s)\nEOF",
          '',
        )
        .runs('python /tmp/mend.py', '')
        .runs('pytest', passing)
        .runs('python /tmp/mend.py', ''),
  ]),
  mini('tests that ran out of time', 'unknown', [
    'the run was killed: its code is none of the tests',
    (m) =>
      m
        .runs("sed -i 's/a/b/' shop/cart.py", '')
        .runs('pytest', '...', -1, { exception_info: 'TimeoutExpired: 60 seconds' }),
  ]),
  mini('limits ran out, edits stand in the commands', 'passed', [
    'nothing was handed in, but the file was written whole and the tests passed after that',
    (m) => m.runs("cat > shop/cart.py <<'EOF'\ndef total():\n    return 4\nEOF", '').runs('pytest', passing),
    { exit_status: 'LimitsExceeded', submission: '' },
  ]),
  mini('an old version with a piped test', 'unknown', [
    'the pipe hides the code, and the summary is cut off',
    (m) =>
      m
        .ranOld("sed -i 's/a/b/' shop/cart.py", '')
        .ranOld('pytest | head -3', '===== test session starts ====='),
  ]),
  mini('an old version, code only in the text', 'passed', [
    '<returncode>0</returncode> after the edit',
    (m) => m.ranOld("sed -i 's/a/b/' shop/cart.py", '').ranOld('npm test', 'fine'),
  ]),
]
