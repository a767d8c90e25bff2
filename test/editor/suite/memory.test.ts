/** The window's memory in a real editor: opened, filled, searched, kept fresh, and back after a crash. */

import assert from 'node:assert/strict'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import type { SearchReply } from '../../../src/protocol.ts'
import type { EditorTests } from '../suite-runner.ts'

const encoder = new TextEncoder()

export const tests: EditorTests = {
  async 'activates within 50 ms'() {
    const { activationMilliseconds } = await casebook()
    assert.ok(activationMilliseconds < 50, `${activationMilliseconds.toFixed(1)} ms`)
  },

  async 'registers every command that it offers'() {
    await casebook()
    const known = new Set(await vscode.commands.getCommands(true))
    const offered: { command: string }[] = manifest().contributes.commands
    assert.deepEqual(
      offered.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    )
  },

  async 'indexes the workspace by itself'() {
    const status = await idle()
    assert.ok(status.indexedFiles >= 5, `${status.indexedFiles} files`)
    assert.equal(status.indexedFiles, status.files)
    assert.ok(status.symbols > 5)
    assert.equal(status.commits, 1)
    assert.ok(status.languages.some(({ language }) => language === 'python'))
  },

  async 'finds the file that a question is about, with the reason'() {
    const reply = await search("banker's rounding of a fraction")
    const [first] = reply.hits
    assert.ok(first?.type === 'chunk')
    assert.equal(first.path, 'ledger/money.py')
    assert.match(first.name, /round_half_even/)
    assert.ok(first.explain.some(({ contribution }) => contribution > 0))
    assert.equal(reply.coverage, 1)
  },

  async 'says that nothing was found instead of padding'() {
    const reply = await search('zyzzyva_quux_frobnicator')
    assert.deepEqual(reply.hits, [])
    assert.ok(reply.nothingFound)
  },

  async 'makes a save searchable within 150 ms'() {
    const document = await vscode.workspace.openTextDocument(file('ledger/money.py'))
    await vscode.window.showTextDocument(document)
    const times: number[] = []
    for (const round of [1, 2, 3, 4, 5]) {
      const name = `settle_overdraft_${'abcde'[round - 1]}`
      const edit = new vscode.WorkspaceEdit()
      edit.insert(
        document.uri,
        new vscode.Position(document.lineCount, 0),
        `\n\ndef ${name}():\n    return ${round}\n`,
      )
      await vscode.workspace.applyEdit(edit)
      const began = performance.now()
      await document.save()
      await until(async () =>
        (await search(name)).hits.some((hit) => hit.type === 'chunk' && hit.name.includes(name)),
      )
      times.push(performance.now() - began)
    }
    assert.ok(Math.min(...times) < 150 * load(), times.map((time) => time.toFixed(0)).join(', '))
  },

  async 'learns of files that come and go on disk'() {
    const uri = file('ledger/taxes.py')
    await vscode.workspace.fs.writeFile(
      uri,
      encoder.encode('def withhold_levy(amount):\n    return amount\n'),
    )
    const found = async () =>
      (await search('withhold_levy')).hits.some(
        (hit) => hit.type === 'chunk' && hit.path === 'ledger/taxes.py',
      )
    await until(found)
    await vscode.workspace.fs.delete(uri)
    await until(async () => !(await found()))
  },

  async 'opens a result at its lines'() {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    await vscode.commands.executeCommand('casebook.search', 'UnbalancedEntryError')
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return vscode.window.activeTextEditor?.document.uri.path.endsWith('ledger/journal.py') === true
    })
    const line = vscode.window.activeTextEditor?.selection.active.line ?? -1
    const { document } = vscode.window.activeTextEditor ?? assert.fail('no editor')
    assert.match(document.getText(new vscode.Range(line, 0, line + 30, 0)), /UnbalancedEntryError/)
  },

  async 'finds the files for an issue'() {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    const located = vscode.commands.executeCommand(
      'casebook.locate',
      'Posting an entry that does not sum to zero is kept in the journal',
    )
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return vscode.window.activeTextEditor !== undefined
    })
    await located
    assert.match(vscode.window.activeTextEditor?.document.uri.path ?? '', /ledger\/journal\.py$/)
  },

  async 'shows its health, a commit and the excluded files as pages'() {
    const { memory } = await casebook()
    await idle()
    const [status] = memory.state().roots
    assert.ok(status?.head)
    await vscode.commands.executeCommand('casebook.health')
    assert.match(await activeText(), /# Casebook Health[\s\S]+Network requests: +0/)
    await vscode.commands.executeCommand('casebook.examineCommit', { root: status.root, sha: status.head })
    assert.match(await activeText(), /^commit [0-9a-f]{40}\n[\s\S]+\nA ledger\/money\.py\n/)
    await vscode.commands.executeCommand('casebook.showExcluded', status.root)
    assert.match(await activeText(), /No listed file is excluded|never read/)
  },

  async 'copies diagnostics that name no path'() {
    await vscode.commands.executeCommand('casebook.copyDiagnostics')
    const text = await vscode.env.clipboard.readText()
    const root = folder().fsPath
    assert.ok(text.includes('<root 1>'))
    assert.ok(!text.includes(root))
  },

  async 'uses the default for a broken setting and goes on'() {
    const settings = vscode.workspace.getConfiguration('casebook')
    await settings.update('maxFileSize', -1, vscode.ConfigurationTarget.Workspace)
    await wait(200)
    assert.ok((await search('round_half_even')).hits.length > 0)
    await settings.update('maxFileSize', undefined, vscode.ConfigurationTarget.Workspace)
  },

  async 'reopens with changed settings, and says so as the reason'() {
    const settings = vscode.workspace.getConfiguration('casebook')
    await settings.update('maxCommits', 0, vscode.ConfigurationTarget.Workspace)
    await until(async () => (await idle()).lastRun?.reason === 'settings changed: maxCommits')
    await settings.update('maxCommits', undefined, vscode.ConfigurationTarget.Workspace)
    await until(async () => (await idle()).commits === 1)
  },

  async 'answers again after its service was killed'() {
    const { memory } = await casebook()
    const pid = memory.servicePid
    assert.ok(pid !== null)
    process.kill(pid, 'SIGKILL')
    await until(async () => memory.servicePid !== null && memory.servicePid !== pid)
    assert.ok((await search('round_half_even')).hits.length > 0)
  },

  async 'opens its panel'() {
    await vscode.commands.executeCommand('casebook.panel.focus')
    await until(async () => (await casebook()).panelPages() > 0)
  },
}

