/** `casebook_locate`: the files that an issue is about. */

import { z } from 'zod'
import type { FileHit } from '../../protocol.ts'
import { quoteCode } from './answer.ts'
import { defineTool, limitArgument } from './tool.ts'

/** Places inside one file that are named. */
const mostPlaces = 4
/** Reasons that are named of one file. */
const mostChannels = 4

export const locate = defineTool({
  name: 'casebook_locate',
  title: 'Locate the files that an issue is about',
  description:
    'The files that have to be looked at, and probably changed, for an issue or error, most likely first, from code, ' +
    'history and past fixes. Call it before you search by hand. Give the whole issue text, with traces and names.',
  input: z.strictObject({
    text: z.string().trim().min(1).max(100_000).describe('The issue or error, as it was written.'),
    limit: limitArgument(10, 50),
  }),
  async run({ text, limit }, call) {
    const { files, nothingFound } = await call.knowledge.locate(text, { limit, signal: call.signal })
    const found = files.length === 0 ? (nothingFound ?? 'No file fits this issue.') : (nothingFound ?? null)
    return { blocks: [quoteCode(files.map(entry))], notes: [found] }
  },
})

function entry({ path, chunks, explain }: FileHit) {
  const places = chunks
    .slice(0, mostPlaces)
    .map(({ name, span }) => `lines ${span.startLine}-${span.endLine} ${name}`.trimEnd())
  const best = explain
    .filter((line) => line.contribution > 0)
    .sort((one, other) => other.contribution - one.contribution)
  const channels = [...new Set(best.map((line) => line.channel))].slice(0, mostChannels)
  return {
    label: path,
    text: places.length === 0 ? 'the whole file' : places.join('\n'),
    foot: `found by ${channels.join(', ') || 'words'}`,
  }
}
