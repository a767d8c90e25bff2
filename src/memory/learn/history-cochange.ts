/** Files that change in the same commits: facts without a model. Pure. */

import { roleOf } from '../code/trees.ts'
import type { RecordDraft } from '../record.ts'
import type { Commit } from '../types.ts'

export const coChangeMethod = 'history/co-change'

/** What was read of a commit here. */
export type ChangeSet = Pick<Commit, 'sha' | 'time' | 'files'>

/** Commits that change more files move or reformat; that files are in them together says nothing. */
const mostTogether = 30
/** Commits that changed both, and of those that changed either the share that changed both (Jaccard). */
const leastSupport = 5
const leastShare = 0.5
/** From here on one is hardly ever changed without the other. */
const closeShare = 0.8
const mostFacts = 40
const mostSources = 10

export interface Pair {
  files: [string, string]
  together: number
  share: number
  /** Newest first. */
  commits: string[]
  newest: number
}

/** The closest pairs of files that exist, best supported first. `commits` newest first. */
export function closePairs(
  commits: readonly ChangeSet[],
  exists: (path: string) => boolean,
  most = mostFacts,
): Pair[] {
  const counts = new Map<string, number>()
  const pairs = new Map<string, Pair>()
  for (const commit of commits) {
    if (commit.files.length > mostTogether) continue
    const files = commit.files.map(({ path }) => path).filter((path) => isCode(path) && exists(path))
    files.sort()
    for (const path of files) counts.set(path, (counts.get(path) ?? 0) + 1)
    for (const [at, a] of files.entries())
      for (const b of files.slice(at + 1)) if (isTelling(a, b)) count(pairs, [a, b], commit)
  }
  for (const pair of pairs.values()) {
    const either = (counts.get(pair.files[0]) ?? 0) + (counts.get(pair.files[1]) ?? 0) - pair.together
    pair.share = pair.together / either
  }
  return [...pairs.values()]
    .filter(({ together, share }) => together >= leastSupport && share >= leastShare)
    .sort((a, b) => worth(b) - worth(a) || (keyOf(a) < keyOf(b) ? -1 : 1))
    .filter(joinsGroups())
    .slice(0, most)
}

/** Ten files that always change together are nine facts, not forty-five: each pair must join what was not joined. */
function joinsGroups(): (pair: Pair) => boolean {
  const groups = new Map<string, Set<string>>()
  return ({ files: [a, b] }) => {
    const [one, other] = [groups.get(a) ?? new Set([a]), groups.get(b) ?? new Set([b])]
    if (one === other) return false
    for (const path of other) one.add(path)
    for (const path of one) groups.set(path, one)
    return true
  }
}

function isCode(path: string): boolean {
  const role = roleOf(path)
  return role === 'source' || role === 'test'
}

/** Two tests or two fixtures that change together tell nobody anything. */
function isTelling(a: string, b: string): boolean {
  return roleOf(a) === 'source' || roleOf(b) === 'source'
}

function count(pairs: Map<string, Pair>, files: [string, string], { sha, time }: ChangeSet): void {
  const key = `${files[0]}\0${files[1]}`
  const pair = pairs.get(key) ?? { files, together: 0, share: 0, commits: [], newest: time }
  pair.together++
  if (pair.commits.length < mostSources) pair.commits.push(sha)
  pair.newest = Math.max(pair.newest, time)
  pairs.set(key, pair)
}

function worth({ together, share }: Pair): number {
  return share * Math.log(together)
}

function keyOf({ files }: Pair): string {
  return `co-change(${files[0]},${files[1]})`
}

/** `blobOf`: blob id of a file at `head`. */
export function coChangeFact(
  pair: Pair,
  place: { head: string; branch: string | null; blobOf: (path: string) => string | undefined },
): RecordDraft {
  const [a, b] = pair.files
  const often = pair.share >= closeShare ? 'nearly always' : 'mostly'
  return {
    kind: 'fact',
    text: `${a} and ${b} ${often} change in the same commit: who changes one should look at the other.`,
    cue: `${a} or ${b} is about to be changed.`,
    entities: [a, b],
    tags: ['history', 'co-change'],
    anchors: pair.files.map((path) => ({ path, blob: place.blobOf(path) ?? '', commit: place.head })),
    provenance: {
      sources: pair.commits.map((ref) => ({ type: 'commit', ref })),
      author: 'indexer',
      method: coChangeMethod,
    },
    confidence: 'observed',
    branch: place.branch,
    commit: place.head,
    validFrom: pair.newest * 1000,
    fact: { key: keyOf(pair), value: often, checker: null },
  }
}
