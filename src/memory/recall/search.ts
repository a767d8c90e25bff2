/** Search for people and agents: a few words or a pasted message, answered from every channel in milliseconds. */

import type { ChunkHit, CommitHit, Hit, SearchReply } from '../../protocol.ts'
import { type Role, roleOf } from '../code/trees.ts'
import { nothingToFind } from './abstain.ts'
import { findCommits, readHit } from './commits.ts'
import type { Channel, RecallContext } from './context.ts'
import { coverageOf } from './coverage.ts'
import { type Fused, fuseRanks, type RankedList } from './fuse.ts'
import { type Query, readQuery } from './query.ts'
import {
  type Asked,
  commitKeyList,
  commitList,
  type Entries,
  type Found,
  frameList,
  lexicalList,
  pathList,
  pathWordList,
  phraseList,
  symbolList,
  symbolStartList,
  vectorList,
} from './search-lists.ts'

export interface SearchOptions {
  /** Hits in the answer; 20 when absent. */
  limit?: number
  signal?: AbortSignal
}

interface ListOf {
  channel: Channel
  /** How it is called in the explanation. */
  name: string
  weight: number
  ask: (asked: Asked) => Entries | Promise<Entries>
}

/**
 * What a list counts in the fusion. Exact keys count two to three times as much as words (memory-model.md, C3):
 * who writes a name out wants it first. Likeness and commits count half: a search asks for code first.
 */
const lists: readonly ListOf[] = [
  { channel: 'lexical', name: 'words', weight: 1, ask: lexicalList },
  { channel: 'symbols', name: 'symbols', weight: 3, ask: symbolList },
  { channel: 'symbols', name: 'beginnings of symbols', weight: 0.5, ask: symbolStartList },
  { channel: 'paths', name: 'paths', weight: 3, ask: pathList },
  { channel: 'paths', name: 'words of paths', weight: 0.7, ask: pathWordList },
  { channel: 'frames', name: 'stack frames', weight: 3, ask: frameList },
  { channel: 'phrases', name: 'messages', weight: 2, ask: phraseList },
  { channel: 'vectors', name: 'vectors', weight: 0.5, ask: vectorList },
  { channel: 'references', name: 'references', weight: 3, ask: commitKeyList },
  { channel: 'commits', name: 'commits', weight: 0.5, ask: commitList },
]

/** The same trees weigh less that weigh less in `locate`; here nothing is left out. */
const roleWeights: Record<Role, number> = {
  source: 1,
  test: 0.8,
  docs: 0.8,
  data: 0.7,
  example: 0.7,
  vendored: 0.5,
  generated: 0.4,
}

/** Entries that one channel may bring. */
const listLength = 60
const commitsWanted = 20

export async function searchChunks(
  context: RecallContext,
  text: string,
  options: SearchOptions = {},
): Promise<SearchReply> {
  const started = performance.now()
  options.signal?.throwIfAborted()
  const query = readQuery(text)
  const nothing = nothingToFind(context.db, context.viewId, query)
  const hits = nothing === null ? await findHits(context, query, options) : []
  return {
    hits,
    ...(nothing !== null && { nothingFound: nothing }),
    coverage: coverageOf(context),
    milliseconds: performance.now() - started,
  }
}

async function findHits(context: RecallContext, query: Query, options: SearchOptions): Promise<Hit[]> {
  const answers = await askChannels(context, query, options.signal)
  const fused = fuseRanks(answers, keyOf, priorOf)
  return fused.slice(0, options.limit ?? 20).map((found) => toHit(context, found))
}

async function askChannels(
  context: RecallContext,
  query: Query,
  signal: AbortSignal | undefined,
): Promise<RankedList<Found>[]> {
  const commits = findCommits(context.db, context.viewId, query.text, commitsWanted)
  const asked: Asked = { context, query, commits, length: listLength }
  const answers: RankedList<Found>[] = []
  for (const { channel, name, weight, ask } of lists) {
    if (context.ablate?.has(channel) === true) continue
    answers.push({ channel: name, weight, entries: await ask(asked) })
    signal?.throwIfAborted()
  }
  return answers
}

function keyOf(found: Found): string {
  return found.type === 'commit' ? `commit ${found.commitId}` : `${found.path}\n${found.chunkId}`
}

function priorOf(found: Found): number {
  return found.type === 'commit' ? 1 : roleWeights[roleOf(found.path)]
}

function toHit({ db, root }: RecallContext, { item, score, explain }: Fused<Found>): ChunkHit | CommitHit {
  if (item.type === 'commit') return { ...readHit(db, root, item.commitId), score, explain }
  const { path, name, kind, startLine, endLine } = item
  return { type: 'chunk', root, path, span: { startLine, endLine }, name, kind, score, preview: '', explain }
}
