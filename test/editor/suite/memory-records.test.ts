/** The life of a memory in a real editor: said about a selection, shown, doubted when its code changes, taken back. */

import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { CasebookExtension } from '../../../src/extension/main.ts'
import type { RecordDraft } from '../../../src/memory/record.ts'
import type { EditorTests } from '../suite-runner.ts'

const encoder = new TextEncoder()
const thought = 'Seal a period before its totals are published, because auditors compare both.'
const source = `"""Closing of periods."""


def seal_period(ledger, period):
    """No entry may enter a sealed period."""
    ledger.sealed.add(period)
    return ledger


def is_sealed(ledger, period):
    return period in ledger.sealed
`

export const tests: EditorTests = {
  async 'remembers a selection'() {
    await vscode.workspace.fs.writeFile(file(), encoder.encode(source))
    await known()
    const editor = await vscode.window.showTextDocument(file())
    editor.selection = new vscode.Selection(3, 0, 7, 0)
    const remembering = vscode.commands.executeCommand('casebook.rememberSelection', thought)
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return (await lessons()).some(({ label }) => label === thought)
    })
    await remembering
    const [record] = await found()
    assert.ok(record)
    assert.equal(record.lesson?.polarity, 'do')
    assert.equal(record.status, 'active')
    assert.equal(record.anchors[0]?.path, 'ledger/closing.py')
    assert.equal(record.anchors[0]?.span?.startLine, 4)
  },

  async 'shows it in the tree'() {
    await vscode.commands.executeCommand('casebook.memories.focus')
    const [row] = (await lessons()).filter(({ label }) => label === thought)
    assert.match(row?.description ?? '', /^20\d\d-\d\d-\d\d$/)
    assert.equal(row?.context, 'memory;lesson;kept;unpinned;heard;')
  },

  async 'opens it with the code that it cites as a link'() {
    await open()
    const text = activeText()
    assert.match(text, /> Seal a period before/)
    assert.match(text, /- \[fresh\] ledger\/closing\.py:4-\d+/)
    assert.match(text, /#\d+ \w+ by person .*: a person said so/)
    const uri = vscode.window.activeTextEditor?.document.uri
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      uri,
    )
    const code = links.find(({ target }) => target?.path.endsWith('ledger/closing.py'))
    assert.equal(code?.target?.fragment, 'L4')
  },

  async 'answers why it is known'() {
    const { root, id } = await reference()
    await vscode.commands.executeCommand('casebook.whyMemory', { root, id })
    assert.match(activeText(), /^# Why do you know this\?\n\n> Seal a period/)
  },

  async 'recalls it for a question, and counts nothing for a person who looks around'() {
    const { memory } = await casebook()
    const ask = () => memory.ask('recall', [{ text: 'seal a period, totals published', quiet: true }])
    const [first] = (await ask()).memories
    assert.equal(first?.record.text, thought)
    assert.equal(first?.freshness, 'fresh')
    assert.equal((await found())[0]?.counters.shown, 0)
  },

  async 'says that the code changed, in recall, on the page and in the tree'() {
    const document = await vscode.workspace.openTextDocument(file())
    const edit = new vscode.WorkspaceEdit()
    edit.insert(file(), new vscode.Position(5, 0), '    ledger.journal.flush(period)\n')
    await vscode.workspace.applyEdit(edit)
    await document.save()
    const { memory } = await casebook()
    await until(async () => {
      const { memories } = await memory.ask('recall', [{ text: 'seal a period', quiet: true }])
      return memories.some(({ record, freshness }) => record.text === thought && freshness === 'drifted')
    })
    await open()
    await until(async () => /- \[drifted\] ledger\/closing\.py/.test(activeText()))
    await until(async () =>
      (await lessons()).some(
        ({ label, description }) => label === thought && /code changed/.test(description),
      ),
    )
  },

  async 'pins, mutes, archives and restores it by the commands of the tree'() {
    const { root, id } = await reference()
    const row = async (...group: string[]) => {
      const rows = await (await casebook()).tree.rows(...group)
      return rows.find(({ label }) => label === thought)?.context ?? ''
    }
    await vscode.commands.executeCommand('casebook.pinMemory', { root, id })
    await until(async () => /;pinned;/.test(await row('Lessons')))
    await vscode.commands.executeCommand('casebook.unpinMemory', { root, id })
    await vscode.commands.executeCommand('casebook.archiveMemory', { root, id })
    await until(async () => /;archived;/.test(await row('Archived')))
    await vscode.commands.executeCommand('casebook.restoreMemory', { root, id })
    await until(async () => /;kept;/.test(await row('Lessons')))
  },

  async 'names what it will undo, and takes back one act after the other until it is gone'() {
    const { root } = await reference()
    const { memory } = await casebook()
    const newest = async () => (await memory.ask('log', [{ limit: 1 }], { root }))[0]
    for (let act = 0; act < 5; act++) {
      const before = (await newest())?.seq ?? 0
      const undoing = vscode.commands.executeCommand('casebook.undoMemory', root)
      await until(async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
        return ((await newest())?.seq ?? 0) > before
      })
      await undoing
      assert.equal((await newest())?.type, 'REVERTED')
    }
    await until(async () => !(await lessons()).some(({ label }) => label === thought))
    assert.deepEqual(await found(), [])
  },

  async 'shows no trace of what was forgotten'() {
    const { memory } = await casebook()
    const root = memory.state().roots[0]?.root ?? ''
    const text = 'The staging password lies in the red binder.'
    const { record } = await memory.ask('remember', [{ text, kind: 'fact' }], { root })
    const facts = async () => (await casebook()).tree.rows('Facts')
    await until(async () => (await facts()).some(({ label }) => label === text))
    assert.deepEqual(await memory.ask('forget', [[record.id], 'a test'], { root }), {
      forgotten: 1,
      notes: [],
    })
    await until(async () => !(await facts()).some(({ label }) => label === text))
    const log = await memory.ask('log', [{ limit: 200 }], { root })
    assert.ok(!JSON.stringify(log).includes('red binder'))
  },

  async 'lets a person decide about what a model proposed, with the keyboard alone'() {
    const { memory, tree } = await casebook()
    const root = memory.state().roots[0]?.root ?? ''
    for (const text of [
      'Journals in ledger/journal.py are append-only.',
      'Reports in ledger/report.py never round.',
    ]) {
      await memory.ask('record', [proposal(text)], { root })
    }
    await until(async () => (await tree.rows('Review')).length === 2)
    const [row] = await tree.rows('Review')
    assert.match(row?.context ?? '', /^memory;lesson;candidate;/)
    const reviewing = vscode.commands.executeCommand('casebook.reviewMemories', root)
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return (await tree.rows('Review')).length === 0
    })
    await reviewing
    const { records } = await memory.ask('list', [{ kinds: ['lesson'], statuses: ['active'] }], { root })
    assert.equal(records.length, 2)
  },

  async 'shows two memories that contradict each other beside each other, and keeps the one that is chosen'() {
    const { memory, tree } = await casebook()
    const root = memory.state().roots[0]?.root ?? ''
    const facts = [
      'Totals in ledger/report.py must be cached.',
      'Totals in ledger/report.py must not be cached.',
    ]
    for (const text of facts) await memory.ask('remember', [{ text, kind: 'fact' }], { root })
    await until(async () => (await tree.rows('Review')).length === 2)
    const reviewing = vscode.commands.executeCommand('casebook.reviewMemories', root)
    let seen = false
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      seen ||= vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff
      return (await tree.rows('Review')).length === 0
    })
    await reviewing
    assert.ok(seen, 'no diff was shown')
    const { records } = await memory.ask('list', [{ kinds: ['fact'], text: 'cached' }], { root })
    assert.deepEqual(records.map(({ status }) => status).sort(), ['active', 'superseded'])
  },

  async 'exports memories and knows them when they come back'() {
    const { memory } = await casebook()
    const target = vscode.Uri.joinPath(file(), '../../.git/memories.jsonl')
    await vscode.commands.executeCommand('casebook.exportMemories', target)
    assert.ok((await vscode.workspace.fs.stat(target)).size > 100)
    const before = await memory.ask('stats', [])
    await vscode.commands.executeCommand('casebook.importMemories', target)
    assert.equal((await memory.ask('stats', [])).lessons, before.lessons)
  },

  async 'leaves the workspace as it was'() {
    await vscode.workspace.fs.delete(file())
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
  },
}

