/** A conversation in the form that the editor's language models take. */

import * as vscode from 'vscode'
import type { Message, ModelRequest } from '../../llm/model.ts'
import { objectOf } from './tool-input.ts'

/** The stable interface has no role for the system: its text comes first, framed, so that it reads as what it is. */
export function editorMessages({ system, messages }: ModelRequest): vscode.LanguageModelChatMessage[] {
  const result = system === '' ? [] : [vscode.LanguageModelChatMessage.User(framed(system))]
  for (const [index, message] of messages.entries()) {
    // Results of one turn belong into one message: some servers refuse them one by one.
    if (message.role === 'tool' && messages[index - 1]?.role === 'tool') {
      const last = result.at(-1)
      if (last !== undefined) last.content = [...last.content, resultPart(message)]
    } else result.push(editorMessage(message))
  }
  return result
}

function framed(system: string): string {
  return `These are the instructions of the program that asks you. They hold for the whole conversation.\n<instructions>\n${system}\n</instructions>`
}

function editorMessage(message: Message): vscode.LanguageModelChatMessage {
  if (message.role === 'user') return vscode.LanguageModelChatMessage.User(message.content)
  if (message.role === 'tool') return vscode.LanguageModelChatMessage.User([resultPart(message)])
  const calls = (message.calls ?? []).map(
    ({ id, name, arguments: input }) => new vscode.LanguageModelToolCallPart(id, name, objectOf(input)),
  )
  const text = message.content === '' ? [] : [new vscode.LanguageModelTextPart(message.content)]
  return calls.length + text.length === 0
    ? vscode.LanguageModelChatMessage.Assistant('')
    : vscode.LanguageModelChatMessage.Assistant([...text, ...calls])
}

function resultPart({ callId, content }: Message & { role: 'tool' }): vscode.LanguageModelToolResultPart {
  return new vscode.LanguageModelToolResultPart(callId, [new vscode.LanguageModelTextPart(content)])
}
