/** What a person may ask next, by what the turn left. Pure. */

import type { L10n } from '../session-text.ts'
import { turnDataOf } from './turn-data.ts'

export interface FollowUp {
  prompt: string
  command: string
  label: string
}

const mostMemories = 2

export function followups(l10n: L10n, metadata: unknown): FollowUp[] {
  const data = turnDataOf(metadata)
  if (data === null || data.command === 'remember') return []
  const { recalled, cited, paths, prompt } = data
  const known = new Set(cited.map(({ id }) => id))
  const marks = recalled.flatMap(({ id }, at) => (known.has(id) ? [`m${at + 1}`] : []))
  const [path] = paths
  return [
    ...((prompt === '' && data.command !== 'recall') || recalled.length === 0
      ? []
      : [{ prompt: '', command: 'why', label: l10n.t('Why these memories?') }]),
    ...marks
      .slice(0, mostMemories)
      .map((mark) => ({ prompt: mark, command: 'why', label: l10n.t('Why do you know {0}?', mark) })),
    ...(path === undefined || data.command === 'history'
      ? []
      : [{ prompt: path, command: 'history', label: l10n.t('How was {0} fixed before?', path) }]),
  ]
}
