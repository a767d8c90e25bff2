/** The MCP server that a real editor is offered: started as it would start it, it answers. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as vscode from 'vscode'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import type { EditorTests } from '../suite-runner.ts'

export const tests: EditorTests = {
  async 'offers a server for the folder, which reads only'() {
    const [definition, ...more] = (await offer()).definitions()
    assert.ok(definition)
    assert.equal(more.length, 0)
    assert.equal(definition.label, 'Casebook')
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''
    assert.deepEqual(definition.args.slice(1), ['--repo', folder])
    assert.deepEqual(definition.env, { ELECTRON_RUN_AS_NODE: '1' })
  },

  async 'the server starts with the program of the editor and lists its tools'() {
    const { definitions, resolved } = await offer()
    const [definition] = definitions()
    assert.ok(definition)
    const { command, args, env } = await resolved(definition)
    const set = Object.entries(env).filter(([, value]) => value !== null)
    const child = spawn(command, args, {
      env: { ...process.env, ...Object.fromEntries(set) } as NodeJS.ProcessEnv,
    })
    try {
      child.stdin.write(`${messages.map((message) => JSON.stringify(message)).join('\n')}\n`)
      let text = ''
      while (text.split('\n').length < 3) {
        const [chunk] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(15_000) })
        text += String(chunk)
      }
      assert.match(text, /"name":"casebook_recall"/)
      assert.doesNotMatch(text, /casebook_remember/)
    } finally {
      child.kill('SIGKILL')
    }
  },
}

async function offer() {
  const extension = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(extension)
  return (await extension.activate()).mcp
}

const messages = [
  {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 1, method: 'tools/list' },
]
