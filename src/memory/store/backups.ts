/** Backups of `memory.db`: a few, by name of the day, written whole or not at all. */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from './database.ts'

/** Backups kept, newest last; one is made at most every `backupEvery` milliseconds. */
const keptBackups = 5
const backupEvery = 24 * 3_600_000

/** Full paths, oldest first. */
export function backups(folder: string): string[] {
  const place = join(folder, 'backups')
  if (!existsSync(place)) return []
  const names = readdirSync(place).filter((name) => /^memory-.*\.db$/.test(name))
  return names.sort().map((name) => join(place, name))
}

/** Writes a backup when the newest is older than a day or `force`; returns its path or null. */
export function backUp(db: DatabaseSync, folder: string, force = false): string | null {
  const existing = backups(folder)
  const newest = existing.at(-1)
  if (!force && newest !== undefined && Date.now() - statSync(newest).mtimeMs < backupEvery) return null
  mkdirSync(join(folder, 'backups'), { recursive: true })
  const target = join(folder, 'backups', `memory-${stamp()}.db`)
  const unfinished = `${target}.part`
  rmSync(unfinished, { force: true })
  db.prepare('vacuum into ?').run(unfinished)
  renameSync(unfinished, target)
  for (const old of existing.slice(0, Math.max(0, existing.length + 1 - keptBackups))) rmSync(old)
  return target
}

/** The time as part of a file's name. */
export function stamp(): string {
  return new Date().toISOString().replaceAll(/[:.]/g, '-')
}