/** How many times slower everything is on a machine whose cores are shared by more work than they have. */
function load(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
}

async function casebook(): Promise<CasebookExtension> {
  const extension = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(extension)
  return await extension.activate()
}

function manifest() {
  return vscode.extensions.getExtension('casebook.casebook')?.packageJSON
}

function folder(): vscode.Uri {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri
  assert.ok(uri)
  return uri
}

function file(path: string): vscode.Uri {
  return vscode.Uri.joinPath(folder(), path)
}

async function search(query: string): Promise<SearchReply> {
  return await (await casebook()).memory.call('search', { query, limit: 10 })
}

/** The only root, once no run is under way. */
async function idle() {
  const { memory } = await casebook()
  await until(async () =>
    memory.state().roots.some(({ state, lastRun }) => state.kind === 'idle' && lastRun !== null),
  )
  const [status] = memory.state().roots
  assert.ok(status)
  return status
}

async function activeText(): Promise<string> {
  await until(async () => vscode.window.activeTextEditor?.document.uri.scheme === 'casebook')
  return vscode.window.activeTextEditor?.document.getText() ?? ''
}

async function until(check: () => Promise<boolean>, limit = 20_000): Promise<void> {
  const end = Date.now() + limit
  while (!(await check())) {
    assert.ok(Date.now() < end, 'it did not happen in time')
    await wait(10)
  }
}
