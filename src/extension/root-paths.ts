/** Which path of the editor is which path of a memory: folders may be links, or lie inside their repository. */

import { isAbsolute, join, relative, sep } from 'node:path'

/** An open folder: as the editor names it, where it really is, and the root of the memory that holds it. */
export interface OpenFolder {
  folder: string
  real: string
  root: string
}

export interface RootPath {
  root: string
  /** Relative to the root, with forward slashes. */
  path: string
}

/** The memory's name for a file of the editor; null when no open folder holds it, or when it is git's or Casebook's own. */
export function memoryPath(folders: readonly OpenFolder[], file: string): RootPath | null {
  const holder = folders
    .filter((open) => isInside(open.folder, file))
    .sort((a, b) => b.folder.length - a.folder.length)[0]
  if (holder === undefined) return null
  const path = relative(holder.root, join(holder.real, relative(holder.folder, file)))
  if (path === '' || isOutside(path)) return null
  const parts = path.split(sep)
  // Casebook's own store lies in a folder without git; each of its writes would be told as a change.
  if (parts.includes('.git') || parts[0] === '.casebook') return null
  return { root: holder.root, path: parts.join('/') }
}

/** The file as the editor names it, so that a hit opens the document that is open already. */
export function editorPath(folders: readonly OpenFolder[], { root, path }: RootPath): string {
  const file = join(root, ...path.split('/'))
  const holder = folders.find((open) => open.root === root && isInside(open.real, file))
  return holder === undefined ? file : join(holder.folder, relative(holder.real, file))
}

function isInside(folder: string, file: string): boolean {
  return !isOutside(relative(folder, file))
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
}
