/** What files import: from tests to the code they test, and between neighbours. */

import { type FileScores, type Ground, isRanked, noScores } from '../ground.ts'
import { onceForCorpus } from '../kept-corpus.ts'
import { indexModules, type ModuleIndex, resolveImport } from '../modules.ts'
import { topChunks } from './lexical.ts'
import { type Definition, openDefinitions } from './symbols.ts'

/** Files that each file imports, by position. */
export type Links = readonly (readonly number[])[]

const selectImports = `
  select i.blob_id, i.module, i.names from import i
  where i.blob_id in (select blob_id from view_file where view_id = ? and blob_id is not null)`

export const readLinks = onceForCorpus((ground: Ground): Links => {
  const { corpus } = ground
  const [modules, definitions] = [indexModules(ground), openDefinitions(ground)]
  const links = corpus.files.map(() => new Set<number>())
  const select = ground.db.prepare(selectImports)
  select.setReturnArrays(true)
  for (const [blobId, module, names] of select.all(ground.viewId) as unknown as [number, string, string][]) {
    for (const file of corpus.filesOfBlob.get(blobId) ?? []) {
      const path = corpus.files[file]?.path ?? ''
      for (const target of importTargets(ground, modules, definitions, { path, module, names })) {
        if (target !== file) links[file]?.add(target)
      }
    }
  }
  return links.map((set) => [...set])
})

/** More files than this can be meant only by a name that says nothing, such as `utils`. */
const mostTargets = 3

interface Import {
  path: string
  module: string
  names: string
}

/** The module itself, its submodules of these names, and the files of the package that define these names. */
function importTargets(
  ground: Ground,
  modules: ModuleIndex,
  definitions: (name: string) => Definition[],
  { path, module, names }: Import,
): number[] {
  const { corpus } = ground
  const files = resolveImport(modules, corpus, path, module)
  if (files.length > mostTargets) return []
  const found = [...files]
  const separator = module.includes('/') ? '/' : '.'
  for (const name of names.split(' ').filter(Boolean)) {
    const below = resolveImport(
      modules,
      corpus,
      path,
      module.endsWith('.') ? `${module}${name}` : `${module}${separator}${name}`,
    )
    if (below.length <= mostTargets) found.push(...below)
    const folders = files.map((file) => folderOf(corpus.files[file]?.path ?? '')).filter(Boolean)
    const inside = definitions(name).filter(
      (one) =>
        one.name === name &&
        one.container === '' &&
        folders.some((folder) => corpus.files[one.file]?.path.startsWith(folder)),
    )
    if (inside.length <= mostTargets) found.push(...inside.map(({ file }) => file))
  }
  return found
}

function folderOf(path: string): string {
  return /(?:__init__\.pyi?|index\.\w+|mod\.rs|lib\.rs)$/.test(path)
    ? path.slice(0, path.lastIndexOf('/') + 1)
    : ''
}

/** Test chunks that lead on. */
const bridges = 20

/** Test chunks that answer the issue vote for what their files import; a file that every test imports gets little. */
export function testBridgeScores(ground: Ground, links: Links, scores: Float64Array): FileScores {
  const { corpus } = ground
  const files = noScores(ground)
  const importers = countImporters(ground, links, 'test')
  const best = [...scores.keys()].filter((at) => (scores[at] ?? 0) > 0 && isTest(ground, at))
  best.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
  for (const at of best.slice(0, bridges)) {
    for (const test of corpus.filesOfBlob.get(corpus.chunkBlob[at] ?? -1) ?? []) {
      for (const target of links[test] ?? []) {
        if (!isRanked(corpus.files[target]?.role ?? 'data')) continue
        files[target] = (files[target] ?? 0) + (scores[at] ?? 0) / Math.sqrt(importers[target] ?? 1)
      }
    }
  }
  return files.map(Math.sqrt)
}

function isTest(ground: Ground, at: number): boolean {
  const file = ground.corpus.filesOfBlob.get(ground.corpus.chunkBlob[at] ?? -1)?.[0] ?? -1
  return ground.corpus.files[file]?.role === 'test'
}

