/** `casebook_note` and `casebook_drop`: what an agent wants kept at hand, and what it needs no longer. */

import { z } from 'zod'
import { defineTool } from './tool.ts'
import { workingOf } from './work.ts'

export const note = defineTool({
  name: 'casebook_note',
  title: 'Note for this work',
  description:
    'Keeps one line at hand for the rest of this work, also when older messages have left: a finding, a decision, a ' +
    'suspicion that was refuted and why. For what later sessions need there is casebook_remember.',
  needs: ['context'],
  input: z.strictObject({ text: z.string().trim().min(1).max(500).describe('One line.') }),
  async run({ text }, call) {
    workingOf(call).note(text)
    return { blocks: [], notes: ['Noted.'] }
  },
})

export const drop = defineTool({
  name: 'casebook_drop',
  title: 'Let go of an output',
  description:
    'Says that an output is needed no longer: its text leaves the conversation when room is made next. The handle ' +
    'opens it again.',
  needs: ['context'],
  input: z.strictObject({
    handle: z.string().trim().min(1).max(200).describe('The handle that stands with the output: art:SHA.'),
  }),
  async run({ handle }, call) {
    workingOf(call).drop(handle)
    return { blocks: [], notes: [`${handle} goes when room is made.`] }
  },
})
