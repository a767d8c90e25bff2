/** The tooltip of a memory: its text as it stands, never as Markdown of its own, links or HTML. */

import * as vscode from 'vscode'
import type { MemoryRecord } from '../memory/record.ts'
import { descriptionOf, kindText } from './memory-text.ts'

const longest = 1_200

export function memoryTooltip(record: MemoryRecord): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString()
  tooltip.isTrusted = false
  tooltip.supportHtml = false
  tooltip.appendMarkdown(`**${kindText(record.kind)}**`)
  tooltip.appendText(`  ${descriptionOf(record)}\n\n`)
  tooltip.appendText(record.text.slice(0, longest))
  if (record.cue !== '') tooltip.appendText(`\n\n${vscode.l10n.t('When it matters: {0}', record.cue)}`)
  const places = record.anchors.map(({ path, symbol }) =>
    symbol === undefined ? path : `${path} · ${symbol}`,
  )
  if (places.length > 0) tooltip.appendText(`\n\n${places.slice(0, 8).join('\n')}`)
  tooltip.appendText(`\n\n${record.provenance.method} · ${record.provenance.author}`)
  return tooltip
}
