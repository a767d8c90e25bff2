/** The folders of this project and the Node 24 that everything runs with. */

import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the project: the nearest folder above that has its package.json (also true inside a bundle). */
export const projectFolder = findProject(dirname(fileURLToPath(import.meta.url)))

/** Editors, their settings and other things that are made once and kept out of git. */
export const cacheFolder = join(projectFolder, '.vscode-test')

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
