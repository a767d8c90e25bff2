/** Breaks an index behind its first pages, as a failing disk does: opening it finds nothing wrong. */

import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Enough content that an index has pages of every kind behind the first ones. */
export const manyFiles = Object.fromEntries(
  Array.from({ length: 60 }, (_, file) => [
    `m${file}.py`,
    Array.from({ length: 12 }, (_, at) => `def walk_${file}_${at}(x):\n    return x + ${at}\n`).join('\n'),
  ]),
)

export function breakIndex(repo: string): void {
  const file = join(repo, '.git/casebook/index.db')
  const handle = openSync(file, 'r+')
  const page = 4096
  for (let at = 40 * page; at < statSync(file).size; at += 2 * page)
    writeSync(handle, Buffer.alloc(page, 7), 0, page, at)
  closeSync(handle)
}
