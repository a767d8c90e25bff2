/** Sessions of Copilot Chat with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixtureRoot, type Labelled } from '../contract.ts'

interface Request {
  requestId: string
  timestamp: number
  message: { text: string; parts: object[] }
  response: object[]
  result: { metadata: { toolCallRounds: object[]; toolCallResults: Record<string, object> } }
  [more: string]: unknown
}

export const userFolder = (home: string) => join(home, '.config', 'Code', 'User')
const uri = (path: string) => ({ $mid: 1, path: join(fixtureRoot, path), scheme: 'file' })

/** Builds a session request by request, as the editor stores it. */
export class Chat {
  readonly requests: Request[] = []
  #time = Date.UTC(2026, 4, 1, 9)
  #calls = 0

  says(words: string, more: object = {}): this {
    this.#time += 60_000
    this.requests.push({
      requestId: `request_${this.requests.length + 1}`,
      timestamp: this.#time,
      message: { text: words, parts: [{ kind: 'text', text: words }] },
      variableData: { variables: [] },
      modelId: 'copilot/gpt-5',
      response: [],
      result: { metadata: { toolCallRounds: [], toolCallResults: {} } },
      modelState: { value: 1, completedAt: this.#time + 30_000 },
      ...more,
    })
    return this
  }

  get #request(): Request {
    const request = this.requests.at(-1)
    if (request === undefined) throw new Error('a request comes first')
    return request
  }

  with(more: object): this {
    Object.assign(this.#request, more)
    return this
  }

  part(part: object): this {
    this.#request.response.push(part)
    return this
  }

  answers(words: string): this {
    return this.part({ value: words, supportThemeIcons: false })
  }

  /** A tool as the person saw it and as the model called it; their ids differ, as in older versions. */
  tool(name: string, args: object, { result, ...shown }: { result: string; [shown: string]: unknown }): this {
    const id = `call_${++this.#calls}`
    const { toolCallRounds, toolCallResults } = this.#request.result.metadata
    toolCallRounds.push({
      response: '',
      toolCalls: [{ id: `${id}__vscode-${this.#calls}`, name, arguments: JSON.stringify(args) }],
    })
    const node = { type: 1, children: [{ type: 2, text: result }] }
    toolCallResults[`${id}__vscode-${this.#calls}`] = { content: [{ value: { node } }] }
    return this.part({
      kind: 'toolInvocationSerialized',
      toolId: name,
      toolCallId: `shown-${this.#calls}`,
      isComplete: true,
      isConfirmed: { type: 1 },
      ...shown,
    })
  }

  /** `exitCode` null: the editor knows none. */
  runs(command: string, output: string, exitCode: number | null = 0, more: object = {}): this {
    return this.tool(
      'run_in_terminal',
      { command, isBackground: false },
      {
        result: output,
        toolSpecificData: {
          kind: 'terminal',
          commandLine: { original: command },
          cwd: { path: fixtureRoot, scheme: 'file' },
          terminalCommandState: exitCode === null ? {} : { exitCode, duration: 900 },
          terminalCommandOutput: { text: output.replaceAll('\n', '\r\n'), lineCount: 3 },
        },
        ...more,
      },
    )
  }

  edits(path: string, oldString: string, newString: string, more: object = {}): this {
    const filePath = join(fixtureRoot, path)
    const result = `The following files were successfully edited:\n${filePath}`
    this.tool('replace_string_in_file', { filePath, oldString, newString }, { result, ...more })
    return this.group(path, newString)
  }

  group(path: string, words: string): this {
    const range = { startLineNumber: 3, startColumn: 1, endLineNumber: 3, endColumn: 12 }
    return this.part({
      kind: 'textEditGroup',
      uri: uri(path),
      edits: [[{ text: words, range }], []],
      done: true,
    })
  }

  tests(passed: number, failed: number, files: string[] = []): this {
    const args = { files: files.map((file) => join(fixtureRoot, file)) }
    return this.tool('runTests', args, { result: `<summary passed=${passed} failed=${failed} />\n` })
  }

  get state(): object {
    return {
      version: 3,
      sessionId: 'chat-1',
      creationDate: Date.UTC(2026, 4, 1, 9),
      customTitle: 'Fix the total',
      responderUsername: 'GitHub Copilot',
      initialLocation: 'panel',
      requests: this.requests,
      repoData: {
        workspaceType: 'remote-git',
        remoteUrl: 'https://example.com/ana/shop.git',
        localBranch: 'fix',
        localHeadCommit: 'a'.repeat(40),
      },
    }
  }

  /** The log as it grows: a first state, a request, its parts piece by piece, what came of it. */
  get log(): string[] {
    const entries: object[] = [{ kind: 0, v: { ...this.state, requests: [] } }]
    this.requests.forEach(({ response, result, ...request }, at) => {
      entries.push({ kind: 2, k: ['requests'], v: [{ ...request, response: [] }] })
      for (const [n, part] of response.entries()) {
        entries.push({ kind: 2, k: ['requests', at, 'response'], v: [{ ...part, isComplete: false }] })
        entries.push({ kind: 2, k: ['requests', at, 'response'], v: [part], i: n })
      }
      entries.push({ kind: 1, k: ['requests', at, 'result'], v: result })
    })
    return entries.map((entry) => JSON.stringify(entry))
  }

  write(home: string, format: 'jsonl' | 'json' = 'jsonl', id = 'chat-1'): void {
    const workspace = join(userFolder(home), 'workspaceStorage', 'a1b2c3')
    mkdirSync(join(workspace, 'chatSessions'), { recursive: true })
    writeFileSync(join(workspace, 'workspace.json'), JSON.stringify({ folder: `file://${fixtureRoot}` }))
    const content = format === 'json' ? JSON.stringify(this.state, null, 2) : `${this.log.join('\n')}\n`
    writeFileSync(join(workspace, 'chatSessions', `${id}.${format}`), content)
  }
}

export const failing =
  'E   assert 3 == 4\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n1 failed, 4 passed in 0.21s'
export const passing = '.....\n5 passed in 0.19s'

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build, format]: [why: string, build: (chat: Chat) => Chat, format?: 'json'],
): Labelled {
  return { agent: 'copilot-chat', name, verdict, why, write: (home) => build(new Chat()).write(home, format) }
}

