/** `casebook_open`: what a handle leads to. */

import { z } from 'zod'
import { quoteBlock } from '../../memory/safety/quote.ts'
import { BadArguments, defineTool, markOf } from './tool.ts'

const line = z.int().min(1).max(100_000_000).optional()

export const open = defineTool({
  name: 'casebook_open',
  title: 'Open a memory or its evidence',
  description:
    'The whole text behind a handle: mem:ID is a memory with its steps and attempts, art:SHA a stored output, test or ' +
    'patch. Call it when the short form of a recalled memory is not enough. At most 400 lines at once; it says what ' +
    'it left out, and from/to choose lines.',
  input: z.strictObject({
    handle: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('mem:ID, art:SHA or art:SHA#L10-40; or a mark such as m1.'),
    from: line.describe('First line, counted from 1.'),
    to: line.describe('Last line, included.'),
  }),
  async run({ handle, from, to }, call) {
    if (from !== undefined && to !== undefined && to < from) throw new BadArguments("'to' lies before 'from'")
    const marked = call.marks.get(handle.replace(/^\[(.*)\]$/, '$1'))
    // The working memory knows the outputs of this run, too, and what stands in the window already.
    const opened = await (call.working ?? call.knowledge).open(
      marked === undefined ? handle : `mem:${marked}`,
      {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      },
    )
    if (!opened.found) return { blocks: [], notes: [opened.text] }
    // Evidence is no memory that could be cited.
    const id = /^mem:([^@#]+)/i.exec(opened.handle)?.[1]
    const mark = id === undefined ? 'e1' : markOf(id, call.marks)
    return {
      blocks: [quoteBlock([{ label: opened.handle, text: opened.text, mark }])],
      notes: [opened.omitted],
    }
  },
})
