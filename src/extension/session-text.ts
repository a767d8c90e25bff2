/** Past sessions in the words of rows and messages. Pure: the editor hands over its translator. */

import type { SessionEntry, SessionImport, SessionSource } from '../protocol-sessions.ts'
import { dateText } from './memory-text.ts'

/** `vscode.l10n`, or a stand-in where there is no editor. */
export interface L10n {
  t(message: string, ...args: (string | number)[]): string
}

export function sessionCount(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t('1 session') : l10n.t('{0} sessions', count)
}

export function episodeCount(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t('1 episode') : l10n.t('{0} episodes', count)
}

function demonstrationCount(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t('1 demonstration') : l10n.t('{0} demonstrations', count)
}

function agentCount(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t('1 agent') : l10n.t('{0} agents', count)
}

/** For example `Found 214 sessions of 3 agents for this repository.` */
export function foundText(l10n: L10n, sources: readonly SessionSource[], name?: string): string {
  const with_ = sources.filter(({ found }) => found > 0)
  const sessions = with_.reduce((sum, { found }) => sum + found, 0)
  const counts = [sessionCount(l10n, sessions), agentCount(l10n, with_.length)] as const
  return name === undefined
    ? l10n.t('Found {0} of {1} for this repository.', ...counts)
    : l10n.t('Found {0} of {1} for {2}.', ...counts, name)
}

/** For example `8 passed, 2 failed`; empty where nothing was judged. */
export function verdictText(l10n: L10n, { passed, failed, unknown }: SessionEntry['verdicts']): string {
  return [
    ...(passed > 0 ? [l10n.t('{0} passed', passed)] : []),
    ...(failed > 0 ? [l10n.t('{0} failed', failed)] : []),
    ...(unknown > 0 ? [l10n.t('{0} unknown', unknown)] : []),
  ].join(', ')
}

/** A codicon: how the work of a session ended, as for its episodes. */
export function verdictIcon({ passed, failed }: SessionEntry['verdicts']): string {
  if (passed > 0) return failed > 0 ? 'diff' : 'pass'
  return failed > 0 ? 'error' : 'history'
}

/** For example `watching · 124 sessions · 12 new · last import 2026-11-20`. */
export function sourceDescription(l10n: L10n, source: SessionSource): string {
  const { found, waiting, chosen, lastImport, imported } = source
  const none = found === 0 && imported === 0
  return [
    chosen ? l10n.t('watching') : l10n.t('off'),
    none ? l10n.t('no session of this repository') : sessionCount(l10n, Math.max(found, imported)),
    ...(waiting > 0 ? [l10n.t('{0} new', waiting)] : []),
    ...(lastImport === null ? [] : [l10n.t('last import {0}', dateText(lastImport))]),
  ].join(' · ')
}

/** What came of earlier imports of one agent. */
export function importedText(l10n: L10n, source: SessionSource): string {
  const { imported, episodes, demonstrations, verdicts, lastImport } = source
  if (imported === 0 || lastImport === null) return l10n.t('Nothing of it was imported yet.')
  const judged = verdictText(l10n, verdicts)
  const made = l10n.t(
    'Imported: {0}, {1}, {2}',
    sessionCount(l10n, imported),
    episodeCount(l10n, episodes),
    demonstrationCount(l10n, demonstrations),
  )
  return `${made}${judged === '' ? '' : ` (${judged})`}, ${dateText(lastImport)}`
}

/** What the menus ask: `source;off;found;`. */
export function sourceContext({ chosen, found }: SessionSource): string {
  return `source;${chosen ? 'watched' : 'off'};${found > 0 ? 'found' : 'none'};`
}

/** The summary of an import in one message. */
export function importText(l10n: L10n, done: SessionImport): string {
  const { imported, found, episodes, demonstrations, unchanged, stopped, masked } = done
  const judged = verdictText(l10n, done.verdicts)
  const made = l10n.t('{0} and {1}', episodeCount(l10n, episodes), demonstrationCount(l10n, demonstrations))
  return [
    ...(stopped ? [l10n.t('It was stopped; the next import does the rest.')] : []),
    l10n.t(
      'Imported {0} of {1}: {2}{3}.',
      imported,
      sessionCount(l10n, found),
      made,
      judged && ` (${judged})`,
    ),
    ...(unchanged > 0 ? [l10n.t('Known already: {0}.', sessionCount(l10n, unchanged))] : []),
    ...(masked > 0
      ? [masked === 1 ? l10n.t('1 secret was masked.') : l10n.t('{0} secrets were masked.', masked)]
      : []),
    ...skippedText(l10n, done),
  ].join(' ')
}

function skippedText(l10n: L10n, { skipped }: SessionImport): string[] {
  const [first] = skipped
  if (first === undefined) return []
  const count = skipped.reduce((sum, one) => sum + one.count, 0)
  return [
    l10n.t('Skipped: {0}, most often because {1} (for example {2}).', count, first.reason, first.example),
  ]
}

/** In a remote window: what lies on the person's own machine, where this one cannot look. */
export function remoteNote(l10n: L10n, remoteName: string | undefined): string | undefined {
  if (remoteName === undefined) return undefined
  return l10n.t(
    'This window works on a remote machine ({0}). Sessions of Copilot Chat, of Cursor, and of Cline, Roo Code or Continue where they run on your own machine are stored there and cannot be read from here.',
    remoteName,
  )
}
