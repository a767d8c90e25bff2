/** Work in the background that the daily cap stopped says so, once a day. */

import * as vscode from 'vscode'
import type { ChatModel } from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'

/** Told with the reason when a model was not asked because of the cap. */
export type CapNotice = (reason: UserError) => void

export function capNotice(log: vscode.LogOutputChannel): CapNotice {
  let told = ''
  return (reason) => {
    const text = `${reason.message} ${reason.remedy}`
    log.warn(text)
    const today = new Date().toDateString()
    if (told === today) return
    told = today
    const show = vscode.l10n.t('Show Model Calls')
    const change = vscode.l10n.t('Change the Limit')
    void vscode.window.showWarningMessage(text, show, change).then((choice) => {
      if (choice === show) void vscode.commands.executeCommand('casebook.modelLedger')
      if (choice === change) {
        const setting = 'casebook.model.dailyBackgroundTokens'
        void vscode.commands.executeCommand('workbench.action.openSettings', setting)
      }
    })
  }
}

/** `meter` refuses before it asks the model: what fails unasked is the cap. */
export function tellingOfCap(
  model: ChatModel,
  meter: (model: ChatModel) => ChatModel,
  notice: CapNotice,
): ChatModel {
  const { id, remote, contextTokens } = model
  return {
    ...{ id, remote, contextTokens },
    async *stream(request, signal) {
      let asked = false
      const noticed: ChatModel = {
        ...{ id, remote, contextTokens },
        stream(...args) {
          asked = true
          return model.stream(...args)
        },
      }
      try {
        yield* meter(noticed).stream(request, signal)
      } catch (error) {
        if (!asked && error instanceof UserError) notice(error)
        throw error
      }
    },
  }
}
