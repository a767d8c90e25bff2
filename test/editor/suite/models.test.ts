/** The person's own endpoint among the models of a real editor, and models of the editor as ours. */

import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import { tellingOfCap } from '../../../src/extension/models/cap-notice.ts'
import { editorModel } from '../../../src/extension/models/editor-model.ts'
import { metered } from '../../../src/llm/metered.ts'
import { answering, type ChatModel, complete, type ModelRequest } from '../../../src/llm/model.ts'
import type { Script } from '../../../src/llm/scripted.ts'
import { type ScriptedServer, sendError, startScriptedServer } from '../../../src/llm/scripted-server.ts'
import { UserError } from '../../../src/memory/ports.ts'
import type { EditorTests } from '../suite-runner.ts'

const always = Number.POSITIVE_INFINITY

export const tests: EditorTests = {
  async 'offers nothing as long as no endpoint is set'() {
    assert.deepEqual(await offered(), [])
    assert.equal(await (await own()).endpoint(), null)
  },

  async 'offers the endpoint that is set, and asks it nothing for that'() {
    await withEndpoint([], async (server) => {
      const [model, ...more] = await offered()
      assert.ok(model)
      assert.equal(more.length, 0)
      assert.equal(model.name, 'scripted')
      assert.equal(model.maxInputTokens, 24_576)
      await set('contextTokens', 8_000)
      await until(async () => (await offered())[0]?.maxInputTokens === 6_000)
      await set('contextTokens', undefined)
      assert.equal(server.requests.length, 0)
    })
  },

  async 'an answer comes word by word, and the system text goes first, in its frame'() {
    await withEndpoint([{ reply: { content: 'one two three four five', pause: 40 } }], async (server) => {
      const pieces: string[] = []
      const reply = await complete(await theirs(), question, { onText: (text) => pieces.push(text) })
      assert.equal(reply.text, 'one two three four five')
      assert.ok(pieces.length > 1, `${pieces.length} pieces`)
      assert.equal(reply.finish, 'stop')
      assert.ok((reply.usage?.inputTokens ?? 0) > 0)
      const messages = server.requests[0]?.body.messages ?? []
      assert.match(
        JSON.stringify(messages[0]),
        /"role":"user".*<instructions>\\nBe short\.\\n<\/instructions>/,
      )
      assert.match(JSON.stringify(messages[1]), /Count/)
    })
  },

  async 'a tool call comes with its arguments, and its result is told with the id of the call'() {
    const script: Script = [
      { reply: { content: 'I add.', tool_calls: [{ name: 'add', arguments: { a: 1, b: 2 } }] } },
      { reply: 'It is three.' },
    ]
    await withEndpoint(script, async (server) => {
      const model = await theirs()
      const tools = [{ name: 'add', description: 'Adds.', schema: { type: 'object', properties: {} } }]
      const first = await complete(model, { ...question, tools, toolChoice: 'required' })
      assert.equal(first.text, 'I add.')
      assert.equal(first.finish, 'calls')
      const [call] = first.calls
      assert.ok(call)
      assert.deepEqual([call.name, call.arguments], ['add', { a: 1, b: 2 }])
      assert.equal(server.requests[0]?.body.tool_choice, 'required')

      const second = await complete(model, {
        ...question,
        tools,
        messages: [
          ...question.messages,
          { role: 'assistant', content: first.text, calls: first.calls },
          { role: 'tool', callId: call.id, name: 'add', content: '3' },
        ],
      })
      assert.equal(second.text, 'It is three.')
      const [asked, result] = server.requests[1]?.body.messages.slice(-2) ?? []
      assert.match(JSON.stringify(asked), /"tool_calls":\[.*"name":"add"/)
      assert.deepEqual(result, { role: 'tool', tool_call_id: call.id, content: '3' })
    })
  },

  async 'an abort ends the request at once, also in the middle of an answer'() {
    await withEndpoint([{ reply: { content: 'one two three four', pause: 5_000 } }], async (server) => {
      const abort = new AbortController()
      const reason = new Error('enough')
      const began = performance.now()
      const onText = () => abort.abort(reason)
      const answer = complete(await theirs(), question, { onText, signal: abort.signal })
      await assert.rejects(answer, reason)
      assert.ok(performance.now() - began < 4_000)
      await until(() => server.requests[0]?.outcome === 'left')
    })
  },

  async 'a failure of the server reaches whoever asks, in words that help'() {
    await withEndpoint([], async (server) => {
      server.misbehave = (_received, response) => {
        sendError(response, 401, 'Incorrect API key provided')
        return true
      }
      const failure = await complete(await theirs(), question).catch((error: unknown) => error)
      assert.ok(failure instanceof UserError)
      assert.match(failure.message, /Incorrect API key provided/)
      assert.match(`${failure.message} ${failure.remedy}`, /Set Model Key/)
    })
  },

  async 'an image is refused in words, before anything is sent'() {
    await withEndpoint([{ reply: 'What?', times: always }], async (server) => {
      const [model] = await offered()
      const { LanguageModelDataPart: DataPart } = vscode as unknown as {
        LanguageModelDataPart?: { image(data: Uint8Array, mime: string): vscode.LanguageModelTextPart }
      }
      assert.ok(model)
      assert.ok(DataPart)
      const image = DataPart.image(pixel, 'image/png')
      const message = vscode.LanguageModelChatMessage.User([new vscode.LanguageModelTextPart('Look'), image])
      const asked = (async () => {
        const response = await model.sendRequest([message])
        for await (const _ of response.text);
      })()
      await assert.rejects(asked, /takes text only.*image\/png/)
      assert.equal(server.requests.length, 0)
    })
  },

  async 'a model on this machine is not remote; what others offer is'() {
    await withEndpoint([], async () => {
      const [model] = await offered()
      assert.ok(model)
      assert.equal(editorModel(model).remote, false)
      await set('baseUrl', 'https://models.example.com/v1')
      assert.equal(editorModel(model).remote, true)
    })
  },

  async 'every call is in the book, with what it took, and the page shows it'() {
    await withEndpoint([{ reply: 'Good.' }], async () => {
      const { ledger } = await own()
      const before = await (await ledger()).day()
      await complete(await theirs(), question)
      const book = await ledger()
      assert.equal((await book.day()).calls, before.calls + 1)
      const [entry] = await book.entries({ limit: 1 })
      assert.ok(entry)
      const { purpose, model, remote, background, outcome, estimated, dollars } = entry
      assert.match(model, /^scripted@127\.0\.0\.1:\d+$/)
      assert.deepEqual(
        { purpose, remote, background, outcome, estimated, dollars },
        {
          purpose: 'chat',
          remote: false,
          background: false,
          outcome: 'answered',
          estimated: false,
          dollars: 0,
        },
      )
      await vscode.commands.executeCommand('casebook.modelLedger')
      const text = vscode.window.activeTextEditor?.document.getText() ?? ''
      assert.match(text, /In the background: 0 of 200,000 tokens a day/)
      assert.ok(text.includes(model))
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor')
    })
  },

  async 'the cap stops what nobody waits for before it is sent, and nothing else'() {
    await withEndpoint([{ reply: 'Good.' }], async (server) => {
      await set('dailyBackgroundTokens', 3)
      const { endpoint } = await own()
      const [quiet, asked] = await Promise.all([endpoint({ background: true }), endpoint()])
      assert.ok(quiet && asked)
      await assert.rejects(complete(quiet, question), /reached its daily cap/)
      assert.equal(server.requests.length, 0)
      assert.equal((await complete(asked, question)).text, 'Good.')
      await set('dailyBackgroundTokens', undefined)
    })
  },

  async 'what the cap stopped is told; what the model itself refused is not the cap'() {
    const told: string[] = []
    const { ledger } = await own()
    const book = await ledger()
    const price = { input: 0, output: 0 }
    const silent = { info() {}, warn() {}, error() {} }
    const withCap = (dailyTokenCap: number, model: ChatModel) =>
      tellingOfCap(
        model,
        (inner) => metered(inner, book, { root: null, background: true, price, dailyTokenCap, log: silent }),
        ({ message }) => told.push(message),
      )
    const refusing = answering({ id: 'no@here' }, () => Promise.reject(new UserError('I will not.', '')))
    await assert.rejects(complete(withCap(1_000_000, refusing), question), /I will not/)
    assert.deepEqual(told, [])
    await assert.rejects(complete(withCap(3, refusing), question), /daily cap/)
    assert.equal(told.length, 1)
  },

  async 'a model that is gone is said to be gone'() {
    let model: ChatModel | undefined
    await withEndpoint([], async () => {
      model = await theirs()
    })
    assert.ok(model)
    await until(async () => (await offered()).length === 0)
    const failure = await complete(model, question).catch((error: unknown) => error)
    assert.ok(failure instanceof UserError)
    assert.match(failure.message, /does not offer the model scripted any more/)
    assert.match(failure.remedy, /Choose Model/)
  },

  async 'the model that Casebook works with is the one that was chosen'() {
    await withEndpoint([], async () => {
      const models = await own()
      assert.match((await models.chosen())?.id ?? '', /^scripted@127\.0\.0\.1:/)
      await set('use', 'editor:nobody/lost')
      await assert.rejects(models.chosen(), /does not offer the model lost/)
      await set('use', undefined)
    })
  },
}

/** A picture of one red pixel: the editor reads what is attached. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
)

const question: ModelRequest = {
  purpose: 'test',
  system: 'Be short.',
  messages: [{ role: 'user', content: 'Count.' }],
}

async function own() {
  const extension = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(extension)
  return (await extension.activate()).models
}

async function offered(): Promise<vscode.LanguageModelChat[]> {
  return await vscode.lm.selectChatModels({ vendor: 'casebook' })
}

/** Our endpoint as any extension would ask it. */
async function theirs() {
  const [model] = await offered()
  assert.ok(model)
  return editorModel(model)
}

/** A server that answers by the script is set up, and not any more afterwards. */
async function withEndpoint(script: Script, work: (server: ScriptedServer) => Promise<void>): Promise<void> {
  const server = await startScriptedServer(script)
  try {
    await set('baseUrl', server.baseUrl)
    await set('model', 'scripted')
    await until(async () => (await offered()).length === 1)
    await work(server)
  } finally {
    await set('baseUrl', undefined)
    await set('model', undefined)
    await server.close()
  }
}

async function set(name: string, value: unknown): Promise<void> {
  const section = vscode.workspace.getConfiguration('casebook.model')
  await section.update(name, value, vscode.ConfigurationTarget.Global)
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await check())) {
    assert.ok(Date.now() < end, 'it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
