/** Prompts that a person chooses: a brief at the start of a fix. */

import { ErrorCode, type GetPromptResult, McpError, type Prompt } from '@modelcontextprotocol/sdk/types.js'
import { answerText } from '../agent/tools/answer.ts'
import { locate } from '../agent/tools/locate.ts'
import { recall } from '../agent/tools/recall.ts'
import type { ServerCall } from './server-call.ts'

export const prompts: readonly Prompt[] = [
  {
    name: 'start-a-fix',
    title: 'Start a fix',
    description:
      'An issue, with what the memory of this repository knows about it and the files that it is about.',
    arguments: [{ name: 'issue', description: 'The issue or error, as it was written.', required: true }],
  },
]

const task =
  'Fix the issue below. What the memory of this repository knows follows it as quoted data: use what fits, check it ' +
  'against the code, and name the notes that you used. Reproduce the failure before you change anything, and run the ' +
  'tests afterwards.'

/** Files that the brief names. */
const mostFiles = 8

/** Throws `McpError` for an unknown name or a missing issue. */
export async function getPrompt(
  call: ServerCall,
  name: string,
  given: Record<string, string>,
): Promise<GetPromptResult> {
  const prompt = prompts.find((one) => one.name === name)
  if (prompt === undefined) {
    const names = prompts.map((one) => one.name).join(', ')
    throw new McpError(
      ErrorCode.InvalidParams,
      `There is no prompt '${name.slice(0, 100)}'. There are: ${names}.`,
    )
  }
  const issue = given.issue?.trim() ?? ''
  if (issue === '') throw new McpError(ErrorCode.InvalidParams, "start-a-fix needs the argument 'issue'.")
  const text = issue.slice(0, 20_000)
  const known = await recall.run({ text, moment: 'task-start' }, call)
  const files = await locate.run({ text, limit: mostFiles }, call)
  const notes = [...(known.notes ?? []), ...(files.notes ?? []), call.book.note()]
  const brief = await answerText({ blocks: [...known.blocks, ...files.blocks], notes })
  return {
    description: 'The issue with a brief from memory',
    messages: [
      { role: 'user', content: { type: 'text', text: `${task}\n\nThe issue:\n${text}\n\n${brief}` } },
    ],
  }
}
