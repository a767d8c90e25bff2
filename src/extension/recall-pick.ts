/** Recall: memories while typing, each with its state against the code and the reason why it is here. */

import * as vscode from 'vscode'
import type { RootedRecollection, WindowRecall } from '../protocol.ts'
import { rootPrefix } from './chosen-root.ts'
import type { Documents } from './documents.ts'
import { showLivePick } from './live-pick.ts'
import { type MemoryRef, pageOf } from './memory-ref.ts'
import { freshnessText, iconOf, kindText, labelOf } from './memory-text.ts'
import type { WindowMemory } from './window-memory.ts'

interface RecollectionItem extends vscode.QuickPickItem {
  recollection: RootedRecollection
}

/** A person reads on: more than an agent is given, and no budget. */
const shown = { limit: 30, budget: 100_000, quiet: true }

export function recallMemories(memory: WindowMemory, documents: Documents, query: string): void {
  showLivePick<RecollectionItem>({
    title: vscode.l10n.t('Recall'),
    ...asking(memory, query),
    accept: ({ recollection: { root, record } }) => documents.show(pageOf('memory', root, record)),
  })
}

/** Resolves with undefined when the person leaves without a choice. */
export async function pickRecollection(memory: WindowMemory, title: string): Promise<MemoryRef | undefined> {
  return await new Promise((resolve) => {
    showLivePick<RecollectionItem>({
      title,
      ...asking(memory, ''),
      accept: async ({ recollection: { root, record } }) => resolve({ root, id: record.id }),
      leave: () => resolve(undefined),
    })
  })
}

function asking(memory: WindowMemory, query: string) {
  return {
    placeholder: vscode.l10n.t('What you are about to do, an error message, a file, an issue number…'),
    query,
    async ask(text: string) {
      const reply = await memory.ask('recall', [{ text, moment: 'any', ...shown, ...openFile(memory) }])
      return { items: itemsOf(memory, reply), nothing: nothingText(reply) }
    },
  }
}

/** What is being looked at is part of the question. */
function openFile(memory: WindowMemory): { path?: string } {
  const uri = vscode.window.activeTextEditor?.document.uri
  const file = uri === undefined ? null : memory.pathOf(uri)
  return file === null ? {} : { path: file.path }
}

function itemsOf(memory: WindowMemory, { memories }: WindowRecall): RecollectionItem[] {
  return memories.map((recollection) => {
    const { record, root, freshness, why } = recollection
    // A long memory leaves no place beside it: what must be seen stands below.
    const marks = [freshnessText(freshness), why].filter((mark) => mark !== '')
    const icon = freshness === 'drifted' || freshness === 'gone' ? 'warning' : iconOf(record)
    return {
      label: `$(${icon}) ${labelOf(record)}`,
      description: `${rootPrefix(memory, root)}${kindText(record.kind)}`,
      detail: marks.join(' · '),
      recollection,
    }
  })
}

function nothingText({ nothingFound, unknown }: WindowRecall): string {
  if (nothingFound !== undefined) return nothingFound
  if (unknown.length === 0) return vscode.l10n.t('No memory fits.')
  return vscode.l10n.t('No memory fits; nothing is known of {0}.', unknown.join(', '))
}
