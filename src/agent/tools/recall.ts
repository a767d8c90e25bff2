/** `casebook_recall`: what is remembered for a question. */

import { z } from 'zod'
import { moments } from '../../memory/recollection.ts'
import { kinds } from '../../memory/record.ts'
import type { WindowRecall } from '../../protocol.ts'
import { clip, quoteDemonstrations } from './answer.ts'
import { defineTool, limitArgument, pathArgument, type ToolCall } from './tool.ts'

/** Characters of one part of a demonstration. */
const longestPart = 1_500

const input = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .describe('The task, issue or error in its own words. Names, paths and error texts find most.'),
  moment: z
    .enum(moments)
    .default('any')
    .describe(
      'Where in the work you are: task-start; first-test, before you write a reproduction; after-failure, with output; ' +
        'refine-patch, with attempt; before-edit, with path.',
    ),
  path: pathArgument.optional().describe('The file at hand, relative to the repository.'),
  symbol: z.string().trim().min(1).max(300).optional().describe('The function or class at hand.'),
  output: z.string().max(200_000).optional().describe('What the failing test or command printed.'),
  attempt: z.string().max(200_000).optional().describe('The test or patch that you have now.'),
  kinds: z.array(z.enum(kinds)).min(1).optional().describe('Only these kinds of memories.'),
  repair: z
    .boolean()
    .optional()
    .describe('True when the same failure came up twice: also what was tried before and failed.'),
  limit: limitArgument(5, 20),
})

export const recall = defineTool({
  name: 'casebook_recall',
  title: 'Recall from the memory of this repository',
  description:
    'Past fixes, facts and lessons of this repository that fit a question. Call it first when you begin an issue or ' +
    'task, again after a test or command failed (moment "after-failure" with output), and before you edit unfamiliar ' +
    'code (moment "before-edit" with path). Says so when nothing is known. Each memory has a mark such as [m1] and a ' +
    'handle mem:ID for casebook_open and casebook_why.',
  input,
  async run(args, call) {
    // Only who may write notes what was shown.
    const request = { ...given(args), sessionId: call.sessionId, quiet: !call.mayWrite }
    const reply = await call.knowledge.recall(request, call.signal)
    learnMarks(reply, call)
    const notes = [reply.nothingFound ?? null, unknownNames(reply), creditHint(reply, call)]
    return { blocks: [reply.block, demonstrations(reply)], notes }
  },
})

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** The arguments without those that were left out. */
function given<T extends object>(args: T): Given<T> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Given<T>
}

function learnMarks(reply: WindowRecall, { marks }: ToolCall): void {
  marks.clear()
  for (const [at, { record }] of reply.memories.entries()) marks.set(`m${at + 1}`, record.id)
}

function demonstrations(reply: WindowRecall): string {
  const entries = reply.demonstrations.map(({ kind, verified, episodeId, issue, wrong, feedback, right }) => {
    const parts = [
      `Issue: ${issue}`,
      wrong && `Tried: ${wrong}`,
      feedback && `Met: ${feedback}`,
      `Right: ${right}`,
    ]
    const shown = parts.filter((part) => typeof part === 'string' && part !== '')
    return {
      label: `demonstration, ${kind} (${verified ? 'verified' : 'not verified'})`,
      text: shown.map((part) => clip(String(part), longestPart)).join('\n'),
      foot: `mem:${episodeId}`,
    }
  })
  return quoteDemonstrations(entries)
}

function unknownNames({ unknown, memories }: WindowRecall): string | null {
  if (unknown.length === 0 || memories.length === 0) return null
  return `Neither memory nor code knows: ${unknown
    .slice(0, 10)
    .map((name) => clip(name, 120))
    .join(', ')}.`
}

function creditHint({ memories }: WindowRecall, { mayWrite }: ToolCall): string | null {
  if (!mayWrite || memories.length === 0) return null
  return 'When you have used one, say so with casebook_cite, with the outcome of the next check.'
}
