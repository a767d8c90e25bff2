/** Commits whose messages speak of the same things vote for the files they changed; and when files were changed. */

import { addScores, averageOf, type Collection } from '../bm25.ts'
import { type FileScores, type Ground, mergeStems, noScores } from '../ground.ts'
import { openPostings } from '../postings.ts'
import type { Term } from '../query.ts'

/** The commits of a view, newest first. */
export interface History {
  /** Commit id by position. */
  ids: number[]
  /** Position by commit id. */
  at: Map<number, number>
  /** Seconds, by position. */
  times: Float64Array
  /** Visible files that a commit changed, by position; and how many it changed in all. */
  files: number[][]
  touched: number[]
}

const selectCommits = `
  select c.id, c.time from view_commit v join commit_log c on c.id = v.commit_id where v.view_id = ? order by v.position`
const selectTouched = `
  select f.commit_id, f.path_id from view_commit v join commit_file f on f.commit_id = v.commit_id where v.view_id = ?`

export function readHistory(ground: Ground): History {
  const all = ground.db.prepare(selectCommits).all(ground.viewId)
  const rows = all.filter((row) => Number(row.time) <= ground.before)
  const ids = rows.map((row) => Number(row.id))
  const at = new Map(ids.map((id, position) => [id, position]))
  const files: number[][] = ids.map(() => [])
  const touched = ids.map(() => 0)
  const select = ground.db.prepare(selectTouched)
  select.setReturnArrays(true)
  for (const [commit, path] of select.all(ground.viewId) as unknown as [number, number][]) {
    const position = at.get(commit)
    if (position === undefined) continue
    touched[position] = (touched[position] ?? 0) + 1
    const file = ground.corpus.fileOfPathId.get(path)
    if (file !== undefined) files[position]?.push(file)
  }
  return { ids, at, times: Float64Array.from(rows, (row) => Number(row.time)), files, touched }
}

export function commitScores(ground: Ground, history: History, terms: readonly Term[]): Float64Array {
  const { at, ids } = history
  const scores = new Float64Array(ids.length)
  const read = openPostings(ground.db, 'commit_fts')
  const lengths = new Int32Array(ids.length).fill(1)
  const collection: Collection = {
    at: (document) => at.get(document) ?? -1,
    size: ids.length,
    lengths,
    averageLength: averageOf(lengths),
    fields: [
      { weight: 1, b: 0 },
      { weight: 0.3, b: 0 },
    ],
  }
  const postings = mergeStems(terms, ground.stems).map((term) => ({ term, postings: read(term.text) }))
  addScores(collection, postings, scores)
  return scores
}

/** Half of the weight is lost after this many newer commits: code moves on. */
const halfLife = 4_000

export interface Votes {
  /** What the best commit of a file says. */
  best: FileScores
  /** All commits of a file together; squared first, so that many weak ones do not outvote a good one. */
  sum: FileScores
}

/** Commits vote for the files they changed, the fewer the more. Sweeping commits do not vote. */
export function votes(ground: Ground, history: History, scores: Float64Array): Votes {
  const [best, sum] = [noScores(ground), noScores(ground)]
  history.files.forEach((changed, at) => {
    const touched = history.touched[at] ?? 1
    const score = scores[at] ?? 0
    if (score === 0 || touched > sweepingChange) return
    const fade = 0.5 ** (at / halfLife)
    for (const file of changed) {
      best[file] = Math.max(best[file] ?? 0, (score * fade) / Math.sqrt(touched))
      sum[file] = (sum[file] ?? 0) + (score ** 2 * fade) / touched
    }
  })
  return { best: best.map(Math.sqrt), sum: sum.map(Math.sqrt).map(Math.sqrt) }
}

const selectByIssue = `
  select c.id from view_commit v join commit_log c on c.id = v.commit_id
  where v.view_id = ? and ' ' || c.issues || ' ' like '% ' || ? || ' %'`
const selectBySha = `
  select c.id from view_commit v join commit_log c on c.id = v.commit_id where v.view_id = ? and c.sha like ? || '%'`

/** Files of the commits that the issue names by id or by the number of an earlier issue. */
export function referenceScores(ground: Ground, history: History): FileScores {
  const files = noScores(ground)
  const { issues, shas } = ground.query
  const byIssue = ground.db.prepare(selectByIssue)
  const bySha = ground.db.prepare(selectBySha)
  const rows = [
    ...issues.flatMap((issue) => byIssue.all(ground.viewId, issue)),
    ...shas.flatMap((sha) => bySha.all(ground.viewId, sha)),
  ]
  for (const row of rows) {
    const at = history.at.get(Number(row.id)) ?? -1
    const vote = 1 / Math.sqrt(history.touched[at] ?? 1)
    for (const file of history.files[at] ?? []) files[file] = Math.max(files[file] ?? 0, vote)
  }
  return files
}

const day = 86_400

/** 1 for a file changed by the newest commit, halved for every `halfLifeDays` since its last change. */
export function recencyScores(ground: Ground, history: History, halfLifeDays = 90): FileScores {
  const files = noScores(ground)
  const newest = history.times[0] ?? 0
  for (const [at, changed] of history.files.entries()) {
    const age = (newest - (history.times[at] ?? 0)) / day
    if ((history.touched[at] ?? 0) > sweepingChange) continue
    for (const file of changed) files[file] = Math.max(files[file] ?? 0, 0.5 ** (age / halfLifeDays))
  }
  return files
}

/** A commit over more files than this is a rename, a licence header or a formatter: it says nothing about any. */
export const sweepingChange = 50

export function editCounts(ground: Ground, history: History): FileScores {
  const files = noScores(ground)
  history.files.forEach((changed, at) => {
    if ((history.touched[at] ?? 0) <= sweepingChange)
      for (const file of changed) files[file] = (files[file] ?? 0) + 1
  })
  return files
}
