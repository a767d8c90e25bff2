/** Search for people and agents: a few words or a pasted message, answered from every channel in milliseconds. */

import type { ChunkHit, CommitHit, Hit, SearchReply } from '../../protocol.ts'
import type { ChunkKind } from '../types.ts'
import { nothingToFind } from './abstain.ts'
import { matchCommits, readHit } from './commits.ts'
import type { Channel, RecallContext } from './context.ts'
import { coverageOf } from './coverage.ts'
import { type Fused, fuseRanks, type RankedList } from './fuse.ts'
import { readQuery } from './query.ts'
import { frameList, lexicalList, pathList, phraseList, symbolList, vectorList } from './search-lists.ts'
import { type Role, roleOf } from './trees.ts'

export interface SearchOptions {
  /** Hits in the answer; 20 when absent. */
  limit?: number
  signal?: AbortSignal
}

/** A chunk in one of its places, or a commit. */
export type Found =
  | {
      type: 'chunk'
      chunkId: number
      path: string
      kind: ChunkKind
      name: string
      startLine: number
      endLine: number
    }
  | { type: 'commit'; commitId: number }

/**
 * What a list counts in the fusion: exact keys twice as much as likeness (memory-model.md, C3), commits half
 * because a search asks for code first.
 */
const listWeights = {
  lexical: 1,
  symbols: 2,
  paths: 1,
  frames: 2,
  phrases: 2,
  vectors: 0.5,
  commits: 0.5,
} satisfies Partial<Record<Channel, number>>

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
const listLength = 100

export async function searchChunks(
  context: RecallContext,
  text: string,
  options: SearchOptions = {},
): Promise<SearchReply> {
  const started = performance.now()
  options.signal?.throwIfAborted()
  const query = readQuery(text)
  const nothing = nothingToFind(context.db, context.viewId, query)
  const hits = nothing === null ? await findHits(context, text, options) : []
  return {
    hits,
    ...(nothing !== null && { nothingFound: nothing }),
    coverage: coverageOf(context),
    milliseconds: performance.now() - started,
  }
}

async function findHits(context: RecallContext, text: string, options: SearchOptions): Promise<Hit[]> {
  const lists = await askChannels(context, text, options.signal)
  const fused = fuseRanks(lists, keyOf, priorOf)
  return fused.slice(0, options.limit ?? 20).map((found) => toHit(context, found))
}

async function askChannels(
  context: RecallContext,
  text: string,
  signal: AbortSignal | undefined,
): Promise<RankedList<Found>[]> {
  const query = readQuery(text)
  const { ablate } = context
  const asked = { context, query, length: listLength }
  const channels: [keyof typeof listWeights, () => Entries | Promise<Entries>][] = [
    ['lexical', () => lexicalList(asked)],
    ['symbols', () => symbolList(asked)],
    ['paths', () => pathList(asked)],
    ['frames', () => frameList(asked)],
    ['phrases', () => phraseList(asked)],
    ['vectors', () => vectorList(asked)],
    ['commits', () => commitList(context, text)],
  ]
  const lists: RankedList<Found>[] = []
  for (const [channel, ask] of channels) {
    if (ablate?.has(channel) === true) continue
    lists.push({ channel, weight: listWeights[channel], entries: await ask() })
    signal?.throwIfAborted()
  }
  return lists
}

export type Entries = { item: Found; score: number; detail?: string }[]

function commitList({ db, viewId }: RecallContext, text: string): Entries {
  return matchCommits(db, viewId, text, 20).map(({ id, score }) => ({
    item: { type: 'commit', commitId: id },
    score,
  }))
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
