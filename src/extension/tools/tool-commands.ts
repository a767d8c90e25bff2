/** What a person does about the tools of a chat: its mode, pins and bans, and its measures as a file. */

import * as vscode from 'vscode'
import type { ToolMode } from '../../agent/toolbox/settings.ts'
import { showLivePick } from '../live-pick.ts'
import { registerCommand } from '../shown-errors.ts'
import type { WindowTools } from './add-tools.ts'
import type { ToolAct } from './chat-tools.ts'

/** Each takes the id of a chat and the name of a tool, and asks for what is missing. */
export function addToolCommands(
  context: vscode.ExtensionContext,
  tools: WindowTools,
  log: vscode.LogOutputChannel,
): void {
  const add = (name: string, work: (chat: string, given: unknown) => Promise<void>) =>
    context.subscriptions.push(
      registerCommand(`casebook.${name}`, log, async (chat, given) => {
        const chosen = typeof chat === 'string' ? chat : await pickChat(tools)
        if (chosen !== undefined) await work(chosen, given)
      }),
    )
  const acts: Record<string, ToolAct> = {
    pinTool: 'pin',
    unpinTool: 'unpin',
    banTool: 'ban',
    unbanTool: 'unban',
  }
  for (const [name, act] of Object.entries(acts))
    add(name, (chat, tool) => actOn(tools, { chat, act }, typeof tool === 'string' ? tool : null))
  add('toolMode', (chat, mode) => chooseMode(tools, chat, mode))
  add('exportToolMetrics', (chat, file) => exportMetrics(tools, chat, file))
}

/** Chats that the pick lists. */
const mostChats = 20

/** The only one, or the one that the person picks. */
async function pickChat(tools: WindowTools): Promise<string | undefined> {
  const chats = await (await tools.open()).chats(mostChats)
  const [only] = chats
  if (only === undefined) {
    const text = vscode.l10n.t('No chat has used tools yet. Ask @casebook something first.')
    void vscode.window.showInformationMessage(text)
    return undefined
  }
  if (chats.length === 1) return only.id
  const items = chats.map(({ id, title }) => ({ label: title ?? vscode.l10n.t('Chat {0}', id), id }))
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Which chat?') }))?.id
}

interface Wish {
  chat: string
  act: ToolAct
}

async function actOn(tools: WindowTools, { chat, act }: Wish, tool: string | null): Promise<void> {
  const chatTools = await tools.open()
  if (tool !== null) return await chatTools.act(chat, act, tool)
  if (act === 'pin' || act === 'ban') return searchTool(tools, { chat, act })
  const { active, banned } = await chatTools.report(chat)
  const names = act === 'unban' ? banned : active.filter(({ pinned }) => pinned).map(({ name }) => name)
  if (names.length === 0) {
    const nothing = {
      unpin: vscode.l10n.t('No tool of this chat is pinned.'),
      unban: vscode.l10n.t('No tool is banned from this chat.'),
    }
    return void vscode.window.showInformationMessage(nothing[act])
  }
  const chosen = await vscode.window.showQuickPick(names, { title: vscode.l10n.t('Which tool?') })
  if (chosen !== undefined) await chatTools.act(chat, act, chosen)
}

async function searchTool(tools: WindowTools, { chat, act }: Wish): Promise<void> {
  const chatTools = await tools.open()
  await chatTools.sync()
  showLivePick<vscode.QuickPickItem & { name: string }>({
    title: act === 'pin' ? vscode.l10n.t('Pin a tool to this chat') : vscode.l10n.t('Ban a tool'),
    placeholder: vscode.l10n.t('What the tool does, or its name…'),
    query: '',
    async ask(query) {
      const found = await chatTools.store.search([query], { k: 20 })
      const documents = await chatTools.store.documents(found.map(({ name }) => name))
      return {
        items: documents.map(({ name, server, description }) => ({
          label: `$(tools) ${name}`,
          description: server,
          detail: description.slice(0, 200),
          name,
        })),
        nothing: vscode.l10n.t('No tool fits.'),
      }
    },
    accept: ({ name }) => chatTools.act(chat, act, name),
  })
}

function modeItems(): (vscode.QuickPickItem & { mode: ToolMode | null })[] {
  return [
    {
      mode: null,
      label: vscode.l10n.t('As the setting says'),
      detail: vscode.l10n.t('Where it says auto: Workflow for small models, Hybrid for others.'),
    },
    {
      mode: 'hybrid',
      label: vscode.l10n.t('Hybrid'),
      detail: vscode.l10n.t('Tools that are not needed go before each answer; the model searches for more.'),
    },
    {
      mode: 'workflow',
      label: vscode.l10n.t('Workflow'),
      detail: vscode.l10n.t('Tools are chosen before each answer; the model cannot search.'),
    },
    {
      mode: 'autonomous',
      label: vscode.l10n.t('Autonomous'),
      detail: vscode.l10n.t('The model searches and removes tools by itself. For reasoning models.'),
    },
  ]
}

async function chooseMode(tools: WindowTools, chat: string, given: unknown): Promise<void> {
  const chatTools = await tools.open()
  const items = modeItems()
  const named = items.find(({ mode }) => (given === 'auto' ? mode === null : mode === given))
  if (given !== undefined && named !== undefined) return await chatTools.setMode(chat, named.mode)
  const { mode: now } = await chatTools.report(chat)
  const shown = items.map((item) =>
    item.mode === now ? { ...item, description: vscode.l10n.t('now') } : item,
  )
  const title = vscode.l10n.t('How this chat manages its tools')
  const choice = await vscode.window.showQuickPick(shown, { title, matchOnDetail: true })
  if (choice !== undefined) await chatTools.setMode(chat, choice.mode)
}

/** The file may be given by whoever calls the command. */
async function exportMetrics(tools: WindowTools, chat: string, given: unknown): Promise<void> {
  const file = given instanceof vscode.Uri ? given : await chosenFile()
  if (file === undefined) return
  const [chatTools, { metricsTable }] = await Promise.all([tools.open(), import('./metrics-file.ts')])
  const isTable = /\.csv$/i.test(file.path)
  const text = isTable ? metricsTable(await chatTools.report(chat)) : await chatTools.export(chat)
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text))
  void vscode.window.showInformationMessage(vscode.l10n.t('The measures are in {0}.', file.fsPath))
}

async function chosenFile(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  return await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Tool Metrics'),
    filters: { JSON: ['json'], CSV: ['csv'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'casebook-tools.json') }),
  })
}
