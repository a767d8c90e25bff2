/** Review: what waits for a person, worked through with the keyboard alone or with the buttons of each row. */

import * as vscode from 'vscode'
import { chosenRoot } from './chosen-root.ts'
import type { Documents } from './documents.ts'
import { editMemory } from './memory-acts.ts'
import { pageOf } from './memory-ref.ts'
import { descriptionOf, iconOf, kindText, labelOf } from './memory-text.ts'
import { type ReviewEntry, reviewEntries } from './review-entries.ts'
import { errorText } from './shown-errors.ts'
import type { WindowMemory } from './window-memory.ts'

interface ReviewItem extends vscode.QuickPickItem {
  entry: ReviewEntry
}

type Verb = 'accept' | 'edit' | 'reject' | 'open'

interface Review {
  memory: WindowMemory
  documents: Documents
  root: string
}

/** Comes back to the list after each decision until nothing waits or the person leaves. */
export async function reviewMemories(
  memory: WindowMemory,
  documents: Documents,
  named: unknown,
): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  const review = { memory, documents, root: root.root }
  for (let at = 0; ; ) {
    const queue = await memory.ask('review', [], { root: root.root })
    const entries = reviewEntries(queue)
    if (entries.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Nothing waits for you.'))
      return
    }
    const chosen = await pick(entries, Math.min(at, entries.length - 1))
    if (chosen === undefined) return
    at = entries.indexOf(chosen.entry)
    if ((await settle(review, chosen)) === 'leave') return
  }
}

/** Enter asks what to do, a button does it at once. */
async function pick(
  entries: readonly ReviewEntry[],
  active: number,
): Promise<{ entry: ReviewEntry; verb: Verb | null } | undefined> {
  const buttons = verbButtons()
  const pick = vscode.window.createQuickPick<ReviewItem>()
  pick.title = vscode.l10n.t('Review memories: {0} wait', entries.length)
  pick.placeholder = vscode.l10n.t('Enter decides about a memory, Escape leaves the rest for later')
  pick.matchOnDescription = true
  pick.matchOnDetail = true
  pick.items = entries.map((entry) => itemOf(entry, buttons))
  pick.activeItems = pick.items.slice(active, active + 1)
  try {
    return await new Promise((resolve) => {
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems
        if (item !== undefined) resolve({ entry: item.entry, verb: null })
      })
      pick.onDidTriggerItemButton(({ item, button }) => {
        const verb = buttons.find(([, one]) => one === button)?.[0] ?? null
        resolve({ entry: item.entry, verb })
      })
      pick.onDidHide(() => resolve(undefined))
      pick.show()
    })
  } finally {
    pick.dispose()
  }
}

function itemOf(
  entry: ReviewEntry,
  buttons: readonly (readonly [Verb, vscode.QuickInputButton])[],
): ReviewItem {
  const { record } = entry
  const offered = entry.kind === 'candidate' ? buttons : buttons.filter(([verb]) => verb !== 'edit')
  return {
    label: `$(${entry.kind === 'proposal' ? 'git-pull-request' : iconOf(record ?? fallback)}) ${entry.label}`,
    description: record === null ? '' : `${kindText(record.kind)} · ${descriptionOf(record)}`,
    detail: entry.detail,
    buttons: offered.map(([, button]) => button),
    entry,
  }
}

const fallback = {
  id: '',
  kind: 'lesson',
  text: '',
  status: 'candidate',
  branch: null,
  validFrom: 0,
  pinned: false,
  inhibited: false,
} as const

function verbButtons(): [Verb, vscode.QuickInputButton][] {
  const button = (icon: string, tooltip: string) => ({ iconPath: new vscode.ThemeIcon(icon), tooltip })
  return [
    ['accept', button('check', vscode.l10n.t('Accept'))],
    ['edit', button('edit', vscode.l10n.t('Edit'))],
    ['reject', button('close', vscode.l10n.t('Reject'))],
  ]
}

/** A failure is said and the review goes on: the list is read again. */
async function settle(
  review: Review,
  { entry, verb }: { entry: ReviewEntry; verb: Verb | null },
): Promise<'next' | 'leave'> {
  try {
    if (entry.kind === 'contested') return await settlePair(review, entry)
    const chosen = verb ?? (await askVerb(entry))
    if (chosen === undefined) return 'next'
    return await perform(review, entry, chosen)
  } catch (error) {
    void vscode.window.showErrorMessage(errorText(error))
    return 'next'
  }
}

async function askVerb(entry: ReviewEntry): Promise<Verb | undefined> {
  const decisions = [
    { label: `$(check) ${vscode.l10n.t('Accept')}`, verb: 'accept' as const },
    { label: `$(close) ${vscode.l10n.t('Reject')}`, verb: 'reject' as const },
  ]
  const isDoubtful = (entry.record?.flags.length ?? 0) > 0
  const verbs = [
    // What was flagged is not accepted by pressing Enter twice.
    ...(isDoubtful ? decisions.toReversed() : decisions),
    ...(entry.kind === 'candidate'
      ? [{ label: `$(edit) ${vscode.l10n.t('Edit')}`, verb: 'edit' as const }]
      : []),
    ...(entry.record === null
      ? []
      : [{ label: `$(go-to-file) ${vscode.l10n.t('Open')}`, verb: 'open' as const }]),
  ]
  return (await vscode.window.showQuickPick(verbs, { title: entry.label }))?.verb
}

async function perform(
  { memory, documents, root }: Review,
  entry: Exclude<ReviewEntry, { kind: 'contested' }>,
  verb: Verb,
): Promise<'next' | 'leave'> {
  if (verb === 'open') {
    if (entry.record !== null) await documents.show(pageOf('memory', root, entry.record))
    return 'leave'
  }
  if (entry.kind === 'proposal') {
    await memory.ask('settle', [entry.seq, verb === 'accept' ? 'accept' : 'reject'], { root })
  } else if (verb === 'edit') await editMemory(memory, { root, id: entry.record.id })
  else await memory.ask('act', [[entry.record.id], verb], { root })
  return 'next'
}

/** Both sides are shown beside each other; the person says which one holds. */
async function settlePair(
  { memory, documents, root }: Review,
  { record, other, detail }: Extract<ReviewEntry, { kind: 'contested' }>,
): Promise<'next' | 'leave'> {
  const [left, right] = [record, other].map((one) => documents.uriOf(pageOf('memory', root, one)))
  // Not waited for: a diff is open long before its command ends.
  const options = { preview: true, preserveFocus: true }
  void vscode.commands.executeCommand('vscode.diff', left, right, vscode.l10n.t('Which one holds?'), options)
  const items = [
    {
      label: `$(arrow-left) ${vscode.l10n.t('The left one holds')}`,
      detail: labelOf(record),
      args: [record.id, other.id, 'supersede'] as const,
    },
    {
      label: `$(arrow-right) ${vscode.l10n.t('The right one holds')}`,
      detail: labelOf(other),
      args: [other.id, record.id, 'supersede'] as const,
    },
    {
      label: `$(check-all) ${vscode.l10n.t('Both hold: they complement each other')}`,
      args: [record.id, other.id, 'both'] as const,
    },
  ]
  const choice = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('They contradict each other: {0}', detail),
    ignoreFocusOut: true,
  })
  if (choice === undefined) return 'leave'
  await memory.ask('decide', [...choice.args], { root })
  return 'next'
}
