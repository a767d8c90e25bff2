/** What other agents of a real editor get: tools of memory, a skill, hooks, and a way to start the command. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as vscode from 'vscode'
import { keepLaunch } from '../../../src/extension/agents/agent-launch.ts'
import { languageToolNames } from '../../../src/extension/agents/language-tools.ts'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import type { EditorTests } from '../suite-runner.ts'

export const tests: EditorTests = {
  async 'the tools of memory are there for every model, and say where they are written with #'() {
    await extension()
    const known = vscode.lm.tools.map(({ name }) => name)
    for (const name of languageToolNames) assert.ok(known.includes(name), `${name} is not among ${known}`)
  },

  async 'a tool answers from memory as quoted data'() {
    const { memory } = await extension()
    await until(() => memory.state().roots.length > 0)
    const root = memory.state().roots[0]?.root ?? ''
    await memory.ask('remember', [{ text: 'The walnut gate opens only after the fern has settled.' }], {
      root,
    })
    const text = await asked('casebook_recall', { text: 'walnut gate fern' })
    assert.match(text, /quoted data/)
    assert.match(text, /walnut gate opens/)
    const handle = /mem:[0-9A-Z]{26}/.exec(text)?.[0] ?? ''
    assert.match(await asked('casebook_open', { handle }), /fern has settled/)
  },

  async 'arguments that make no sense are told in words for the model'() {
    assert.match(await told('casebook_recall', { words: 'x' }), /no argument 'words'/)
    assert.match(await told('casebook_open', { handle: 'm7' }), /is no handle/)
  },

  async 'the agent plugin brings its skill and its hooks'() {
    await extension()
    const listed =
      await vscode.commands.executeCommand<{ uri: { path: string }; type: string }[]>(
        '_listExtensionPromptFiles',
      )
    const ours = listed.filter(({ uri }) => uri.path.includes('/media/plugin/'))
    const types = ours.map(({ type }) => type).sort()
    assert.deepEqual([...new Set(types)], ['hook', 'skill'], JSON.stringify(listed))
  },

  async 'hooks can start the command only while the person allows it'() {
    const { context } = await extension()
    const section = vscode.workspace.getConfiguration('casebook')
    const file = await keepLaunch(context)
    assert.equal(existsSync(file), false)
    await section.update('agentHooks', true, vscode.ConfigurationTarget.Global)
    await until(() => existsSync(file))
    const [node = '', entry = ''] = readFileSync(file, 'utf8').split('\n')
    assert.equal(node, process.execPath)
    assert.ok(existsSync(entry), entry)
    await section.update('agentHooks', undefined, vscode.ConfigurationTarget.Global)
    await until(() => !existsSync(file))
  },
}

async function asked(name: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined })
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('')
}

/** Some editors hand a failure on as an error, others as the content that their model reads. */
async function told(name: string, input: object): Promise<string> {
  return await asked(name, input).catch((error: unknown) => String(error))
}

async function extension() {
  const found = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(found)
  const api = await found.activate()
  const context = { extensionUri: found.extensionUri } as vscode.ExtensionContext
  return { memory: api.memory, context }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 50) {
    assert.ok(waited < 20_000, 'it did not come to pass in 20 seconds')
    await sleep(50)
  }
}
