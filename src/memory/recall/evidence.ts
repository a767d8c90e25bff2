/** Asks every channel about every file and gives what they say as columns of scores with their weights. */

import type { Field } from './bm25.ts'
import { dottedScores } from './channels/dotted.ts'
import { frameScores } from './channels/frames.ts'
import {
  cochangeScores,
  commitScores,
  editCounts,
  readHistory,
  recencyScores,
  referenceScores,
  votes,
} from './channels/history.ts'
import { chunkScores, codeOnly, documentScores, fileScores, namesOnly } from './channels/lexical.ts'
import { neighbourScores, readLinks, testBridgeScores, testNameScores } from './channels/links.ts'
import { indexPaths, pathMentionScores, pathWordScores } from './channels/paths.ts'
import { phraseScores } from './channels/phrases.ts'
import { type Definition, openDefinitions, symbolScores } from './channels/symbols.ts'
import type { Channel } from './context.ts'
import type { ScoreColumn } from './fuse.ts'
import { type FileScores, type Ground, isRanked, noScores } from './ground.ts'
import { indexModules, type ModuleIndex } from './modules.ts'
import { weights } from './weights.ts'

export interface Evidence {
  columns: ScoreColumn[]
  /** Scores of the chunks for the whole issue, to show the best places of a file. */
  chunkScores: Float64Array
}

export function gatherEvidence(ground: Ground, ablate: ReadonlySet<Channel> = new Set()): Evidence {
  const { terms, titleTerms } = ground.query
  const asked: Asked = {
    ground,
    all: chunkScores(ground, terms),
    title: chunkScores(ground, titleTerms),
    definitions: openDefinitions(ground),
    modules: indexModules(ground.corpus),
    on: (name) => !ablate.has(name),
  }
  const columns = [
    ...wordColumns(asked),
    ...nameColumns(asked),
    ...historyColumns(asked),
    ...linkColumns(asked),
    ...priorColumns(asked),
  ]
  return { columns, chunkScores: asked.all }
}

interface Asked {
  ground: Ground
  all: Float64Array
  title: Float64Array
  definitions: (name: string) => Definition[]
  modules: ModuleIndex
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
    columns.push(column('messages', phraseScores(ground)), column('joined words', joinedScores(ground)))
  }
  return columns
}

function joinedScores(ground: Ground): FileScores {
  return fileScores(ground, chunkScores(ground, ground.query.joined))
}

function nameColumns({ ground, definitions, modules, on }: Asked): ScoreColumn[] {
  const { query } = ground
  const paths = indexPaths(ground.corpus)
  const columns: ScoreColumn[] = []
  if (on('symbols')) {
    columns.push(
      column('symbols', symbolScores(ground, definitions, query.names)),
      column('title as symbols', symbolScores(ground, definitions, query.titleNames)),
    )
  }
  if (on('dotted')) columns.push(column('dotted names', dottedScores(ground, modules, definitions)))
  if (on('paths')) {
    columns.push(
      column('paths', pathMentionScores(ground, paths)),
      column('words of paths', pathWordScores(ground, query.terms)),
      column('title in paths', pathWordScores(ground, query.titleTerms)),
    )
  }
  if (on('frames')) columns.push(column('stack frames', frameScores(ground, paths)))
  return columns
}

function historyColumns({ ground, all, title, on }: Asked): ScoreColumn[] {
  const history = readHistory(ground)
  const columns: ScoreColumn[] = []
  if (on('commits')) {
    const { best, sum } = votes(ground, history, commitScores(ground, history, ground.query.terms))
    columns.push(column('best commit', best), column('commits', sum))
  }
  if (on('references')) columns.push(column('references', referenceScores(ground, history)))
  if (on('cochange')) {
    columns.push(column('changed together', cochangeScores(ground, history, seedScores(ground, all, title))))
  }
  if (on('recency')) {
    columns.push(
      { ...column('changed recently', recencyScores(ground, history)), prior: true },
      { ...column('changed often', editCounts(ground, history)), prior: true },
    )
  }
  return columns
}

function linkColumns({ ground, all, title, definitions, modules, on }: Asked): ScoreColumn[] {
  if (!on('tests') && !on('imports')) return []
  const { terms, titleTerms } = ground.query
  const links = readLinks(ground, modules, definitions)
  const columns: ScoreColumn[] = []
  if (on('tests')) {
    const tests = chunkScores(ground, terms, ground.tests)
    columns.push(
      column('tests', testBridgeScores(ground, links, tests)),
      column('tests, title', testBridgeScores(ground, links, chunkScores(ground, titleTerms, ground.tests))),
      column('names of tests', testNameScores(ground, tests)),
    )
  }
  if (on('imports'))
    columns.push(column('neighbours', neighbourScores(ground, links, seedScores(ground, all, title))))
  return columns
}

/** Files whose neighbours are looked at. */
const seedCount = 20

/** The best files by words alone; everything below them is nought. */
function seedScores(ground: Ground, all: Float64Array, title: Float64Array): FileScores {
  const [byAll, byTitle] = [fileScores(ground, all), fileScores(ground, title)]
  const [topAll, topTitle] = [greatest(byAll), greatest(byTitle)]
  const seeds = noScores(ground).map((_, file) =>
    isRanked(ground.corpus.files[file]?.role ?? 'docs')
      ? (byAll[file] ?? 0) / topAll + (byTitle[file] ?? 0) / topTitle
      : 0,
  )
  const least =
    Float64Array.from(seeds)
      .sort()
      .at(-seedCount - 1) ?? 0
  return seeds.map((score) => (score > least ? score : 0))
}

function greatest(scores: FileScores): number {
  return scores.reduce((top, score) => Math.max(top, score), 0) || 1
}

/** What a file is, whatever was asked. */
function priorColumns({ ground }: Asked): ScoreColumn[] {
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
}

/** Logarithm of a file's chunks: large files have more to match by chance. */
function sizes(ground: Ground): FileScores {
  const counts = noScores(ground)
  for (const blobId of ground.corpus.chunkBlob) {
    for (const file of ground.corpus.filesOfBlob.get(blobId) ?? []) counts[file] = (counts[file] ?? 0) + 1
  }
  return counts.map(Math.log1p)
}
