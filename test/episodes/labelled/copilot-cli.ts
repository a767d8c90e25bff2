/** Sessions of the GitHub Copilot CLI with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

/** Writes a log event by event, as the program does. */
export class EventLog {
  readonly lines: string[] = []
  #time = Date.UTC(2026, 6, 3, 10)
  #last: string | null = null
  #calls = 0

  constructor(context: object = {}) {
    const usual = { cwd: fixtureRoot, gitRoot: fixtureRoot, repository: 'ana/shop', hostType: 'github' }
    this.event('session.start', {
      sessionId: 'c1',
      copilotVersion: '1.0.80',
      producer: 'copilot-agent',
      selectedModel: 'claude-sonnet',
      context: { ...usual, branch: 'fix', headCommit: '2'.repeat(40), ...context },
    })
  }

  /** Id of the newest event. */
  get last(): string {
    return this.#last ?? ''
  }

  event(type: string, data: object, more: object = {}): this {
    this.#time += 4_000
    const id = `e${this.lines.length + 1}`
    const timestamp = new Date(this.#time).toISOString()
    this.lines.push(JSON.stringify({ type, data, id, parentId: this.#last, timestamp, ...more }))
    this.#last = id
    return this
  }

  says(content: string, more: object = {}): this {
    return this.event('user.message', { content, attachments: [], agentMode: 'interactive', ...more })
  }

  answers(content: string): this {
    return this.event('assistant.message', { messageId: 'm', content, toolRequests: [] })
  }

  /** `result.more`: further fields of the end, an error for instance. */
  calls(
    toolName: string,
    args: unknown,
    result: { content: string; success?: boolean; detailedContent?: string; more?: object } | null,
    more: object = {},
  ): this {
    const toolCallId = `call_${++this.#calls}`
    const request = { toolCallId, name: toolName, arguments: args }
    this.event('assistant.message', { messageId: 'm', content: '', toolRequests: [request] })
    this.event('tool.execution_start', { toolCallId, toolName, arguments: args, ...more })
    if (result === null) return this
    const { content, success = true, detailedContent } = result
    return this.event('tool.execution_complete', {
      toolCallId,
      success,
      result: { content, ...(detailedContent !== undefined && { detailedContent }) },
      toolTelemetry: {},
      ...result.more,
    })
  }

  runs(command: string, printed: string, exitCode: number | null = 0): this {
    const end = exitCode === null ? '' : `\n<exited with exit code ${exitCode}>`
    return this.calls('bash', { command, description: 'Run it' }, { content: `${printed}${end}` })
  }

  edits(path: string, before = 'a', after = 'b'): this {
    const file = join(fixtureRoot, path)
    return this.calls(
      'edit',
      { path: file, old_str: before, new_str: after },
      {
        content: `File ${file} updated with changes.`,
        detailedContent: `\ndiff --git a${file} b${file}\nindex 0000000..0000000 100644\n--- a${file}\n+++ b${file}\n@@ -3,1 +3,1 @@\n-${before}\n+${after}\n`,
      },
    )
  }

  write(home: string, name = 'c1'): void {
    const file = join(home, '.copilot', 'session-state', name, 'events.jsonl')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${this.lines.join('\n')}\n`)
    writeFileSync(join(dirname(file), 'workspace.yaml'), `id: ${name}\ncwd: ${fixtureRoot}\nsummary: x\n`)
  }
}

/** A session of the first versions. */
export function writeLegacy(home: string, session: object, name = 'session_old_1759600000000'): void {
  const file = join(home, '.copilot', 'history-session-state', `${name}.json`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(session, null, 2))
}

export function legacyCall(callId: string, name: string, args: object, result: object): object[] {
  const timestamp = `2025-10-04T05:3${callId.length}:00.000Z`
  const call = { callId, name, toolTitle: name, intentionSummary: '', arguments: args }
  return [
    { type: 'tool_call_requested', id: `${callId}r`, timestamp, ...call },
    { type: 'tool_call_completed', id: `${callId}c`, timestamp, ...call, result },
  ]
}

export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'
export const legacyContext = {
  role: 'system',
  content: `<environment_context>\n* Operating System: Linux\n* Current working directory: ${fixtureRoot}\n</environment_context>`,
}

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [why: string, build: (log: EventLog) => EventLog],
): Labelled {
  return { agent: 'copilot-cli', name, verdict, why, write: (home) => build(new EventLog()).write(home) }
}

function legacy(name: string, verdict: Labelled['verdict'], why: string, session: object): Labelled {
  return { agent: 'copilot-cli', name, verdict, why, write: (home) => writeLegacy(home, session) }
}

const begun = (log: EventLog) =>
  log.says('The total of the cart is wrong, see #12').runs('pytest tests/test_cart.py', failing, 1)
const fixed = (log: EventLog) => begun(log).edits('shop/cart.py')
const oldUser = { type: 'user', id: 'u', timestamp: '2025-10-04T05:30:00.000Z', text: 'Fix the total' }
const oldEdit = legacyCall(
  'aa',
  'str_replace_editor',
  { command: 'str_replace', path: `${fixtureRoot}/shop/cart.py`, old_str: 'a', new_str: 'b' },
  { type: 'success', log: '@@ -1,1 +1,1 @@\n-a\n+b' },
)

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit, with exit codes in the text',
    (l) => fixed(l).runs('cd /home/ana/shop && pytest tests/test_cart.py', passing).answers('Done.'),
  ]),
  one('the shell says success, the text says 1', 'failed', [
    'the exit code in the text is that of the tests',
    (l) => fixed(l).runs('pytest tests/test_cart.py', failing, 1),
  ]),
  one('the program says that the task is complete, without a test', 'unknown', [
    'a word of the agent is no proof',
    (l) =>
      fixed(l).event('session.task_complete', { success: true, outcome: 'completed', summary: 'All fixed' }),
  ]),
  one('no test after the last edit', 'unknown', [
    'a second edit followed the run that passed',
    (l) => fixed(l).runs('pytest tests/test_cart.py', passing).edits('shop/cart.py', 'b', 'c'),
  ]),
  one('a run that was left in the background', 'unknown', [
    'nothing tells how it ended',
    (l) =>
      fixed(l).calls(
        'bash',
        { command: 'pytest tests/test_cart.py', mode: 'async', shellId: 't' },
        { content: '<command started in background with shellId: t>' },
      ),
  ]),
  one('a run whose end was read later', 'passed', [
    'the look at the shell shows the passing end of the run',
    (l) =>
      fixed(l)
        .calls(
          'bash',
          { command: 'pytest tests/test_cart.py', mode: 'async', shellId: 't' },
          { content: '<command started in background with shellId: t>' },
        )
        .calls('read_bash', { shellId: 't', delay: 5 }, { content: `${passing}\n<exited with exit code 0>` }),
  ]),
  one('an output that was too large', 'unknown', [
    'neither exit code nor summary are left',
    (l) =>
      fixed(l).runs(
        'pytest tests/test_cart.py',
        'Output too large to read at once (86.7 KB). Saved to: /tmp/out.txt',
        null,
      ),
  ]),
  one('an edit that was refused, then another one', 'passed', [
    'the refused edit was never made; the second one is proven',
    (l) =>
      begun(l)
        .calls(
          'edit',
          { path: `${fixtureRoot}/shop/cart.py`, old_str: 'a', new_str: 'x' },
          { content: '', success: false, more: { error: { message: 'The user rejected this tool call.' } } },
        )
        .edits('shop/cart.py')
        .runs('pytest tests/test_cart.py', passing),
  ]),
  one('all tests and a linter that fails', 'failed', [
    'the check after the last edit failed',
    (l) => fixed(l).runs('pytest', passing).runs('ruff check .', 'Found 1 error.', 1),
  ]),
  one('piped through tail, failing', 'failed', [
    'the pipe hides the exit code, the summary says that one failed',
    (l) => fixed(l).runs('pytest tests/test_cart.py 2>&1 | tail -5', failing),
  ]),
  legacy('an old timeline with a passing run', 'passed', 'exit code 0 after the edit', {
    sessionId: 'old',
    startTime: '2025-10-04T05:30:00.000Z',
    chatMessages: [legacyContext],
    timeline: [
      oldUser,
      ...oldEdit,
      ...legacyCall(
        'bbb',
        'bash',
        { command: 'pytest tests/test_cart.py' },
        { type: 'success', log: `${passing}\n<exited with exit code 0>` },
      ),
    ],
  }),
  legacy('old messages without a timeline', 'failed', 'exit code 1 in the text of the last run', {
    sessionId: 'old',
    chatMessages: [
      legacyContext,
      { role: 'user', content: 'Fix the total' },
      {
        role: 'assistant',
        content: 'I fix it.',
        tool_calls: [
          {
            id: 'a',
            type: 'function',
            function: {
              name: 'create',
              arguments: JSON.stringify({ path: `${fixtureRoot}/shop/cart.py`, file_text: 'total = 4\n' }),
            },
          },
          {
            id: 'b',
            type: 'function',
            function: { name: 'bash', arguments: '{"command":"pytest tests/test_cart.py"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'Created' },
      { role: 'tool', tool_call_id: 'b', content: `${failing}\n<exited with exit code 1>` },
    ],
    timeline: [],
  }),
]
