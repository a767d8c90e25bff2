/** `casebook tools list|search|chats|metrics`: what chats can use, what they used, and how few they got by with. */

import { reportTools } from '../../agent/toolbox/report.ts'
import { newSession } from '../../agent/toolbox/session.ts'
import type { Casebook } from '../../casebook.ts'
import { UserError } from '../../memory/ports.ts'
import type { ToolMemory, ToolsReport } from '../../protocol-tools.ts'
import type { Call, Command } from '../command.ts'
import { count } from '../format.ts'
import { chatLines, foundLines, metricsLines, toolLines } from '../tools-text.ts'
import { withCasebook } from '../with-casebook.ts'
import { textOption, wholeText } from '../with-memories.ts'

const usualLimit = 20

const list: Command = {
  name: 'tools list',
  summary: 'List the tools that chats of this repository can be given',
  usage: '',
  details: 'An open editor lists its tools and those of its MCP servers as a chat begins.',
  options: { server: { type: 'string', value: 'NAME', help: 'only those of this server' } },
  async run(call) {
    const server = textOption(call.values.server)
    const all = await withTools(call, (tools) => tools.all())
    const wanted = all.filter((tool) => server === undefined || tool.server === server)
    const shown = wanted.slice(0, call.limit ?? usualLimit)
    if (shown.length < wanted.length) call.terminal.note(`${count(wanted.length)} in all. More: --limit`)
    return { data: { tools: shown, total: wanted.length }, text: (style) => toolLines(shown, style) }
  },
}

const search: Command = {
  name: 'tools search',
  summary: 'Find tools by what they do, as a chat does',
  usage: 'KEYWORDS',
  details: 'Several keywords are parted by commas: open issues, run tests. Each finds --limit tools at most.',
  options: {},
  async run(call) {
    const words = wholeText(call, search, 'What the tool does')
    const keywords = words
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
    const { found, documents } = await withTools(call, async (tools) => {
      const found = await tools.search(keywords, { k: call.limit ?? 5 })
      return { found, documents: await tools.documents(found.map(({ name }) => name)) }
    })
    const data = documents.map((document, at) => ({ ...found[at], ...document }))
    return { data: { tools: data }, text: (style) => foundLines(data, style) }
  },
}

const chats: Command = {
  name: 'tools chats',
  summary: 'List chats that used tools, newest first',
  usage: '',
  options: {},
  async run(call) {
    const reports = await withTools(call, async (tools) => {
      const ids = await tools.chats()
      return await Promise.all(ids.slice(0, call.limit ?? usualLimit).map((id) => reportOf(tools, id)))
    })
    const data = reports.map(({ chat, title, mode, active, turns, metrics }) => {
      const { tokensSaved } = metrics
      return { chat, title, mode, active: active.length, turns: turns.length, tokensSaved }
    })
    return { data: { chats: data }, text: (style) => chatLines(reports, style) }
  },
}

const metrics: Command = {
  name: 'tools metrics',
  summary: 'Show how few tools a chat got by with: removal ratio, residual, tokens saved',
  usage: '[CHAT]',
  details: "CHAT is an id of 'casebook tools chats' or its beginning; without it the newest is meant.",
  options: {},
  async run(call) {
    const [wanted = ''] = call.positionals
    const report = await withTools(call, async (tools) =>
      reportOf(tools, chosen(await tools.chats(), wanted)),
    )
    return { data: report, text: (style) => metricsLines(report, style) }
  },
}

export const toolCommands: readonly Command[] = [list, search, chats, metrics]

function withTools<Result>(call: Call, work: (tools: ToolMemory) => Promise<Result>): Promise<Result> {
  return withCasebook(call, ({ tools }: Casebook) => work(tools))
}

async function reportOf(tools: ToolMemory, chat: string): Promise<ToolsReport> {
  return await reportTools((await tools.loadChat(chat)) ?? newSession(chat), tools)
}

/** Throws `UserError` where none or several are meant. */
function chosen(ids: readonly string[], wanted: string): string {
  const fitting = ids.includes(wanted) ? [wanted] : ids.filter((id) => id.startsWith(wanted))
  const [first] = fitting
  if (first !== undefined && (wanted === '' || fitting.length === 1)) return first
  if (ids.length === 0)
    throw new UserError('No chat has used tools yet.', 'Ask @casebook something in the editor first.')
  const problem = first === undefined ? 'No chat has an id' : 'Several chats have ids'
  throw new UserError(`${problem} that begins with '${wanted}'.`, "'casebook tools chats' lists them.")
}
