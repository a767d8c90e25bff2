/** Which files an issue is about: every channel votes, the votes are weighed and summed, and each is shown. */

import type { FileHit, LocateReply } from '../../protocol.ts'
import { nothingToFind } from './abstain.ts'
import { topChunks } from './channels/lexical.ts'
import type { RecallContext } from './context.ts'
import { coverageOf } from './coverage.ts'
import { type Evidence, gatherEvidence } from './evidence.ts'
import { fuseLinearly, rankLinearly } from './fuse.ts'
import { type Ground, isRanked, openGround } from './ground.ts'
import { readQuery } from './query.ts'

export interface LocateOptions {
  /** Files in the answer; 10 when absent. */
  limit?: number
  /** Commits after this moment (Unix seconds) are not seen. */
  before?: number
  signal?: AbortSignal
}

export async function locateFiles(
  context: RecallContext,
  issue: string,
  options: LocateOptions = {},
): Promise<LocateReply> {
  const started = performance.now()
  options.signal?.throwIfAborted()
  const query = readQuery(issue)
  const nothing = nothingToFind(context.db, context.viewId, query)
  const files =
    nothing === null
      ? rankFiles(context, openGround(context, query, options.before), { issue, ...options })
      : []
  return {
    files,
    ...(nothing !== null && { nothingFound: nothing }),
    coverage: coverageOf(context),
    milliseconds: performance.now() - started,
  }
}

/** The same files in the same order, without account and places: for whoever asks on behalf of something else. */
export function likelyFiles(
  context: RecallContext,
  issue: string,
  { limit = 10, before }: Pick<LocateOptions, 'limit' | 'before'> = {},
): { path: string; score: number }[] {
  const query = readQuery(issue)
  if (nothingToFind(context.kept?.statements(context.db) ?? context.db, context.viewId, query) !== null)
    return []
  const ground = openGround(context, query, before)
  const { evidence, candidates, pathOf } = candidatesOf(context, ground, issue)
  return rankLinearly(evidence.columns, candidates, pathOf, limit).map(({ item, score }) => ({
    path: pathOf(item),
    score,
  }))
}

interface Candidates {
  evidence: Evidence
  candidates: number[]
  pathOf: (file: number) => string
}

/** The files that at least one channel speaks for. */
function candidatesOf(context: RecallContext, ground: Ground, issue: string): Candidates {
  const votes = context.memories?.(issue, ground.before)
  const evidence = gatherEvidence(ground, context.ablate, votes)
  const { files } = ground.corpus
  const answers = evidence.columns.filter(({ prior }) => prior !== true)
  const candidates = [...files.keys()].filter(
    (file) => isRanked(files[file]?.role ?? 'docs') && answers.some(({ scores }) => (scores[file] ?? 0) > 0),
  )
  return { evidence, candidates, pathOf: (file) => files[file]?.path ?? '' }
}

function rankFiles(
  context: RecallContext,
  ground: Ground,
  { issue, limit = 10 }: LocateOptions & { issue: string },
): FileHit[] {
  const { files } = ground.corpus
  const { evidence, candidates, pathOf } = candidatesOf(context, ground, issue)
  const ranked = fuseLinearly(evidence.columns, candidates, pathOf, limit)
  const places = bestPlaces(
    ground,
    evidence,
    ranked.map(({ item }) => item),
  )
  return ranked.map(({ item, score, explain }) => ({
    path: files[item]?.path ?? '',
    score,
    explain,
    chunks: places.get(item) ?? [],
  }))
}

/** The three best chunks of each of these files. */
function bestPlaces(
  ground: Ground,
  evidence: Evidence,
  files: readonly number[],
): Map<number, FileHit['chunks']> {
  const tops = topChunks(ground.corpus, evidence.chunkScores)
  const select = ground.db.prepare('select name, start_line, end_line from chunk where id = ?')
  const place = (at: number) => {
    const row = select.get(ground.corpus.chunkIds[at] ?? -1)
    const span = { startLine: Number(row?.start_line ?? 1), endLine: Number(row?.end_line ?? 1) }
    return { name: String(row?.name ?? ''), span }
  }
  return new Map(
    files.map((file) => [file, (tops.get(ground.corpus.files[file]?.blobId ?? -1) ?? []).map(place)]),
  )
}
