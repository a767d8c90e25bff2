/** What the panel asks about the tools of chats. */

import * as vscode from 'vscode'
import type { PanelApi } from '../../protocol.ts'
import type { WindowTools } from './add-tools.ts'

export type PanelToolApi = Pick<PanelApi, 'tools' | 'toolAct' | 'toolMode' | 'exportTools'>

/** Chats to choose from, and turns that are listed. */
const mostChats = 20
const mostTurns = 30

export function panelTools(tools: WindowTools): PanelToolApi {
  return {
    async tools(chat) {
      const chatTools = await tools.open()
      const chats = await chatTools.chats(mostChats)
      const id = chat ?? chats[0]?.id
      if (id === undefined) return { chats, report: null }
      const report = await chatTools.report(id)
      const known = chats.some((one) => one.id === id) ? chats : [{ id, title: report.title }, ...chats]
      return { chats: known, report: { ...report, turns: report.turns.slice(-mostTurns) } }
    },
    toolAct: async ({ chat, act, tool }) => await (await tools.open()).act(chat, act, tool),
    toolMode: async ({ chat, mode }) => await (await tools.open()).setMode(chat, mode),
    exportTools: async (chat) => {
      await vscode.commands.executeCommand('casebook.exportToolMetrics', chat)
    },
  }
}
