/** `casebook_why`: where a memory comes from, and how far it can be trusted. */

import { z } from 'zod'
import { quoteBlock } from '../../memory/safety/quote.ts'
import { defineTool, markOf, recordReference } from './tool.ts'

export const why = defineTool({
  name: 'casebook_why',
  title: 'Why is this known',
  description:
    'Sources, trust, use and contradictions of one memory, and whether the code that it cites is still as it was. ' +
    'Call it before you rely on a memory that surprises you or that decides what you do.',
  input: z.strictObject({
    memory: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe('The handle mem:ID, or a mark such as m1 of the newest recall.'),
  }),
  async run({ memory }, call) {
    const detail = await call.knowledge.show(recordReference(memory, call.marks))
    const { id, kind, status, text } = detail.record
    const entry = {
      label: `why ${kind} ${id} is known (${status})`,
      text: [text, '', ...detail.why].join('\n'),
      foot: `mem:${id}`,
      mark: markOf(id, call.marks),
    }
    return { blocks: [quoteBlock([entry])] }
  },
})
