/** `casebook status`: what is indexed, and when and why it last ran. */

import type { IndexState, RootStatus } from '../../protocol.ts'
import type { MemoryStats } from '../../protocol-memories.ts'
import type { Command } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { columns, count, duration, moment, plural } from '../format.ts'
import { statsLine, storeLine } from '../memory-text.ts'
import type { Style } from '../style.ts'
import { isIndexed, withCasebook } from '../with-casebook.ts'

export const status: Command = {
  name: 'status',
  summary: 'Show what is indexed',
  usage: '',
  options: {},
  run: (call) =>
    withCasebook(call, async (casebook) => {
      const found = casebook.status()
      const memories = casebook.memories.stats()
      return { data: { ...found, memories }, text: (style) => render(found, memories, style) }
    }),
}

function render(found: RootStatus, memories: MemoryStats, style: Style): string {
  const rows = [
    ['repository', escapeLine(found.root)],
    ['at', escapeLine([found.branch, found.head?.slice(0, 10)].filter(Boolean).join(' ') || 'no commit')],
    ['index', isIndexed(found) ? stateText(found.state) : "not indexed yet: run 'casebook index'"],
    ['files', fileText(found)],
    ['chunks', `${count(found.chunks)} of ${plural(found.symbols, 'symbol')}`],
    ['commits', count(found.commits)],
    ['languages', languageText(found)],
    ['last run', runText(found)],
    ['memory', statsLine(memories)],
    ['log', storeLine(memories)],
  ]
  if (found.lastError !== null) rows.push(['last error', style.bad(escapeLine(found.lastError))])
  return columns(rows)
}

function fileText(found: RootStatus): string {
  return `${count(found.indexedFiles)} of ${count(found.files)} indexed, ${count(found.excludedFiles)} excluded`
}

function languageText(found: RootStatus): string {
  if (found.languages.length === 0) return 'none'
  return found.languages.map((entry) => `${entry.language} ${count(entry.files)}`).join(', ')
}

function runText(found: RootStatus): string {
  if (found.lastRun === null) return 'never'
  const { at, reason, seconds, parsed } = found.lastRun
  return `${moment(at)}, ${duration(seconds)}, ${plural(parsed, 'file')} read (${escapeLine(reason)})`
}

function stateText(state: IndexState): string {
  if (state.kind === 'idle') return 'ready'
  if (state.kind === 'failed') return escapeLine(`failed: ${state.message} ${state.remedy}`)
  return escapeLine(`${state.kind}: ${state.reason}`)
}
