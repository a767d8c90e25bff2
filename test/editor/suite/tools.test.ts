/** The tools of a real editor: kept in the store, found, run as the editor runs them, and there again after a reload. */

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { addTools, newTurn } from '../../../src/agent/toolbox/session.ts'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import { ChatTools } from '../../../src/extension/tools/chat-tools.ts'
import { editorTools, runEditorTool } from '../../../src/extension/tools/editor-tools.ts'
import { openToolRunner } from '../../../src/extension/tools/tool-runner.ts'
import { windowToolMemory } from '../../../src/extension/tools/window-tool-memory.ts'
import type { EditorTests } from '../suite-runner.ts'

export const tests: EditorTests = {
  async 'the tools of the editor are in the store, and asking again costs nothing'() {
    const { tools } = await extension()
    const chats = await tools.open()
    await inStep(chats)
    const listed = editorTools()
    assert.ok(listed.length > 0, 'the editor has tools of its own')
    const documents = await chats.store.documents(listed.map(({ name }) => name))
    assert.deepEqual(
      documents.map(({ origin }) => origin),
      listed.map(({ name }) => name),
    )
    assert.ok(documents.every(({ sha }) => /^[0-9a-f]{64}$/.test(sha)))
    const own = await chats.store.documents(['casebook_recall'])
    assert.equal(own[0]?.server, 'casebook')
  },

  async 'a tool of a real MCP server is listed as of its server, found by search, and run'() {
    const { memory } = await extension()
    const name = await toolOfServer('casebook_locate')
    const [listed] = editorTools(() => false).filter((tool) => tool.name === name)
    assert.equal(listed?.server, 'mcp-casebook')
    const chats = withAllTools(memory)
    await chats.sync()
    const found = await chats.store.search(['which files must change for an issue'], { k: 5 })
    assert.ok(found.some((tool) => tool.name === name || tool.name === 'casebook_locate'))
    const runner = openToolRunner({
      store: chats.store,
      own: null,
      runEditorTool: (call, signal) => runEditorTool(call, { token: undefined }, signal),
    })
    const call = { id: '1', name, arguments: { text: 'posting an unbalanced entry raises no error' } }
    const { content, ok } = await runner.run(call)
    assert.ok(ok, content)
    assert.match(content, /ledger\//)
  },

  async 'what fails is a result for the model, and a stop is a stop'() {
    const missing = await runEditorTool({ name: 'no_such_tool', input: {} }, { token: undefined })
    assert.deepEqual([missing.ok, /not there at the moment/.test(missing.content)], [false, true])
    const name = await toolOfServer('casebook_locate')
    const bad = await runEditorTool({ name, input: 'text' }, { token: undefined })
    assert.match(bad.content, /one JSON object/)
    const stop = new AbortController()
    stop.abort(new Error('stopped by the person'))
    await assert.rejects(
      runEditorTool({ name, input: { issue: 'x' } }, { token: undefined }, stop.signal),
      /stopped by the person/,
    )
  },

  async 'a chat has its set again when the window comes back: another window memory reads the same'() {
    const { memory, tools } = await extension()
    const chats = await tools.open()
    const chat = randomUUID()
    const changes: string[] = []
    const listening = tools.onDidChange((id) => void changes.push(id))
    await chats.inTurn(chat, async (session) => {
      session.turns.push(newTurn(Date.now()))
      session.messages.push({ role: 'user', content: 'What do you know of rounding?' })
      addTools(session, ['casebook_recall', 'casebook_locate'], 'found for rounding')
      await chats.shelf.save(session)
    })
    await vscode.commands.executeCommand('casebook.pinTool', chat, 'casebook_recall')
    await vscode.commands.executeCommand('casebook.banTool', chat, 'casebook_locate')
    await vscode.commands.executeCommand('casebook.toolMode', chat, 'autonomous')
    listening.dispose()
    assert.ok(changes.length >= 3 && changes.every((id) => id === chat))
    const again = withAllTools(memory)
    const report = await again.report(chat)
    assert.deepEqual(
      report.active.map(({ name, pinned, why }) => [name, pinned, why]),
      [['casebook_recall', true, 'found for rounding']],
    )
    assert.deepEqual([report.banned, report.mode], [['casebook_locate'], 'autonomous'])
    assert.equal(report.title, 'What do you know of rounding?')
    await vscode.commands.executeCommand('casebook.toolMode', chat, 'auto')
    assert.equal((await again.report(chat)).mode, null)
    await exports(chat)
  },
}

/** While the window starts, tools come and go; then there is nothing to tell the store. */
async function inStep(chats: ChatTools): Promise<void> {
  for (let quiet = 0, asked = 0; quiet < 5; asked++) {
    assert.ok(asked < 100, 'the list of tools never rests')
    quiet = (await chats.sync()) === null ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** As JSON and as a table, by the end of the file's name. */
async function exports(chat: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-tools-'))
  try {
    for (const name of ['tools.json', 'tools.csv']) {
      const file = join(folder, name)
      await vscode.commands.executeCommand('casebook.exportToolMetrics', chat, vscode.Uri.file(file))
      assert.ok(existsSync(file))
    }
    const kept = JSON.parse(readFileSync(join(folder, 'tools.json'), 'utf8'))
    assert.equal(kept.metrics.added, 2)
    assert.match(readFileSync(join(folder, 'tools.csv'), 'utf8'), /^turn,at,added,removed/)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function extension(): Promise<CasebookExtension> {
  const found = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(found)
  const casebook = await found.activate()
  for (let n = 0; n < 200 && casebook.memory.state().roots.length === 0; n++)
    await new Promise((resolve) => setTimeout(resolve, 100))
  return casebook
}

/** All tools of the editor, those of Casebook's own server included. */
function withAllTools(memory: CasebookExtension['memory']): ChatTools {
  return new ChatTools({
    kept: windowToolMemory(memory),
    list: () => editorTools(() => false),
    onTrouble: (error) => {
      throw error
    },
  })
}

/** Starts the MCP servers of the editor, ours among them, and waits for the editor's name of a tool. */
async function toolOfServer(tool: string): Promise<string> {
  const name = `mcp_casebook_${tool}`
  const start = { autoTrustChanges: true, waitForLiveTools: true }
  await vscode.commands.executeCommand('workbench.mcp.startServer', '*', start)
  for (let n = 0; n < 150; n++) {
    if (vscode.lm.tools.some((one) => one.name === name)) return name
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the editor lists no ${name}: ${vscode.lm.tools.map((one) => one.name).join(', ')}`)
}
