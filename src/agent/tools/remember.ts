/** `casebook_remember`: something learned, kept as a candidate until a person accepts it. */

import { z } from 'zod'
import { quoteBlock } from '../../memory/safety/quote.ts'
import { defineTool } from './tool.ts'

export const remember = defineTool({
  name: 'casebook_remember',
  title: 'Propose a memory',
  description:
    'Keeps one thought about this repository that a later session will need and cannot see in the code: why something ' +
    'is as it is, what does not work, how to run or test it. Call it when you learned such a thing the hard way, not ' +
    'for what the code or its documents say. A person accepts it before it is shown to anybody.',
  writes: true,
  input: z.strictObject({
    text: z.string().trim().min(1).max(4_000).describe('One thought, in plain words that stand alone.'),
    kind: z.enum(['fact', 'lesson']).optional().describe('A fact is so; a lesson says what to do when.'),
    cue: z.string().trim().max(1_000).optional().describe('For a lesson: the situation in which it helps.'),
    polarity: z.enum(['do', 'avoid']).optional().describe('For a lesson: whether to do or to avoid it.'),
    cites: z
      .array(z.string().trim().min(1).max(1_000))
      .max(20)
      .optional()
      .describe('The code that it is about: path, path:line or path#Symbol. It grows stale with that code.'),
    tags: z.array(z.string().trim().min(1).max(60)).max(20).optional(),
  }),
  async run({ text, kind, cue, polarity, cites, tags }, call) {
    const { record, notes } = await call.knowledge.remember({
      text,
      ...(kind !== undefined && { kind }),
      ...(cue !== undefined && { cue }),
      ...(polarity !== undefined && { polarity }),
      ...(cites !== undefined && { cites }),
      ...(tags !== undefined && { tags }),
      actor: { type: 'agent', name: call.agent },
    })
    const state =
      record.status === 'candidate'
        ? 'a person has to accept it before it is shown (Review Memories, or casebook review)'
        : `it is ${record.status}`
    // What is said of a contradiction may hold words of the other memory.
    const told =
      notes.length === 0 ? '' : quoteBlock([{ label: 'notes', text: notes.join('\n'), mark: 'n1' }])
    return { blocks: [told], notes: [`Kept as ${record.kind} mem:${record.id}: ${state}.`] }
  },
})
