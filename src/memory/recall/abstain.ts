/** Says "nothing found" by names, not by likeness: a name that occurs nowhere has no near misses worth showing. */

import type { Statements } from '../store/database.ts'
import { looksLikeName } from './mentions.ts'
import type { Query } from './query.ts'

const selectVisible = `
  select 1 from chunk_fts f cross join chunk c on c.id = f.rowid
  cross join view_file v on v.view_id = ? and v.blob_id = c.blob_id
  where chunk_fts match ? limit 1`
const selectPath = `
  select 1 from path_fts f cross join view_file v on v.view_id = ? and v.path_id = f.rowid where path_fts match ? limit 1`
const selectCommit = `
  select 1 from commit_fts f cross join view_commit v on v.view_id = ? and v.commit_id = f.rowid
  where commit_fts match ? limit 1`
const selectPrefix = `
  select 1 from symbol s cross join view_file v on v.view_id = ? and v.blob_id = s.blob_id
  where s.folded >= ? and s.folded < ? limit 1`

/** A sentence that names what is unknown, or null when there is something to look for. */
export function nothingToFind(db: Statements, viewId: number, query: Query): string | null {
  const words = query.terms.map(({ text }) => text)
  const places = [...query.paths.map(({ text }) => text), ...query.frames.map(({ path }) => path)]
  if (words.length + places.length + query.issues.length + query.shas.length === 0) {
    return 'The query has no word to look for.'
  }
  const known = openKnown(db, viewId)
  if (places.some((path) => isFile(db, viewId, path)) || refersToCommit(db, viewId, query)) return null
  const keys = keyMentions(query)
  if (keys.length > 0) {
    const unknown = keys.filter((key) => !known(key))
    return unknown.length === keys.length ? sentence(unknown) : null
  }
  return words.some(known) ? null : sentence(words.length > 0 ? words : [query.text.trim()])
}

const selectFile = `
  select 1 from path p cross join view_file v on v.view_id = ? and v.path_id = p.id
  where p.path = ? or p.path like '%/' || ? limit 1`
const selectReferred = `
  select 1 from view_commit v join commit_log c on c.id = v.commit_id
  where v.view_id = ? and (' ' || c.issues || ' ' like '% ' || ? || ' %' or c.sha like ? || '%') limit 1`

/** Frames carry folders of another machine, so the file's own name decides. */
function isFile(db: Statements, viewId: number, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return db.prepare(selectFile).get(viewId, path, name) !== undefined
}

function refersToCommit(db: Statements, viewId: number, { issues, shas }: Query): boolean {
  const select = db.prepare(selectReferred)
  return [...issues, ...shas].some((one) => select.get(viewId, one, one) !== undefined)
}

function sentence(unknown: readonly string[]): string {
  const names = unknown.slice(0, 5).map((name) => `“${name}”`)
  const more = unknown.length > names.length ? ` and ${unknown.length - names.length} more` : ''
  return `Nothing found: ${names.join(', ')}${more} ${unknown.length === 1 ? 'occurs' : 'occur'} nowhere in the code, the paths or the commits.`
}

/** Of a search typed by hand: what can only be a name. An issue has too many names that belong to other projects. */
function keyMentions(query: Query): string[] {
  if (!query.short) return []
  const names = query.names.map(({ text }) => text).filter(looksLikeName)
  return [...new Set([...names, ...query.dotted.map(({ text }) => text.split(/\.|::|#/).at(-1) ?? text)])]
}

/** Returns a test of one name or word: in code, in paths, in commits, or as the beginning of a symbol. */
export function openKnown(db: Statements, viewId: number): (name: string) => boolean {
  const visible = [selectVisible, selectPath, selectCommit].map((sql) => db.prepare(sql))
  const prefix = db.prepare(selectPrefix)
  return (name) => {
    const folded = name.toLowerCase().replace(/^_+|_+$/g, '') || name
    const quoted = `"${folded.replaceAll('"', '""')}"`
    if (visible.some((select) => select.get(viewId, quoted) !== undefined)) return true
    return prefix.get(viewId, folded, `${folded}\u{10ffff}`) !== undefined
  }
}