async function casebook(): Promise<CasebookExtension> {
  const extension = vscode.extensions.getExtension<CasebookExtension>('casebook.casebook')
  assert.ok(extension)
  return await extension.activate()
}

/** A lesson as a model proposes it: it cites code, and nobody has tried it. */
function proposal(text: string): RecordDraft {
  const path = text.match(/\S+\.py/)?.[0] ?? ''
  return {
    kind: 'lesson',
    text,
    cue: 'When the ledger is changed.',
    entities: [path],
    provenance: {
      sources: [{ type: 'file', ref: path }],
      author: 'model@1',
      method: 'distil/success',
    },
    confidence: 'inferred',
    status: 'candidate',
    lesson: { polarity: 'do', stream: 'reasoning', role: null, order: null, params: {}, procedure: [] },
  }
}

function file(): vscode.Uri {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri
  assert.ok(uri)
  return vscode.Uri.joinPath(uri, 'ledger/closing.py')
}

/** Waits until the index holds the file. */
async function known(): Promise<void> {
  const { memory } = await casebook()
  await until(async () =>
    memory.state().roots.some(({ state, lastRun }) => state.kind === 'idle' && lastRun !== null),
  )
  await until(async () => {
    const { hits } = await memory.call('search', { query: 'seal_period', limit: 5 })
    return hits.some((hit) => hit.type === 'chunk' && hit.path === 'ledger/closing.py')
  })
}

async function lessons() {
  return await (await casebook()).tree.rows('Lessons')
}

async function found() {
  const { memory } = await casebook()
  const { records } = await memory.ask('list', [{ kinds: ['lesson'], limit: 50 }])
  return records.filter(({ text }) => text === thought)
}

async function reference(): Promise<{ root: string; id: string }> {
  const { memory } = await casebook()
  const [record] = await found()
  const [status] = memory.state().roots
  assert.ok(record && status)
  return { root: status.root, id: record.id }
}

async function open(): Promise<void> {
  await vscode.commands.executeCommand('casebook.openMemory', await reference())
  assert.equal(vscode.window.activeTextEditor?.document.uri.scheme, 'casebook')
}

function activeText(): string {
  return vscode.window.activeTextEditor?.document.getText() ?? ''
}

async function until(check: () => Promise<boolean>, limit = 20_000): Promise<void> {
  const end = Date.now() + limit
  while (!(await check())) {
    assert.ok(Date.now() < end, 'it did not happen in time')
    await wait(20)
  }
}
