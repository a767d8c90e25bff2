/** Where batch runs of agents lay their trajectories: a folder beside the code, at any depth below it. */

import { dirname, join } from 'node:path'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
import type { FoundSession, Machine } from '../session.ts'

/** Folders named `trajectories` in a repository and next to it. */
export function trajectoryFolders({ repositories }: Pick<Machine, 'repositories'>): string[] {
  const folders = repositories.flatMap((root) => [
    join(root, 'trajectories'),
    join(dirname(root), 'trajectories'),
  ])
  return [...new Set(folders)]
}

/** User, run, instance, attempt: deeper there is nothing. */
const deepest = 5

/** Files below a folder whose name fits; the folder may be a file itself. Folders of packages are no runs. */
export async function filesBelow(
  place: string,
  fits: (file: string) => boolean,
  signal?: AbortSignal,
): Promise<string[]> {
  if (fits(place) && (await seen([place])).length > 0) return [place]
  const found: string[] = []
  let level = [place]
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: string[] = []
    for (const folder of level) {
      signal?.throwIfAborted()
      found.push(...(await filesIn(folder)).filter(fits))
      const inner = await foldersIn(folder)
      next.push(...inner.filter((name) => !/[\\/](?:node_modules|\.git|\.venv|site-packages)$/.test(name)))
    }
    level = next
  }
  return found
}

/** One session a file, newest first. */
export async function sessionsIn(agent: string, files: readonly string[]): Promise<FoundSession[]> {
  const all = await seen(files)
  return byAge(
    all.map(({ file, modifiedAt, bytes }) => ({ agent, ref: file, files: [file], modifiedAt, bytes })),
  )
}
