/** The one question about past sessions: asked once for a repository, when its index is ready and sessions exist. */

import * as vscode from 'vscode'
import type { RootStatus } from '../protocol.ts'
import { keepChoice } from './session-import.ts'
import { foundText } from './session-text.ts'
import { errorText } from './shown-errors.ts'
import type { WindowMemory } from './window-memory.ts'

const offeredName = 'casebook.sessionsOffered'
/** Roots that are remembered as asked; the memory itself remembers answers. */
const mostKept = 500

export function addSessionOffer(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
): void {
  const looked = new Set<string>()
  let last: Promise<void> = Promise.resolve()
  context.subscriptions.push(
    memory.onDidChange(({ access, roots }) => {
      if (access !== 'ready') return
      for (const status of roots) {
        if (!isReady(status) || looked.has(status.root)) continue
        looked.add(status.root)
        if (offeredRoots(context).includes(status.root)) continue
        last = last
          .then(() => offer({ context, memory, log }, status))
          .catch((error) => log.warn(`Past sessions could not be looked for: ${errorText(error)}`))
      }
    }),
  )
}

function isReady({ state, lastRun }: RootStatus): boolean {
  return state.kind === 'idle' && lastRun !== null
}

function offeredRoots(context: vscode.ExtensionContext): readonly string[] {
  return context.globalState.get<string[]>(offeredName) ?? []
}

interface OfferParts {
  context: vscode.ExtensionContext
  memory: WindowMemory
  log: vscode.LogOutputChannel
}

async function offer({ context, memory, log }: OfferParts, { root, name }: RootStatus): Promise<void> {
  const { asked, sources } = await memory.askSessions('sources', [], { root })
  if (asked || sources.every(({ found }) => found === 0)) return
  // A question that nobody answers was asked all the same.
  await context.globalState.update(offeredName, [...offeredRoots(context), root].slice(-mostKept))
  const several = memory.state().roots.length > 1
  const question = vscode.l10n.t(
    '{0} Casebook can learn from them what was tried and how it ended. Nothing is imported unless you choose it.',
    foundText(vscode.l10n, sources, several ? name : undefined),
  )
  const choose = vscode.l10n.t('Import…')
  const never = vscode.l10n.t('Never Here')
  // Not awaited: the question of another folder need not wait for this answer.
  void vscode.window
    .showInformationMessage(question, choose, vscode.l10n.t('Not Now'), never)
    .then(async (choice) => {
      if (choice === choose) await vscode.commands.executeCommand('casebook.importSessions', root)
      if (choice === never) await keepChoice(memory, root, [])
    })
    .then(undefined, (error) => log.warn(`The answer could not be kept: ${errorText(error)}`))
}
