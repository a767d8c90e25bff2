/** `casebook excluded`: the files that are not in the index, and why. */

import type { ExclusionReason } from '../../memory/types.ts'
import type { Command } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { columns, count } from '../format.ts'
import { withIndexed } from '../with-casebook.ts'

const why: Record<ExclusionReason, string> = {
  secret: 'may hold secrets: never read',
  binary: 'binary',
  'too-large': 'larger than CASEBOOK_MAX_FILE_SIZE',
  casebookignore: 'listed in .casebookignore',
  submodule: 'submodule: open it as its own repository',
  symlink: 'symbolic link',
  unreadable: 'cannot be read',
}

export const excluded: Command = {
  name: 'excluded',
  summary: 'List the files that are not indexed, and why',
  usage: '',
  details: 'Files that git ignores are not in this list: git does not list them either.',
  options: {},
  run: (call) =>
    withIndexed(call, async (casebook) => {
      const all = casebook.excluded()
      const files = call.limit === undefined ? all : all.slice(0, call.limit)
      if (files.length < all.length)
        call.terminal.note(`${count(files.length)} of ${count(all.length)} shown.`)
      return {
        data: { files, total: all.length },
        text: () => {
          if (files.length === 0) return 'No file is excluded.'
          return columns(files.map((file) => [why[file.reason], escapeLine(file.path)]))
        },
      }
    }),
}
