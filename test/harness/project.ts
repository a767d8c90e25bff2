/** The folders of this project and the Node 24 that everything runs with. */

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the project: the nearest folder above that has its package.json (also true inside a bundle). */
export const projectFolder = findProject(dirname(fileURLToPath(import.meta.url)))

/**
 * Editors, their settings and other things that are made once, for all clones. Not inside the project: VS Code
 * takes the themes of an editor that lies below the development extension for themes under development, and
 * ignores the person's choice.
 */
export const cacheFolder =
  process.env.CASEBOOK_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'casebook-development')

/** What tests leave behind for people to look at. */
export const outFolder = join(projectFolder, 'out')

/** PATH with this Node before the machine's own, which may be older. */
export function pathWithThisNode(): string {
  return [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
}

function findProject(from: string): string {
  let folder = from
  while (!existsSync(join(folder, 'package-lock.json'))) {
    if (dirname(folder) === folder) throw new Error(`${from} is not inside the project`)
    folder = dirname(folder)
  }
  return folder
}
