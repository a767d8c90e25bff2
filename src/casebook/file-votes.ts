/** Which files long-term memory thinks of for an issue: by past fixes, and by lessons of where symptoms led. */

import { codeTokens } from '../memory/code/tokens.ts'
import { roleOf } from '../memory/code/trees.ts'
import type { FileVote, FileVoter } from '../memory/recall/channels/memories.ts'
import type { MemoryRecord } from '../memory/record.ts'
import type { Gate, MemoryStore } from '../memory/store/memory-store.ts'

/** Past fixes that vote. */
const voters = 40
/** A fix of more files of code is a sweep. */
const mostFiles = 20

/** `branches`: those whose own memories are visible from here. */
export function openFileVoter(store: MemoryStore, branches: readonly string[]): FileVoter {
  return (issue, before) => {
    const gate: Gate = {
      branches,
      statuses: ['active', 'stale'],
      ...(Number.isFinite(before) && { before: before * 1000 }),
    }
    const tokens = [...new Set(codeTokens(issue))]
    return [...fixVotes(store, tokens, gate), ...lessonVotes(store, tokens, gate)]
  }
}

function fixVotes(store: MemoryStore, tokens: readonly string[], gate: Gate): FileVote[] {
  const found = store.byWords(tokens, { ...gate, kinds: ['episode'] }, voters)
  const scores = new Map(found.map(({ id, score }) => [id, score]))
  const records = store.visible([...scores.keys()], { ...gate, kinds: ['episode'] })
  return records.flatMap((record) => votesOf(record, scores.get(record.id) ?? 0))
}

/** The fewer files a fix changed, the more it says about each. A fix that was taken back says nothing. */
export function votesOf({ episode }: MemoryRecord, score: number): FileVote[] {
  if (episode === undefined || episode.outcome.verdict === 'failed') return []
  const files = episode.files.map(({ path }) => path).filter((path) => roleOf(path) === 'source')
  if (files.length === 0 || files.length > mostFiles) return []
  return files.map((path) => ({ path, kind: 'fix', score: score / Math.sqrt(files.length) }))
}

function lessonVotes(store: MemoryStore, tokens: readonly string[], gate: Gate): FileVote[] {
  const found = store.byWords(tokens, { ...gate, kinds: ['lesson'] }, voters)
  const records = store.visible(
    found.map(({ id }) => id),
    { ...gate, kinds: ['lesson'] },
  )
  const said = new Set(tokens)
  return records.flatMap(({ lesson }): FileVote[] => {
    const path = lesson?.params.path
    if (lesson?.stream !== 'localisation' || path === undefined) return []
    const score = (lesson.params.words ?? '').split(' ').filter((word) => said.has(word)).length
    return score === 0 ? [] : [{ path, kind: 'lesson', score }]
  })
}
