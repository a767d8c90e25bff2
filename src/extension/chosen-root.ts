/** The root that a command is about. */

import * as vscode from 'vscode'
import type { RootStatus } from '../protocol.ts'
import type { WindowMemory } from './window-memory.ts'

/** The root that was named, the only one, or the one that the person picks; undefined when none was picked. */
export async function chosenRoot(memory: WindowMemory, named?: unknown): Promise<RootStatus | undefined> {
  const { roots } = memory.state()
  const known = roots.find(({ root }) => root === named)
  // Asking the service says why there is no root: no folder, no trust, or a folder that failed to open.
  if (roots.length === 0) await memory.call('status')
  if (known !== undefined || roots.length < 2) return known ?? roots[0]
  const items = roots.map((status) => ({ label: status.name, description: status.root, status }))
  const choice = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Which folder?') })
  return choice?.status
}

/** With several folders a path alone does not say where it is. */
export function rootPrefix(memory: WindowMemory, root: string): string {
  const { roots } = memory.state()
  const name = roots.find((status) => status.root === root)?.name ?? root
  return roots.length > 1 ? `${name}: ` : ''
}
