/** The folder of a Gemini project: its name on disk is a slug or a hash, the folder is noted elsewhere. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, posix, win32 } from 'node:path'
import { fields, json } from '../fields.ts'
import type { Step } from '../session.ts'

/** From the mark in the project's folder, or from the program's list of projects; null where neither tells. */
export async function projectRoot(project: string): Promise<string | null> {
  const mark = await readFile(join(project, '.project_root'), 'utf8').catch(() => '')
  const own = mark.trim()
  if (isRoot(own)) return own
  const known = await readFile(join(dirname(dirname(project)), 'projects.json'), 'utf8').catch(() => '')
  const name = basename(project)
  const roots = Object.entries(fields(json(known).projects))
  return roots.find(([root, slug]) => slug === name || hashOf(root) === name)?.[0] ?? null
}

function isRoot(path: string): boolean {
  return (
    path.length <= 4096 && !/[\0\n\uFFFD]/.test(path) && (posix.isAbsolute(path) || win32.isAbsolute(path))
  )
}

export function hashOf(root: string): string {
  return createHash('sha256').update(root).digest('hex')
}

const mostTries = 2_000

/**
 * The folder whose hash the session notes, looked for above the paths that it touched: a proof, not a guess. Null
 * where none fits.
 */
export function provenRoot(steps: readonly Step[], hash: string): string | null {
  const tried = new Set<string>()
  const paths = steps.flatMap((step) =>
    step.type === 'edit' ? [step.path] : step.type === 'command' && step.cwd !== undefined ? [step.cwd] : [],
  )
  for (const path of paths) {
    const kind = /^[A-Za-z]:[\\/]/.test(path) ? win32 : posix
    if (!kind.isAbsolute(path)) continue
    for (let at = path; !tried.has(at) && tried.size < mostTries; at = kind.dirname(at)) {
      tried.add(at)
      if (hashOf(at) === hash) return at
    }
  }
  return null
}
