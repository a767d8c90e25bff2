/** How a repository is tested, built and linted, as its own files say. Pure. */

import type { RecordDraft } from '../record.ts'
import { type CommandPlace, type FileText, readCommands } from './command-files.ts'

export const commandMethod = 'history/command'

/** Keys are `test-command(.)`: purpose and the folder that it holds for. */
export interface CommandFinding {
  purpose: 'test' | 'lint' | 'build'
  scope: string
  command: string
  places: CommandPlace[]
}

const mostFindings = 24

/** One command for each purpose and folder: the one that most files agree on, in its plainest words. */
export function commandFindings(files: readonly FileText[]): CommandFinding[] {
  const groups = new Map<string, CommandPlace[]>()
  for (const place of readCommands(files)) {
    const key = `${place.purpose} ${place.scope}`
    groups.set(key, [...(groups.get(key) ?? []), place])
  }
  return [...groups.values()].flatMap(best).sort(order).slice(0, mostFindings)
}

function best(places: readonly CommandPlace[]): CommandFinding[] {
  const families = new Map<string, CommandPlace[]>()
  for (const place of places) families.set(place.family, [...(families.get(place.family) ?? []), place])
  const ranked = [...families.values()].sort(
    (a, b) =>
      paths(b) - paths(a) || strength(b) - strength(a) || compare(a[0]?.command ?? '', b[0]?.command ?? ''),
  )
  const own = ranked[0]
  const spoken = own?.toSorted(plainest)[0]
  if (own === undefined || spoken === undefined) return []
  const { purpose, scope, command } = spoken
  return [{ purpose, scope, command, places: firstOfEach(own) }]
}

/** A script with a name first; else the fewest words: CI adds flags of its own. */
function plainest(a: CommandPlace, b: CommandPlace): number {
  const named = (one: CommandPlace) => (one.strength === 3 ? 0 : 1)
  const words = (one: CommandPlace) => one.command.split(' ').length
  return named(a) - named(b) || words(a) - words(b) || compare(a.command, b.command)
}

function paths(places: readonly CommandPlace[]): number {
  return new Set(places.map(({ path }) => path)).size
}

function strength(places: readonly CommandPlace[]): number {
  return Math.max(...places.map((place) => place.strength))
}

function firstOfEach(places: readonly CommandPlace[]): CommandPlace[] {
  const seen = new Set<string>()
  return places
    .filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined)
    .sort((a, b) => b.strength - a.strength || compare(a.path, b.path))
    .slice(0, 4)
}

const purposes = ['test', 'build', 'lint']

/** The whole repository before its parts, tests first. */
function order(a: CommandFinding, b: CommandFinding): number {
  const depth = (scope: string) => (scope === '.' ? 0 : scope.split('/').length)
  return (
    depth(a.scope) - depth(b.scope) ||
    compare(a.scope, b.scope) ||
    purposes.indexOf(a.purpose) - purposes.indexOf(b.purpose)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const sentences = { test: 'Run the tests', build: 'Build', lint: 'Run the linter' }

/** `time`: when the newest of its files was changed, Unix seconds. */
export function commandFact(
  finding: CommandFinding,
  place: { head: string; branch: string | null; time: number },
): RecordDraft {
  const { purpose, scope, command, places } = finding
  const where = scope === '.' ? 'in the root folder' : `in ${scope}`
  const files = places.map(({ path }) => path)
  return {
    kind: 'fact',
    text: `${sentences[purpose]} ${where} with: ${command} (says ${files.join(', ')}).`,
    cue: `The ${purpose} command ${where} is needed.`,
    entities: files,
    tags: ['history', 'command'],
    anchors: places.map(({ path, blob, line }) => ({
      path,
      blob,
      commit: place.head,
      ...(line > 0 && { span: { startLine: line, endLine: line } }),
    })),
    provenance: {
      sources: places.map(({ path }) => ({ type: 'file', ref: path })),
      author: 'indexer',
      method: commandMethod,
    },
    confidence: 'observed',
    branch: place.branch,
    commit: place.head,
    validFrom: place.time * 1000,
    fact: {
      key: `${purpose}-command(${scope})`,
      value: command,
      checker: purpose === 'test' ? command : null,
    },
  }
}
