/** What a tool does, for the person who waits. Pure. */

import type { ToolCall } from '../../llm/model.ts'
import type { L10n } from '../session-text.ts'

const longest = 80

/** For example `Searching the code: UnbalancedEntryError`. */
export function toolWords(l10n: L10n, { name, arguments: given }: ToolCall): string {
  const subject = subjectOf(given)
  const words: Record<string, string> = {
    casebook_recall: l10n.t('Recalling'),
    casebook_search: l10n.t('Searching the code'),
    casebook_locate: l10n.t('Looking for the place'),
    casebook_open: l10n.t('Opening'),
    casebook_history: l10n.t('Reading the history'),
    SYS_SEARCH_TOOLS: l10n.t('Looking for tools'),
    SYS_REMOVE_TOOLS: l10n.t('Putting tools away'),
    casebook_why: l10n.t('Asking where it is known from'),
  }
  const what = words[name] ?? l10n.t('Using {0}', name)
  return subject === '' ? `${what}…` : `${what}: ${subject}`
}

/** The first words among the arguments, on one line. */
function subjectOf(given: unknown): string {
  const values = typeof given === 'object' && given !== null ? Object.values(given) : []
  const text = values.flat().find((value) => typeof value === 'string') ?? ''
  const line = String(text).replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}
