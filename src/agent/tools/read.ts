/** `casebook_read`: lines of a file as it is now. */

import { z } from 'zod'
import { quoteCode } from './answer.ts'
import { BadArguments, defineTool, pathArgument } from './tool.ts'
import { workspaceOf } from './work.ts'

/** Lines of one answer; what is left out is said. */
export const mostLines = 400

const line = z.int().min(1).max(100_000_000).optional()

export const read = defineTool({
  name: 'casebook_read',
  title: 'Read a file',
  description: `Lines of a file of this repository as it is now, at most ${mostLines} at once. Call it for code that you will change or rely on; casebook_search and casebook_locate say where.`,
  needs: ['files'],
  input: z.strictObject({
    path: pathArgument.describe('The file, relative to the repository.'),
    from: line.describe('First line, counted from 1.'),
    to: line.describe('Last line, included.'),
  }),
  async run({ path, from = 1, to }, call) {
    if (to !== undefined && to < from) throw new BadArguments("'to' lies before 'from'")
    const last = Math.min(to ?? Number.POSITIVE_INFINITY, from + mostLines - 1)
    const file = await workspaceOf(call).read(path, { from, to: last })
    const label = `${file.path}:${file.from}-${file.to} of ${file.lines} lines`
    const rest = file.lines - file.to
    const more = rest > 0 && to === undefined ? `${rest} more lines: ask with from ${file.to + 1}.` : null
    return { blocks: [quoteCode([{ label, text: file.text }])], notes: [more] }
  },
})
