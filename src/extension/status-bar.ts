/** The status bar item: what the memory does, with everything else one click away. */

import * as vscode from 'vscode'
import { statusText } from './status-text.ts'
import type { WindowMemory } from './window-memory.ts'

export function addStatusBar(context: vscode.ExtensionContext, memory: WindowMemory): void {
  const item = vscode.window.createStatusBarItem('casebook.status', vscode.StatusBarAlignment.Right, 90)
  item.name = 'Casebook'
  item.command = 'casebook.menu'
  const show = () => {
    const { text, tooltip, severity } = statusText(memory.state())
    item.text = text
    item.tooltip = tooltip
    item.accessibilityInformation = { label: `Casebook: ${tooltip}` }
    item.backgroundColor = background(severity)
  }
  show()
  item.show()
  context.subscriptions.push(item, memory.onDidChange(show))
}

function background(severity: 'normal' | 'warning' | 'error'): vscode.ThemeColor | undefined {
  return severity === 'normal' ? undefined : new vscode.ThemeColor(`statusBarItem.${severity}Background`)
}
