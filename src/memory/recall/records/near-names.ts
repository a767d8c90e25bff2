/** Paths and symbols of a view that a mistyped name most likely meant. */

import type { Place, ViewContext } from './view-lookup.ts'

const selectPaths = `
  select p.path from view_file f join path p on p.id = f.path_id where f.view_id = ? order by p.path`
const selectNames = `
  select distinct s.name, s.container, s.blob_id from symbol s
  where s.folded >= ? and s.folded < ? and s.blob_id in (select blob_id from view_file where view_id = ?) limit 2000`
const selectIn = 'select distinct name, container, blob_id from symbol where blob_id = ? limit 2000'

/** Of more files with one name none is meant. */
const mostEndings = 20

/** Files whose path ends with this one. */
export function pathsEnding({ db, viewId }: ViewContext, path: string): string[] {
  const suffix = `/${path.replace(/^\/+/, '')}`
  const like = `select p.path from view_file f join path p on p.id = f.path_id
    where f.view_id = ? and substr(p.path, -?) = ? order by p.path limit ${mostEndings}`
  return db
    .prepare(like)
    .all(viewId, suffix.length, suffix)
    .map((row) => String(row.path))
}

/** Closest first, at most three; empty when nothing is like it. */
export function nearestPaths({ db, viewId }: ViewContext, path: string): string[] {
  const wanted = baseName(path)
  if (!/\.\w/.test(wanted) && !path.includes('/')) return []
  const rows = db.prepare(selectPaths).all(viewId)
  return closest(
    wanted,
    rows.map((row) => String(row.path)),
    baseName,
  )
}

/** Symbols that begin alike, of one file or of the whole view; closest first, at most three. */
export function nearestSymbols({ db, viewId }: ViewContext, name: string, within?: Place): string[] {
  const own = name.slice(name.lastIndexOf('.') + 1)
  const start = own.toLowerCase().slice(0, 2)
  if (start === '') return []
  const rows =
    within === undefined
      ? db.prepare(selectNames).all(start, `${start}\u{10ffff}`, viewId)
      : db.prepare(selectIn).all(within.blobId)
  const names = rows.map((row) => (row.container === '' ? String(row.name) : `${row.container}.${row.name}`))
  return closest(own, [...new Set(names)], (full) => full.slice(full.lastIndexOf('.') + 1))
}

/** Share of pairs of letters that both must have (Dice), from which names are alike. */
const alike = 0.5

function closest(wanted: string, names: readonly string[], part: (name: string) => string): string[] {
  const pairs = pairsOf(wanted)
  const scored = names.flatMap((name) => {
    const other = part(name)
    if (Math.abs(other.length - wanted.length) > wanted.length) return []
    const score = dice(pairs, pairsOf(other))
    return score >= alike ? [{ name, score }] : []
  })
  scored.sort((a, b) => b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
  return scored.slice(0, 3).map(({ name }) => name)
}

function pairsOf(name: string): Set<string> {
  const framed = `^${name.toLowerCase()}$`
  return new Set(Array.from({ length: framed.length - 1 }, (_, at) => framed.slice(at, at + 2)))
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((pair) => b.has(pair)).length
  return (2 * shared) / (a.size + b.size)
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
