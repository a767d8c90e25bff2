/** Thumbs of the person: what was cited for an answer helped, or hurt. */

import * as vscode from 'vscode'
import { creditAnswer } from '../../agent/chat/credit.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import type { ChatHome } from './turn.ts'
import { turnDataOf } from './turn-data.ts'

export async function takeFeedback(
  { memory }: Pick<ChatHome, 'memory'>,
  { result, kind }: vscode.ChatResultFeedback,
): Promise<void> {
  const data = turnDataOf(result.metadata)
  if (data === null) return
  const outcome = kind === vscode.ChatResultFeedbackKind.Helpful ? 'helped' : 'hurt'
  const knowledgeOf = (root: string) => windowKnowledge(memory, root)
  await creditAnswer({ cited: data.cited, outcome, sessionId: data.chatId, knowledgeOf })
}
