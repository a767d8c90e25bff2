/** Puts parts of an answer into the chat's stream. */

import * as vscode from 'vscode'
import type { Documents } from '../documents.ts'
import { pageTitle } from '../memory-ref.ts'
import type { WindowMemory } from '../window-memory.ts'
import type { ReplyPart } from './reply-part.ts'

export interface StreamParts {
  stream: vscode.ChatResponseStream
  memory: WindowMemory
  documents: Documents
}

export function writeParts(parts: StreamParts, reply: readonly ReplyPart[]): void {
  for (const part of reply) writePart(parts, part)
}

export function writePart(parts: StreamParts, part: ReplyPart): void {
  const { stream, memory, documents } = parts
  if (part.type === 'markdown') stream.markdown(part.text)
  else if (part.type === 'memory') stream.anchor(memoryUri(documents, part), part.label)
  else if (part.type === 'commit') {
    const uri = documents.uriOf({ kind: 'commit', root: part.root, sha: part.sha })
    stream.anchor(uri, part.sha.slice(0, 10))
  } else if (part.type === 'place') {
    stream.anchor(lineAt(memory.uriOf(part), part.line), `${part.path}:${part.line}`)
  } else {
    const { title, command, args } = part
    stream.button({ title, command, arguments: args })
  }
}

/** The page of a memory; its title is what the list of references shows. */
export function memoryUri(
  documents: Documents,
  { memory: { root, id }, title }: { memory: { root: string; id: string }; title: string },
): vscode.Uri {
  return documents.uriOf({ kind: 'memory', root, id, title: pageTitle(title) || id })
}

/** 1-based lines. */
export function lineAt(uri: vscode.Uri, startLine: number, endLine = startLine): vscode.Location {
  return new vscode.Location(uri, new vscode.Range(startLine - 1, 0, endLine - 1, 0))
}
