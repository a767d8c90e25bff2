/** `casebook_cite`: which memories were used, and how it ended. */

import { z } from 'zod'
import { defineTool, recordReference } from './tool.ts'

/** One outcome credits at most so many memories (memory model 3.6). */
const mostCited = 3

export const cite = defineTool({
  name: 'casebook_cite',
  title: 'Say which memories were used',
  description:
    'Credits memories that you really used, so that good ones rise and bad ones fall. Call it after the next check: ' +
    'outcome helped when a test or build turned green with it, hurt when it misled you or the change was reverted; ' +
    'without an outcome when there was no check. Not for memories that you only read.',
  writes: true,
  input: z.strictObject({
    memories: z
      .array(z.string().trim().min(1).max(100))
      .min(1)
      .max(mostCited)
      .describe('Handles mem:ID, or marks such as m1 of the newest recall.'),
    outcome: z.enum(['helped', 'hurt']).optional().describe('How the next check ended.'),
  }),
  async run({ memories: named, outcome }, call) {
    const cited = named.map((one) => recordReference(one, call.marks))
    await call.knowledge.credit({ cited, outcome: outcome ?? null, sessionId: call.sessionId })
    const ending = outcome === undefined ? 'without an outcome' : `as ${outcome}`
    return { blocks: [], notes: [`Noted ${ending}: ${cited.map((id) => `mem:${id}`).join(', ')}.`] }
  },
})
