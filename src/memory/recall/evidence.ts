/** Asks every channel about every file and gives what they say as columns of scores with their weights. */

import type { Field } from './bm25.ts'
import { dottedScores } from './channels/dotted.ts'
import { frameScores } from './channels/frames.ts'
import {
  commitScores,
  editCounts,
  type History,
  readHistory,
  recencyScores,
  referenceScores,
  votes,
} from './channels/history.ts'
import { chunkScores, codeOnly, documentScores, fileScores, namesOnly } from './channels/lexical.ts'
import {
  folderScores,
  nameBridgeScores,
  neighbourScores,
  readLinks,
  testBridgeScores,
} from './channels/links.ts'
import { type FileVote, memoryScores } from './channels/memories.ts'
import { indexPaths, pathMentionScores, pathWordScores } from './channels/paths.ts'
import { phraseScores } from './channels/phrases.ts'
import { type Definition, openDefinitions, symbolScores } from './channels/symbols.ts'
import type { Channel } from './context.ts'
import { rankLinearly, type ScoreColumn } from './fuse.ts'
import { type FileScores, type Ground, isRanked, noScores } from './ground.ts'
import { onceForCorpus } from './kept-corpus.ts'
import { indexModules, type ModuleIndex } from './modules.ts'
import { weights } from './weights.ts'

export interface Evidence {
  columns: ScoreColumn[]
  /** Scores of the chunks for the whole issue, to show the best places of a file. */
  chunkScores: Float64Array
}

export function gatherEvidence(
  ground: Ground,
  ablate: ReadonlySet<Channel> = new Set(),
  votes: readonly FileVote[] = [],
): Evidence {
  const { terms, titleTerms } = ground.query
  const asked: Asked = {
    ground,
    all: chunkScores(ground, terms),
    title: chunkScores(ground, titleTerms),
    history: readHistory(ground),
    definitions: openDefinitions(ground),
    modules: indexModules(ground),
    votes,
    on: (name) => !ablate.has(name),
  }
  const direct = [
    ...wordColumns(asked),
    ...nameColumns(asked),
    ...historyColumns(asked),
    ...memoryColumns(asked),
  ]
  const derived = linkColumns(asked, bestFiles(ground, direct))
  return { columns: [...direct, ...derived, ...priorColumns(ground)], chunkScores: asked.all }
}

interface Asked {
  ground: Ground
  all: Float64Array
  title: Float64Array
  history: History
  definitions: (name: string) => Definition[]
  modules: ModuleIndex
  votes: readonly FileVote[]
  on: (channel: Channel) => boolean
}

type WeightName = keyof typeof weights

function column(name: WeightName, scores: FileScores): ScoreColumn {
  return { channel: name, weight: weights[name], scores }
}

function wordColumns({ ground, all, title, on }: Asked): ScoreColumn[] {
  const { terms, titleTerms } = ground.query
  const fields = (only: readonly Field[]) => fileScores(ground, chunkScores(ground, terms, ground.code, only))
  const columns: ScoreColumn[] = []
  if (on('lexical')) {
    columns.push(
      column('words', fileScores(ground, all)),
      column('best chunk', fileScores(ground, all, 1)),
      column('words of code', fields(codeOnly)),
      column('words of names', fields(namesOnly)),
      column('whole file', documentScores(ground, terms)),
    )
  }
  if (on('title')) {
    columns.push(
      column('title', fileScores(ground, title)),
      column('title, best chunk', fileScores(ground, title, 1)),
      column('title, whole file', documentScores(ground, titleTerms)),
    )
  }
  if (on('phrases')) {
    columns.push(column('messages', phraseScores(ground)))
  }
  return columns
}

/** Names of titles and code spans; those of pasted code are mostly the reporter's own. */
const markedWeight = 1.5

