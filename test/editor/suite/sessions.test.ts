/** Past sessions in a real editor with a home of its own: found, chosen, imported, opened down to their source turn. */

import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import type { EditorTests } from '../suite-runner.ts'

const goal = 'Totals of the ledger are off by a cent when entries are negative'

export const tests: EditorTests = {
  'has a home folder of its own'() {
    assert.match(homedir(), /casebook-/)
  },

  async 'finds sessions of this repository, and imports none of them by itself'() {
    await ready()
    // The disk is looked at beside other work of the service.
    await until(async () => (await rows()).some(({ label }) => label === 'Claude Code'))
    const claude = (await rows()).find(({ label }) => label === 'Claude Code')
    assert.equal(claude?.description, 'off · 3 sessions · 3 new')
    assert.equal(claude?.icon, 'eye-closed')
    const codex = (await rows()).find(({ label }) => label === 'Codex')
    assert.equal(codex?.context, 'source;off;found;')
    assert.deepEqual((await casebook()).memory.state().access, 'ready')
    assert.equal(await imported(), 0)
  },

  async 'says what lies on another machine where the window is remote'() {
    const notes = (await rows()).filter(({ context }) => context === 'sources.note')
    assert.equal(notes.length, vscode.env.remoteName === undefined ? 0 : 1)
    if (notes[0] !== undefined) assert.match(notes[0].label, /Copilot Chat.*cannot be read from here/)
  },

  async 'imports what the person chose, and keeps the choice'() {
    const importing = vscode.commands.executeCommand('casebook.importSessions')
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return (await imported()) === 3
    })
    await importing
    await until(async () => {
      const claude = (await rows()).find(({ label }) => label === 'Claude Code')
      return /^watching · 3 sessions · last import 20\d\d-/.test(claude?.description ?? '')
    })
  },

  async 'lists sessions with their verdicts below the agent'() {
    const listed = await rows('Claude Code')
    assert.deepEqual(
      listed.map(({ icon }) => icon),
      ['history', 'error', 'pass'],
    )
    const passed = listed.find(({ label }) => label === goal)
    assert.match(passed?.description ?? '', /^1 passed · 20\d\d-/)
    assert.equal(passed?.context, 'session;sourced;')
  },

  async 'opens a session with links to its episodes and their source'() {
    const { root } = await ready()
    const reference = 'claude-code:passed'
    await vscode.commands.executeCommand('casebook.openSession', { root, reference, label: goal })
    const text = activeText()
    assert.match(text, /^# Session of claude-code\nclaude-code:passed\n/)
    assert.match(text, /^## passed, says tests · active$/m)
    const targets = (await links()).map(({ target }) => target?.path ?? '')
    assert.deepEqual(targets, ['casebook.openMemory', 'casebook.openSourceTurn'])
  },

  async 'opens the source turn from the page of the memory, as text and not as JSON'() {
    const { root } = await ready()
    const { sessions } = await list()
    const id = sessions.find(({ sessionId }) => sessionId === 'passed')?.episodes[0]
    await vscode.commands.executeCommand('casebook.openMemory', { root, id })
    assert.ok((await links()).some(({ target }) => target?.path === 'casebook.openSourceTurn'))
    await vscode.commands.executeCommand('casebook.openSourceTurn', { root, id })
    const text = activeText()
    assert.match(text, /^# Source turn of Claude Code\nFile: .*passed\.jsonl:\d+\n/)
    assert.ok(text.includes(`> ${goal}`))
    assert.match(text, /> \$ pytest tests/)
    const [link] = await links()
    assert.match(link?.target?.fragment ?? '', /^L\d+$/)
  },

  async 'stops watching, and watches again'() {
    const { root } = await ready()
    const codex = async () => (await rows()).find(({ label }) => label === 'Codex')?.icon
    await vscode.commands.executeCommand('casebook.unwatchSource', { root, agent: 'codex' })
    await until(async () => (await codex()) === 'eye-closed')
    await vscode.commands.executeCommand('casebook.watchSource', { root, agent: 'codex' })
    await until(async () => (await codex()) === 'eye')
  },
}

async function rows(...labels: string[]) {
  return await (await casebook()).sources.rows(...labels)
}

async function list() {
  const { root } = await ready()
  return await (await casebook()).memory.askSessions('list', [{}], { root })
}

async function imported(): Promise<number> {
  return (await list()).total
}

async function ready() {
  const { memory } = await casebook()
  await until(async () => memory.state().roots[0]?.lastRun != null)
  const [status] = memory.state().roots
  assert.ok(status)
  return status
}

function activeText(): string {
  return vscode.window.activeTextEditor?.document.getText() ?? ''
}

async function links(): Promise<vscode.DocumentLink[]> {
  const uri = vscode.window.activeTextEditor?.document.uri
  return await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', uri)
}

async function casebook(): Promise<CasebookExtension> {
  const extension = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(extension)
  return await extension.activate()
}

async function until(check: () => Promise<boolean>, limit = 10_000): Promise<void> {
  const end = Date.now() + limit
  while (!(await check())) {
    assert.ok(Date.now() < end, 'it did not happen in time')
    await wait(50)
  }
}
