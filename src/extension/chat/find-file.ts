/** Files that an answer names: looked for in the roots that the question is about, each once. */

import * as vscode from 'vscode'
import type { WindowMemory } from '../window-memory.ts'

export interface FoundFiles {
  /** Null where no root has such a file. */
  find(path: string): Promise<vscode.Uri | null>
  /** What `find` found before. */
  found(path: string): vscode.Uri | null
}

/** `only`: the root to look in; null: all that are open. */
export function findFile(memory: WindowMemory, only: string | null): FoundFiles {
  const found = new Map<string, vscode.Uri>()
  const roots = only === null ? memory.state().roots.map(({ root }) => root) : [only]
  return {
    async find(path) {
      for (const root of roots) {
        const uri = memory.uriOf({ root, path })
        if (!(await isFile(uri))) continue
        found.set(path, uri)
        return uri
      }
      return null
    },
    found: (path) => found.get(path) ?? null,
  }
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri)
    return (type & vscode.FileType.File) !== 0
  } catch {
    return false
  }
}
