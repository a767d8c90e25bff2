/** Tools and chats with their tools as people read them on a terminal. */

import { type ToolDocument, tokensOf } from '../agent/toolbox/document.ts'
import type { FoundTool } from '../agent/toolbox/ports.ts'
import type { ReportedTurn, ToolsReport } from '../protocol-tools.ts'
import { escapeLine } from './escape.ts'
import { columns, count, moment, plural } from './format.ts'
import { shorten } from './memory-text.ts'
import type { Style } from './style.ts'

export function toolLines(tools: readonly ToolDocument[], style: Style): string {
  if (tools.length === 0) return 'No tool is known. An open editor lists its tools as a chat begins.'
  return tools.map((tool) => toolText(tool, `${count(tokensOf(tool))} tokens`, style)).join('\n')
}

export function foundLines(tools: readonly (ToolDocument & Partial<FoundTool>)[], style: Style): string {
  if (tools.length === 0) return 'No tool fits.'
  const why = ({ score = 0, keyword = '' }: Partial<FoundTool>) =>
    `${score.toFixed(2)} for ${escapeLine(keyword)}`
  return tools.map((tool) => toolText(tool, why(tool), style)).join('\n')
}

function toolText({ name, server, description }: ToolDocument, fact: string, style: Style): string {
  const head = `${style.path(escapeLine(name))}  ${style.dim(`${escapeLine(server)}, ${fact}`)}`
  return description.trim() === '' ? head : `${head}\n    ${shorten(description, 160)}`
}

export function chatLines(reports: readonly ToolsReport[], style: Style): string {
  if (reports.length === 0) return 'No chat has used tools yet.'
  return reports
    .map(({ chat, title, active, turns, metrics }) => {
      const last = turns.at(-1)
      const facts = [
        last === undefined ? '' : moment(last.at),
        plural(turns.length, 'turn'),
        `${plural(active.length, 'tool')} at hand`,
        `${count(metrics.tokensSaved)} tokens saved`,
      ].filter(Boolean)
      const named = title === null ? '' : `\n    ${shorten(title, 160)}`
      return `${style.path(escapeLine(chat))}  ${style.dim(facts.join(', '))}${named}`
    })
    .join('\n')
}

/** Turns that are listed, newest first. */
const mostTurns = 10

export function metricsLines(report: ToolsReport, style: Style): string {
  const { chat, title, mode, active, banned, turns, tokens, known } = report
  const names = active.map(({ name, pinned }) => `${escapeLine(name)}${pinned ? ' (pinned)' : ''}`)
  const rows = [
    ['mode', mode ?? 'as the setting says'],
    [
      'at hand',
      `${count(active.length)} of ${count(known)}${names.length > 0 ? `: ${names.join(', ')}` : ''}`,
    ],
    ...(banned.length > 0 ? [['banned', banned.map(escapeLine).join(', ')]] : []),
    ...measures(report),
    ['a request', `${count(tokens.active)} tokens of tools instead of ${count(tokens.all)}`],
  ]
  const newest = turns.slice(-mostTurns).reverse()
  const head = `${style.path(escapeLine(chat))}${title === null ? '' : `  ${shorten(title, 100)}`}`
  return [head, columns(rows, '  '), ...newest.map((turn) => turnLines(turn, style))].join('\n')
}

/** Additions stand beside the ratios: a chat that never adds a tool would look perfect otherwise. */
function measures({ metrics }: ToolsReport): string[][] {
  const { added, removed, removalRatio3, removalRatio, residual3, toolCorrectness, tokensSaved } = metrics
  const number = (value: number | null) => (value === null ? 'not known yet' : value.toFixed(3))
  return [
    ['added, removed', `${count(added)}, ${count(removed)}`],
    ['removed for each added (removal ratio)', number(removalRatio)],
    ['  over 3 turns', number(removalRatio3)],
    ['left after a peak (residual)', number(residual3)],
    ['good calls', number(toolCorrectness)],
    ['tokens saved', `${count(tokensSaved)}, compared with sending all known tools with each request`],
  ]
}

function turnLines({ turn, at, active, calls, changes, outcome }: ReportedTurn, style: Style): string {
  const head = `  turn ${turn}  ${style.dim(`${moment(at)}, ${active} at hand, ${plural(calls, 'call')}, ${outcome}`)}`
  const lines = changes.map(({ op, name, why }) => {
    const sign = op === 'added' ? style.good('+') : style.bad('-')
    return `    ${sign} ${escapeLine(name)}  ${style.dim(escapeLine(why))}`
  })
  return [head, ...lines].join('\n')
}
