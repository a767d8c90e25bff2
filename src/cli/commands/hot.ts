/** `casebook hot`: the files that change most often, or those that change together with one. */

import type { Command } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { columns } from '../format.ts'
import { withIndexed } from '../with-casebook.ts'

const usualLimit = 20

export const hot: Command = {
  name: 'hot',
  summary: 'List the files that change most often, or together with one file',
  usage: '[PATH]',
  details: 'With PATH (as git names it): the files that are changed by the same commits, closest first.',
  options: {},
  run: (call) =>
    withIndexed(call, async (casebook) => {
      const limit = call.limit ?? usualLimit
      const path = call.positionals[0]
      if (path === undefined) {
        const files = casebook.hotFiles(limit)
        const rows = files.map((file) => [`${file.edits} commits`, day(file.lastEdit), escapeLine(file.path)])
        return { data: { files }, text: () => (rows.length === 0 ? 'There is no history.' : columns(rows)) }
      }
      const files = casebook.changedTogether(path, limit)
      const rows = files.map((file) => [
        `${Math.round(file.share * 100)} %`,
        `${file.together} commits`,
        escapeLine(file.path),
      ])
      const none = `No commit changed ${escapeLine(path)} together with another file.`
      return { data: { path, files }, text: () => (rows.length === 0 ? none : columns(rows)) }
    }),
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
