/** Asks everything that the health page tells. */

import * as vscode from 'vscode'
import type { HealthReport } from './health-text.ts'
import type { WindowMemory } from './window-memory.ts'

export async function healthReport(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
): Promise<HealthReport> {
  const state = memory.state()
  const health = state.access === 'ready' && state.roots.length > 0 ? await memory.call('health') : []
  const { version } = context.extension.packageJSON as { version: string }
  const versions = {
    Casebook: version,
    Editor: `${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? 'local'})`,
    Node: `${process.versions.node} on ${process.platform} ${process.arch}`,
  }
  return { versions, state, health }
}
