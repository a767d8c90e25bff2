/** Paths and file names in the issue, and words of the issue in paths. */

import { Tokenizer } from '../../code/tokens.ts'
import { inverseFrequency } from '../bm25.ts'
import type { Corpus } from '../corpus.ts'
import { type FileScores, type Ground, isRanked, mergeStems, noScores } from '../ground.ts'
import { onceForCorpus } from '../kept-corpus.ts'
import type { Term } from '../query.ts'

export interface PathIndex {
  /** Files whose path ends with this one, after dropping leading folders until one fits; and how many parts fitted. */
  resolve(path: string): { files: number[]; parts: number }
}

export const indexPaths = onceForCorpus(({ corpus }: { corpus: Corpus }): PathIndex => {
  const byName = new Map<string, number[]>()
  corpus.files.forEach(({ path }, file) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    byName.set(name, [...(byName.get(name) ?? []), file])
  })
  return {
    resolve(path) {
      const parts = path.split('/')
      const candidates = byName.get(parts.at(-1) ?? '') ?? []
      for (let from = 0; from < parts.length; from++) {
        const suffix = parts.slice(from).join('/')
        const files = candidates.filter((file) => endsWithPath(corpus.files[file]?.path ?? '', suffix))
        if (files.length > 0) return { files, parts: parts.length - from }
      }
      return { files: [], parts: 0 }
    },
  }
})

function endsWithPath(path: string, suffix: string): boolean {
  return path === suffix || path.endsWith(`/${suffix}`)
}

export function pathMentionScores(ground: Ground, paths: PathIndex): FileScores {
  const scores = noScores(ground)
  for (const { text, weight } of ground.query.paths) {
    const { files, parts } = paths.resolve(text)
    const ranked = files.filter((file) => isRanked(ground.corpus.files[file]?.role ?? 'data'))
    if (parts === 1 && /^(?:setup|conf|__init__|index|main|app|test|settings)\.\w+$/.test(text)) continue
    for (const file of ranked) scores[file] = (scores[file] ?? 0) + weight / ranked.length
  }
  return scores
}

/** Words that name a file tell more than words that name one of its folders, which many files share. */
const folderWeight = 0.5

/** Sum over the words of a path of their rarity among paths; longer names lose a little. */
export function pathWordScores(ground: Ground, terms: readonly Term[]): FileScores {
  const scores = noScores(ground)
  const weights = new Map(mergeStems(terms, ground.stems).map(({ text, weight }) => [text, weight]))
  const { sets, counts } = stemsOfPaths(ground)
  const worth = (word: string) =>
    (weights.get(word) ?? 0) * inverseFrequency(counts.get(word) ?? 0, sets.length)
  sets.forEach(({ name, folders }, file) => {
    let sum = 0
    for (const word of name) sum += worth(word) / Math.sqrt(name.size)
    for (const word of folders) if (!name.has(word)) sum += folderWeight * worth(word)
    scores[file] = sum
  })
  return scores
}

/** The words of each path as stems, and in how many paths each stem is. */
const stemsOfPaths = onceForCorpus((ground: Ground) => {
  const tokenizer = new Tokenizer()
  const words = ground.corpus.files.map(({ path }) => pathWords(path, tokenizer))
  const stems = ground.stems(words.flatMap(({ name, folders }) => [...name, ...folders]))
  const stemmed = (list: readonly string[]) => new Set(list.map((word) => stems.get(word) ?? word))
  const sets = words.map(({ name, folders }) => ({ name: stemmed(name), folders: stemmed(folders) }))
  const counts = new Map<string, number>()
  for (const { name, folders } of sets) {
    for (const word of new Set([...name, ...folders])) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return { sets, counts }
})

function pathWords(path: string, tokenizer: Tokenizer): { name: string[]; folders: string[] } {
  const cut = path.lastIndexOf('/')
  const name = path.slice(cut + 1).replace(/(?<=.)\.\w+$/, '')
  const own = name === '__init__' || name === 'index' ? `${path.slice(0, cut).split('/').at(-1) ?? ''}` : name
  const tokens = (text: string) => tokenizer.tokens(text, 0, text.length).split(' ').filter(Boolean)
  return { name: tokens(own), folders: tokens(path.slice(0, Math.max(0, cut)).replaceAll('/', ' ')) }
}
