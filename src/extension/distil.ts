/** Distil: episodes become facts and lessons, with a model only after the person saw what is sent to whom. */

import * as vscode from 'vscode'
import type { DistilSummary } from '../protocol-memories.ts'
import { chosenRoot } from './chosen-root.ts'
import { endpointInUse } from './models/endpoint-in-use.ts'
import { withCancel } from './progress.ts'
import type { WindowMemory } from './window-memory.ts'

/** Episodes that a model reads at once: what one agrees to can be surveyed. */
const mostRead = 10

export async function distilMemories(memory: WindowMemory, named: unknown): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  const useModel = await agreed()
  if (useModel === undefined) return
  const summary = await withCancel(vscode.l10n.t('Casebook distils memories…'), (signal) =>
    memory.ask('distil', [{ useModel, limit: mostRead }], { root: root.root, signal }),
  )
  const review = vscode.l10n.t('Review')
  if (summary === null) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Stopped. What was distilled until then is kept.'),
    )
    return
  }
  const text = summaryText(summary)
  // Not awaited by the command: a notification may stay for as long as it likes.
  void vscode.window
    .showInformationMessage(text, ...(summary.admitted > 0 ? [review] : []))
    .then((choice) => {
      if (choice === review) void vscode.commands.executeCommand('casebook.reviewMemories', root.root)
    })
}

/** True: with the model that is set. False: without one. Undefined: not at all. */
async function agreed(): Promise<boolean | undefined> {
  const model = endpointInUse()
  if (model === null) return false
  const withModel = vscode.l10n.t('Send and Distil')
  const without = vscode.l10n.t('Distil without a Model')
  const title = vscode.l10n.t('Send episodes of this repository to {0}?', model.host)
  const detail = [
    vscode.l10n.t('Host: {0}', model.host),
    vscode.l10n.t('Model: {0}', model.model),
    vscode.l10n.t('Episodes: at most {0}, of sessions and repairs that it has not read yet', mostRead),
    vscode.l10n.t(
      'Sent: what was to be done, what was tried, patches and what tests printed. Secrets are masked.',
    ),
    vscode.l10n.t(
      'Cost: what the server charges. The tokens that were used are told at the end; you can stop it.',
    ),
  ].join('\n')
  const choice = await vscode.window.showWarningMessage(title, { modal: true, detail }, withModel, without)
  return choice === undefined ? undefined : choice === withModel
}

function summaryText(summary: DistilSummary): string {
  const { episodes, admitted, activated, merged, superseded, rejected, calls } = summary
  const turned = Object.values(rejected).reduce((sum, count) => sum + count, 0)
  const told = [
    vscode.l10n.t(
      '{0} episodes were read: {1} new memories, {2} of them active.',
      episodes,
      admitted,
      activated,
    ),
    ...(merged + superseded > 0
      ? [vscode.l10n.t('{0} joined others, {1} replaced others.', merged, superseded)]
      : []),
    ...(turned > 0 ? [vscode.l10n.t('{0} were not good enough.', turned)] : []),
    ...(calls > 0
      ? [
          vscode.l10n.t(
            'The model was asked {0} times: {1} tokens in, {2} out.',
            calls,
            summary.inputTokens,
            summary.outputTokens,
          ),
        ]
      : []),
  ]
  return told.join(' ')
}