function countImporters(ground: Ground, links: Links, role: 'test' | 'source'): Float64Array {
  const counts = noScores(ground)
  links.forEach((targets, file) => {
    if ((ground.corpus.files[file]?.role === 'test') !== (role === 'test')) return
    for (const target of targets) counts[target] = (counts[target] ?? 0) + 1
  })
  return counts
}

/** `tests/test_ext_viewcode.py` is named after `ext/viewcode.py`: tests that answer the issue vote for it. */
export function nameBridgeScores(ground: Ground, scores: Float64Array): FileScores {
  const { corpus } = ground
  const files = noScores(ground)
  const subjects = new Map<string, number>()
  for (const [blobId, top] of topChunks(corpus, scores)) {
    for (const file of corpus.filesOfBlob.get(blobId) ?? []) {
      if (corpus.files[file]?.role !== 'test') continue
      const subject = subjectOf(corpus.files[file]?.path ?? '')
      const score = top.reduce((sum, at) => sum + (scores[at] ?? 0), 0)
      subjects.set(subject, Math.max(subjects.get(subject) ?? 0, score))
    }
  }
  const best = [...subjects].sort((a, b) => b[1] - a[1]).slice(0, bridges)
  const known = ownNamesOf(ground)
  corpus.files.forEach(({ role }, file) => {
    if (!isRanked(role)) return
    const names = known[file] ?? []
    for (const [subject, score] of best) {
      if (names.includes(subject)) files[file] = Math.max(files[file] ?? 0, Math.sqrt(score))
    }
  })
  return files
}

function subjectOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '')
  return base.replace(/^tests?_|_tests?$|[._-](?:tests?|spec)$|Tests?$|Spec$/g, '').toLowerCase()
}

const ownNamesOf = onceForCorpus(({ corpus }: Ground) => corpus.files.map(({ path }) => ownNames(path)))

/** `a/b/c.py` may be tested by `test_c`, `test_b_c`, and `a/b/__init__.py` by `test_b`. */
function ownNames(path: string): string[] {
  const parts = path
    .toLowerCase()
    .replace(/\.\w+$/, '')
    .split('/')
  if (parts.at(-1) === '__init__' || parts.at(-1) === 'index') parts.pop()
  const bare = parts.map((part) => part.replace(/^_+/, ''))
  return [bare.slice(-1).join('_'), bare.slice(-2).join('_'), bare.slice(-3).join('_')]
}

/** A file next to good files: what it imports and what imports it, each shared out among its neighbours. */
export function neighbourScores(ground: Ground, links: Links, seeds: FileScores): FileScores {
  const files = noScores(ground)
  const importers = countImporters(ground, links, 'source')
  links.forEach((targets, file) => {
    if (!isRanked(ground.corpus.files[file]?.role ?? 'data')) return
    for (const target of targets) {
      files[target] = (files[target] ?? 0) + (seeds[file] ?? 0) / Math.sqrt(targets.length)
      files[file] = (files[file] ?? 0) + (seeds[target] ?? 0) / Math.sqrt(importers[target] || 1) / 2
    }
  })
  return files.map(Math.sqrt)
}

/** Good files are found among good files: the mean of the seeds in the same folder, without the file itself. */
export function folderScores(ground: Ground, seeds: FileScores): FileScores {
  const folders = new Map<string, { sum: number; count: number }>()
  const { files } = ground.corpus
  files.forEach(({ path, role }, file) => {
    if (!isRanked(role)) return
    const entry = folders.get(parentOf(path)) ?? { sum: 0, count: 0 }
    folders.set(parentOf(path), { sum: entry.sum + (seeds[file] ?? 0), count: entry.count + 1 })
  })
  return Float64Array.from(files, ({ path, role }, file) => {
    const entry = folders.get(parentOf(path))
    if (entry === undefined || !isRanked(role) || entry.count < 2) return 0
    return Math.max(0, entry.sum - (seeds[file] ?? 0)) / (entry.count - 1)
  })
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
