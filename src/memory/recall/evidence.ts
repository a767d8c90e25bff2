/** Asks every channel about every file and gives what they say as columns of scores with their weights. */

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
import { chunkScores, fileScores } from './channels/lexical.ts'
import { neighbourScores, readLinks, testBridgeScores, testNameScores } from './channels/links.ts'
import { indexPaths, pathMentionScores, pathWordScores } from './channels/paths.ts'
import { phraseScores } from './channels/phrases.ts'
import { openDefinitions, symbolScores } from './channels/symbols.ts'
import type { Channel } from './context.ts'
import type { ScoreColumn } from './fuse.ts'
import { type FileScores, type Ground, isRanked, noScores } from './ground.ts'
import { indexModules } from './modules.ts'
import { weights } from './weights.ts'

export interface Evidence {
  columns: ScoreColumn[]
  /** Scores of the chunks for the whole issue, to show the best places of a file. */
  chunkScores: Float64Array
}

export function gatherEvidence(ground: Ground, ablate: ReadonlySet<Channel> = new Set()): Evidence {
  const all = chunkScores(ground, ground.query.terms)
  const asked: Asked = {
    ground,
    all,
    title: chunkScores(ground, ground.query.titleTerms),
    on: (name) => !ablate.has(name),
  }
  const columns = [
    ...wordColumns(asked),
    ...nameColumns(asked),
    ...historyAndLinkColumns(asked),
    ...priorColumns(asked),
  ]
  return { columns, chunkScores: all }
}

interface Asked {
  ground: Ground
  all: Float64Array
  title: Float64Array
  on: (channel: Channel) => boolean
}

type WeightName = keyof typeof weights

function column(name: WeightName, scores: FileScores): ScoreColumn {
  return { channel: name, weight: weights[name], scores }
}

function wordColumns({ ground, all, title, on }: Asked): ScoreColumn[] {
  const { query } = ground
  return [
    ...(on('lexical')
      ? [column('words', fileScores(ground, all)), column('best chunk', fileScores(ground, all, 1))]
      : []),
    ...(on('title')
      ? [
          column('title', fileScores(ground, title)),
          column('title, best chunk', fileScores(ground, title, 1)),
        ]
      : []),
    ...(on('paths') ? [column('words of paths', pathWordScores(ground, query.terms))] : []),
    ...(on('phrases') ? [column('messages', phraseScores(ground))] : []),
  ]
}

function nameColumns({ ground, on }: Asked): ScoreColumn[] {
  const definitions = openDefinitions(ground)
  const modules = indexModules(ground.corpus)
  const paths = indexPaths(ground.corpus)
  return [
    ...(on('symbols') ? [column('symbols', symbolScores(ground, definitions))] : []),
    ...(on('dotted') ? [column('dotted names', dottedScores(ground, modules, definitions))] : []),
    ...(on('paths') ? [column('paths', pathMentionScores(ground, paths))] : []),
    ...(on('frames') ? [column('stack frames', frameScores(ground, paths))] : []),
  ]
}

function historyAndLinkColumns({ ground, all, title, on }: Asked): ScoreColumn[] {
  const { query } = ground
  const history = readHistory(ground)
  const links = readLinks(ground, indexModules(ground.corpus), openDefinitions(ground))
  const seeds = seedScores(ground, all, title)
  const commitVotes = (terms: typeof query.terms) =>
    votes(ground, history, commitScores(ground, history, terms))
  return [
    ...(on('commits')
      ? [column('commits', commitVotes(query.terms)), column('commits, title', commitVotes(query.titleTerms))]
      : []),
    ...(on('references') ? [column('references', referenceScores(ground, history))] : []),
    ...(on('tests')
      ? [
          column('tests', testBridgeScores(ground, links, all)),
          column('tests, title', testBridgeScores(ground, links, title)),
          column('names of tests', testNameScores(ground, all)),
        ]
      : []),
    ...(on('imports') ? [column('neighbours', neighbourScores(ground, links, seeds))] : []),
    ...(on('cochange') ? [column('changed together', cochangeScores(ground, history, seeds))] : []),
    ...(on('recency')
      ? [
          { ...column('changed recently', recencyScores(ground, history)), prior: true },
          { ...column('changed often', editCounts(ground, history)), prior: true },
        ]
      : []),
  ]
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
        flag((path) => /(?:^|\/)__init__\.py$/.test(path)),
      ),
      prior: true,
    },
  ]
}