function nameColumns({ ground, definitions, modules, on }: Asked): ScoreColumn[] {
  const { query } = ground
  const paths = indexPaths(ground)
  const columns: ScoreColumn[] = []
  if (on('symbols')) {
    const named = [...query.names.filter(({ weight }) => weight >= markedWeight), ...query.titleNames]
    columns.push(column('symbols', symbolScores(ground, definitions, named)))
  }
  if (on('dotted')) columns.push(column('dotted names', dottedScores(ground, modules, definitions)))
  if (on('paths')) {
    columns.push(
      column('paths', pathMentionScores(ground, paths)),
      column('words of paths', pathWordScores(ground, query.terms)),
    )
  }
  if (on('frames')) columns.push(column('stack frames', frameScores(ground, paths)))
  return columns
}

function historyColumns({ ground, history, on }: Asked): ScoreColumn[] {
  const columns: ScoreColumn[] = []
  if (on('commits')) {
    const { best, sum } = votes(ground, history, commitScores(ground, history, ground.query.terms))
    columns.push(column('best commit', best), column('commits', sum))
  }
  if (on('references')) columns.push(column('references', referenceScores(ground, history)))
  if (on('recency')) {
    columns.push(
      { ...column('changed recently', recencyScores(ground, history)), prior: true },
      { ...column('changed often', editCounts(ground, history)), prior: true },
    )
  }
  return columns
}

function memoryColumns({ ground, votes, on }: Asked): ScoreColumn[] {
  if (!on('memories') || votes.length === 0) return []
  const { best, sum, lessons } = memoryScores(ground, votes)
  const columns = [column('best past fix', best), column('past fixes', sum), column('lessons', lessons)]
  return columns.filter(({ weight }) => weight !== 0)
}

/** What leads from other files to a file: tests, imports, the same folder. */
function linkColumns({ ground, on }: Asked, seeds: FileScores): ScoreColumn[] {
  const { terms, titleTerms } = ground.query
  const columns: ScoreColumn[] = []
  const links = on('tests') || on('imports') ? readLinks(ground) : []
  if (on('tests')) {
    const tests = chunkScores(ground, terms, ground.tests)
    const byTitle = chunkScores(ground, titleTerms, ground.tests)
    columns.push(
      column('tests', testBridgeScores(ground, links, byTitle)),
      column('names of tests', nameBridgeScores(ground, tests)),
    )
  }
  if (on('imports')) columns.push(column('neighbours', neighbourScores(ground, links, seeds)))
  if (on('folder')) columns.push(column('same folder', folderScores(ground, seeds)))
  return columns
}

/** Files whose neighbours are looked at. */
const seedCount = 20

/** The best files by what speaks for them directly; everything below them is nought. */
function bestFiles(ground: Ground, columns: readonly ScoreColumn[]): FileScores {
  const { files } = ground.corpus
  const ranked = [...files.keys()].filter((file) => isRanked(files[file]?.role ?? 'docs'))
  const answers = columns.filter(({ prior }) => prior !== true)
  const best = rankLinearly(answers, ranked, (file) => files[file]?.path ?? '', seedCount + 1)
  const least = best[seedCount]?.score ?? 0
  const seeds = noScores(ground)
  for (const { item, score } of best) seeds[item] = score - least
  return seeds
}

/** What a file is, whatever was asked. */
const priorColumns = onceForCorpus((ground: Ground): ScoreColumn[] => {
  const { files } = ground.corpus
  const flag = (test: (path: string, role: string) => boolean) =>
    Float64Array.from(files, ({ path, role }) => (test(path, role) ? 1 : 0))
  return [
    {
      ...column(
        'not source',
        flag((_, role) => role !== 'source'),
      ),
      prior: true,
    },
    {
      ...column(
        'package file',
        flag((path) => /(?:^|\/)(?:__init__\.py|index\.[jt]sx?|mod\.rs)$/.test(path)),
      ),
      prior: true,
    },
    { ...column('size', sizes(ground)), prior: true },
  ]
})

/** Logarithm of a file's chunks: large files have more to match by chance. */
function sizes(ground: Ground): FileScores {
  const counts = noScores(ground)
  for (const blobId of ground.corpus.chunkBlob) {
    for (const file of ground.corpus.filesOfBlob.get(blobId) ?? []) counts[file] = (counts[file] ?? 0) + 1
  }
  return counts.map(Math.log1p)
}
