/** Puts parts of an answer into the chat's stream. */

import * as vscode from 'vscode'
import type { Documents } from '../documents.ts'
import { pageTitle } from '../memory-ref.ts'
import type { WindowMemory } from '../window-memory.ts'
import { commandLink, linkedCommands, type ReplyPart } from './reply-part.ts'

export interface StreamParts {
  stream: vscode.ChatResponseStream
  memory: WindowMemory
  documents: Documents
}

export function writeParts(parts: StreamParts, reply: readonly ReplyPart[]): void {
  for (const part of reply) writePart(parts, part)
}

export function writePart(parts: StreamParts, part: ReplyPart): void {
  const { stream, memory } = parts
  if (part.type === 'markdown') writeMarkdown(stream, part.text)
  else if (part.type === 'memory') writeMarkdown(stream, memoryLink(part))
  else if (part.type === 'commit') {
    const { root, sha } = part
    writeMarkdown(stream, commandLink(sha.slice(0, 10), 'casebook.examineCommit', { root, sha }))
  } else if (part.type === 'place') {
    stream.anchor(lineAt(memory.uriOf(part), part.line), `${part.path}:${part.line}`)
  } else {
    const { title, command, args } = part
    stream.button({ title, command, arguments: args })
  }
}

/** All of an answer is trusted alike, for the editor begins a new paragraph where that changes. */
export function writeMarkdown(stream: vscode.ChatResponseStream, text: string): void {
  const markdown = new vscode.MarkdownString(text)
  markdown.isTrusted = { enabledCommands: linkedCommands }
  stream.markdown(markdown)
}

/** The editor shows an anchor by the name of its file alone, which is no name for a memory. */
function memoryLink({ memory, title, label }: Extract<ReplyPart, { type: 'memory' }>): string {
  return commandLink(label, 'casebook.openMemory', memory, title)
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
