/** The state of the memory in the few words of a status bar. */

import * as vscode from 'vscode'
import type { PanelState, Progress, RootStatus } from '../protocol.ts'

export interface StatusText {
  /** With codicons. */
  text: string
  /** One line for each root. */
  tooltip: string
  severity: 'normal' | 'warning' | 'error'
}

export function statusText(state: PanelState): StatusText {
  if (state.access !== 'ready') return accessText(state.access)
  const tooltip = [
    ...state.roots.flatMap((root) => [`${root.name}: ${rootText(root)}`, ...root.notices]),
    ...state.problems.map(({ folder, message, remedy }) => `${folder}: ${message} ${remedy}`.trimEnd()),
  ].join('\n')
  if (state.service === 'restarting') {
    return {
      text: '$(sync~spin) Casebook',
      tooltip: vscode.l10n.t('The memory service restarts.'),
      severity: 'warning',
    }
  }
  if (state.problems.length > 0 || state.roots.some((root) => root.state.kind === 'failed')) {
    return { text: '$(error) Casebook', tooltip, severity: 'error' }
  }
  if (state.roots.length === 0) return { text: '$(book) Casebook', tooltip: opening(), severity: 'normal' }
  const noticed = state.roots.some(({ notices }) => notices.length > 0)
  const icon = noticed ? '$(warning)' : busyIcon(state.roots)
  return { text: `${icon} ${label(state.roots)}`, tooltip, severity: 'normal' }
}

function opening(): string {
  return vscode.l10n.t('Casebook opens the memory.')
}

/** One root in one line: what it does, how far it is, why. */
export function rootText(status: RootStatus): string {
  const { state } = status
  switch (state.kind) {
    case 'idle':
      return vscode.l10n.t(
        '{0} files and {1} commits remembered',
        count(status.indexedFiles),
        count(status.commits),
      )
    case 'indexing':
      return vscode.l10n.t('indexing, {0} ({1})', progressText(status), state.reason)
    case 'paused':
      return vscode.l10n.t('paused at {0} ({1})', percent([status]), state.reason)
    case 'waiting':
      return vscode.l10n.t('waiting: {0}', state.reason)
    case 'failed':
      return `${state.message} ${state.remedy}`.trimEnd()
  }
}

/** Share of the listed files that are searchable, for example `34 %`. */
export function percent(roots: readonly RootStatus[]): string {
  const files = roots.reduce((sum, root) => sum + root.files, 0)
  const done = roots.reduce((sum, root) => sum + root.indexedFiles, 0)
  return `${files === 0 ? 0 : Math.floor((100 * done) / files)} %`
}

function progressText(status: RootStatus): string {
  const { progress } = status
  if (progress === null || progress.total === 0) return percent([status])
  const done = vscode.l10n.t(
    '{0} of {1} {2}',
    count(progress.done),
    count(progress.total),
    phaseText(progress.phase),
  )
  if (progress.etaSeconds === null) return done
  return `${done}, ${vscode.l10n.t('{0} s left', Math.ceil(progress.etaSeconds))}`
}

function phaseText(phase: Progress['phase']): string {
  if (phase === 'history') return vscode.l10n.t('commits')
  if (phase === 'memory') return vscode.l10n.t('commits read for past fixes')
  return phase === 'vectors' ? vscode.l10n.t('vectors') : vscode.l10n.t('files')
}

function label(roots: readonly RootStatus[]): string {
  const busy = roots.filter((root) => root.state.kind === 'indexing' || root.state.kind === 'paused')
  return busy.length === 0 ? 'Casebook' : `Casebook ${percent(busy)}`
}

function busyIcon(roots: readonly RootStatus[]): string {
  const kinds = new Set(roots.map((root) => root.state.kind))
  if (kinds.has('indexing')) return '$(sync~spin)'
  if (kinds.has('paused')) return '$(debug-pause)'
  return kinds.has('waiting') ? '$(watch)' : '$(book)'
}

function accessText(access: Exclude<PanelState['access'], 'ready'>): StatusText {
  const tooltip = {
    untrusted: vscode.l10n.t('Casebook reads nothing until you trust this workspace.'),
    'no-folder': vscode.l10n.t('Open a folder, and Casebook remembers it.'),
    unsupported: vscode.l10n.t('Casebook needs folders on a disk; this window has none.'),
  }[access]
  return { text: `$(${access === 'untrusted' ? 'shield' : 'book'}) Casebook`, tooltip, severity: 'normal' }
}

function count(value: number): string {
  return value.toLocaleString(vscode.env.language)
}
