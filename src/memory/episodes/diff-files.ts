/** The files of a unified diff. */

import { bounded } from './fields.ts'

export interface DiffFile {
  /** Without the prefixes of git; that of the new file, or of the old one where it was deleted. */
  path: string
  /** From `---` on, without what git writes above it. */
  diff: string
}

/** Of any unified diff, also of hunks without line numbers. A text that is none has no files. */
export function filesOfDiff(diff: string): DiffFile[] {
  const lines = diff.split(/\r?\n/)
  const starts = lines.flatMap((line, at) =>
    line.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ') ? [at] : [],
  )
  return starts.flatMap((start, number) => {
    const until = starts[number + 1] ?? lines.length
    // What git writes before the next file is no part of this one.
    const whole = lines.slice(start, until)
    const next = whole.findIndex((line) => line.startsWith('diff --git '))
    const own = next < 0 ? whole : whole.slice(0, next)
    const [from, to] = [pathOf(own[0] ?? ''), pathOf(own[1] ?? '')]
    const path = to === '/dev/null' ? from : to
    while (own.at(-1) === '') own.pop()
    return path === '' || path === '/dev/null' ? [] : [{ path, diff: bounded(own.join('\n')) }]
  })
}

const longestPath = 4_096

function pathOf(header: string): string {
  const path =
    header
      .slice(4, 4 + longestPath)
      .split('\t')[0]
      ?.trim() ?? ''
  const bare = /^"(.*)"$/.exec(path)?.[1] ?? path
  return bare === '/dev/null' ? bare : bare.replace(/^[ab]\//, '')
}
