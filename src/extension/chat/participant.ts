/** `@casebook` in the native chat: registered with the window, loaded with the first question. */

import * as vscode from 'vscode'
import type { ChatParts } from './handle.ts'
import { addNoModel } from './no-model.ts'

const participantId = 'casebook.chat'

export function addChat(parts: ChatParts): void {
  // Editors made from VS Code may not have it.
  if (typeof vscode.chat?.createChatParticipant !== 'function') return
  const { context, log, models } = parts
  addNoModel(context, models.onDidChange)
  const participant = vscode.chat.createChatParticipant(
    participantId,
    async (request, history, stream, token) => {
      const { handleRequest } = await import('./handle.ts')
      return await handleRequest(parts, { request, context: history, stream }, token)
    },
  )
  participant.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.png')
  participant.followupProvider = {
    async provideFollowups(result) {
      const { followups } = await import('./follow-ups.ts')
      return followups(vscode.l10n, result.metadata)
    },
  }
  context.subscriptions.push(
    participant,
    participant.onDidReceiveFeedback(async (feedback) => {
      const { takeFeedback } = await import('./feedback.ts')
      await takeFeedback(parts, feedback).catch((error: unknown) => log.warn(String(error)))
    }),
  )
}
