/** `package.module.Class.method` in the issue: the longest part that is a path, and the rest defined in it. */

import { type FileScores, type Ground, isRanked, noScores } from '../ground.ts'
import type { ModuleIndex } from '../modules.ts'
import type { Definition } from './symbols.ts'

export function dottedScores(
  ground: Ground,
  modules: ModuleIndex,
  definitions: (name: string) => Definition[],
): FileScores {
  const scores = noScores(ground)
  for (const { text, weight } of ground.query.dotted) {
    const found = resolveDotted(ground, modules, definitions, text.split(/\.|::|#/))
    for (const [file, match] of found) scores[file] = (scores[file] ?? 0) + (weight * match) / found.size
  }
  return scores
}

/** Each file that a dotted name can mean, with how much of the name it explains (0 to 1). */
function resolveDotted(
  ground: Ground,
  modules: ModuleIndex,
  definitions: (name: string) => Definition[],
  parts: readonly string[],
): Map<number, number> {
  const found = new Map<number, number>()
  const last = parts.at(-1) ?? ''
  const owner = parts.at(-2) ?? ''
  for (const { file, container } of definitions(last)) {
    if (container.split('.').at(-1) === owner) found.set(file, 1)
  }
  for (let length = parts.length; length >= 2 && found.size === 0; length--) {
    const files = modules
      .find(parts.slice(0, length))
      .filter((file) => isRanked(ground.corpus.files[file]?.role ?? 'data'))
    const rest = parts[length]
    const inside = rest === undefined ? [] : definitions(rest).filter(({ name }) => name === rest)
    for (const file of files)
      found.set(file, rest === undefined || inside.some((one) => one.file === file) ? 1 : 0.5)
    for (const { file } of inside) if (isUnder(ground, files, file)) found.set(file, 1)
  }
  return found
}

/** A package's `__init__` names what its modules define. */
function isUnder(ground: Ground, packages: readonly number[], file: number): boolean {
  const path = ground.corpus.files[file]?.path ?? ''
  return packages.some((one) => path.startsWith(folderOf(ground.corpus.files[one]?.path ?? '')))
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