export const fixTotal = (chat: Chat) =>
  chat
    .says('The total of the cart is wrong, see #12')
    .runs('pytest tests/test_cart.py', failing, 1)
    .edits('shop/cart.py', '    return price', '    return price * count')

export const labelled: readonly Labelled[] = [
  one('a repair that its test proves', 'passed', [
    'the same test failed before and passed after the edit',
    (c) => fixTotal(c).runs('pytest tests/test_cart.py', passing).answers('Done.'),
  ]),
  one('a repair in the old form of file', 'passed', [
    'the test passed after the edit',
    (c) => fixTotal(c).runs('pytest tests/test_cart.py', passing),
    'json',
  ]),
  one("the editor's own test runner passes", 'passed', [
    'its summary counts five that passed and none that failed, after the edit',
    (c) => fixTotal(c).tests(5, 0, ['tests/test_cart.py']),
  ]),
  one("the editor's own test runner fails", 'failed', [
    'its summary counts one that failed',
    (c) => fixTotal(c).tests(4, 1, ['tests/test_cart.py']),
  ]),
  one("the editor's own test runner found no test", 'unknown', [
    'no test ran',
    (c) => fixTotal(c).tests(0, 0, ['tests/test_cart.py']),
  ]),
  one('exit code only in the text', 'failed', [
    'the terminal kept no exit code, the text names 1',
    (c) =>
      fixTotal(c).runs('make check', 'building\nmake: *** [check] Error 1\nCommand exited with code 1', null),
  ]),
  one('no test after the last edit', 'unknown', [
    'a second edit followed the run that passed',
    (c) => fixTotal(c).runs('pytest', passing).says('Also the tax').edits('shop/cart.py', 'x', 'y'),
  ]),
  one('a piped run, cut off', 'unknown', [
    'the pipe hides the exit code and the summary is cut off',
    (c) => fixTotal(c).runs('pytest tests/test_cart.py | head -3', '===== test session starts =====\n...'),
  ]),
  one('output cut by the editor, exit code kept', 'passed', [
    'the exit code is that of the tests',
    (c) => fixTotal(c).runs('pytest tests/test_cart.py', '[... lines cut for persistence]\n...'),
  ]),
  one('a run in the background', 'unknown', [
    'the command was only started',
    (c) => fixTotal(c).runs('pytest tests/test_cart.py', 'Command is running in terminal with ID=3', null),
  ]),
  one('the person undid the edit afterwards', 'failed', [
    'the tests passed, but the edit was undone before the next request',
    (c) =>
      fixTotal(c)
        .runs('pytest', passing)
        .says('Why was it wrong?', { editedFileEvents: [{ uri: uri('shop/cart.py'), eventKind: 2 }] })
        .answers('The count was left out.'),
  ]),
  one('the person kept the edit', 'passed', [
    'the tests passed and the edit was kept',
    (c) =>
      fixTotal(c)
        .runs('pytest', passing)
        .says('Thanks', { editedFileEvents: [{ uri: uri('shop/cart.py'), eventKind: 1 }] })
        .answers('You are welcome.'),
  ]),
  one('the person went back to the checkpoint before', 'unknown', [
    'the request was taken back with its edit: nothing of it stands',
    (c) =>
      fixTotal(c)
        .runs('pytest', passing)
        .with({ shouldBeRemovedOnSend: { requestId: 'request_1' } }),
  ]),
  one('the edit failed to apply', 'unknown', [
    'nothing was changed, the tests passed anyway',
    (c) =>
      c
        .says('Fix the total')
        .tool(
          'replace_string_in_file',
          { filePath: join(fixtureRoot, 'shop/cart.py'), oldString: 'a', newString: 'b' },
          { result: 'ERROR while calling tool: Could not find matching text to replace' },
        )
        .runs('pytest', passing),
  ]),
  one('a refused run of the tests', 'unknown', [
    'the person did not let the tests run',
    (c) => fixTotal(c).runs('pytest tests/test_cart.py', '', null, { isConfirmed: { type: 0 } }),
  ]),
  one('a stopped request, tools known by what was shown', 'failed', [
    'the run that was shown ended with 1; the model-level calls were not kept',
    (c) => {
      c.says('Fix the total').group('shop/cart.py', 'return price * count').runs('pytest', failing, 1)
      return c.with({ result: { metadata: {} }, modelState: { value: 2 } })
    },
  ]),
  one('the person undid the edits of another file', 'passed', [
    'the work never touched the file that was undone',
    (c) =>
      fixTotal(c)
        .runs('pytest', passing)
        .says('And why so?', { editedFileEvents: [{ uri: uri('shop/mail.py'), eventKind: 2 }] })
        .answers('The count was left out.'),
  ]),
  one('a vote against an answer that the tests prove', 'passed', [
    'the tests passed after the edit, and nothing was taken back',
    (c) => fixTotal(c).runs('pytest', passing).with({ vote: 0 }),
  ]),
  one('a vote against an answer that nothing proves', 'failed', [
    'no test ran, and the person turned the answer down',
    (c) => fixTotal(c).with({ vote: 0 }),
  ]),
]
