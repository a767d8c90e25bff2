/** Resources: memories and their evidence by handle, and the health of the index. */

import {
  ErrorCode,
  type ListResourcesResult,
  McpError,
  type ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js'
import { answerText, clip, day } from '../agent/tools/answer.ts'
import type { MemoryRecord, Status } from '../memory/record.ts'
import { neutralise, quoteBlock } from '../memory/safety/quote.ts'
import { redact } from '../memory/safety/redact.ts'
import type { ServerCall } from './server-call.ts'

const healthUri = 'casebook://health'
const health = {
  uri: healthUri,
  name: 'health',
  title: 'Health of the memory',
  description: 'What is indexed and remembered, and what is wrong.',
  mimeType: 'application/json',
}

export const resourceTemplates = [
  {
    uriTemplate: 'mem:{id}',
    name: 'memory',
    title: 'A memory',
    description: 'An episode, fact or lesson with all that it holds, quoted as data.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'art:{sha}',
    name: 'evidence',
    title: 'Evidence of a memory',
    description: 'A stored output, test or patch, quoted as data; #L10-40 chooses lines.',
    mimeType: 'text/plain',
  },
] as const

const pageSize = 50
/** Lessons and facts that are in use: episodes are found by recall and history. */
const listedKinds = ['lesson', 'fact'] as const
const listedStatuses: readonly Status[] = ['active', 'stale', 'contested']

/** Newest first; the health stands before them. */
export async function listResources(
  { book }: ServerCall,
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const { memories } = await book.casebook()
  const request = { kinds: listedKinds, statuses: listedStatuses, limit: pageSize }
  const page = await memories
    .list({ ...request, ...(cursor !== undefined && { after: cursor }) })
    .catch((cause: unknown) => {
      if (cursor === undefined) throw cause
      throw new McpError(ErrorCode.InvalidParams, 'The cursor leads nowhere: list from the beginning.')
    })
  const shown = page.records.filter(({ inhibited }) => !inhibited)
  const listed = await Promise.all(shown.map(resourceOf))
  return {
    resources: cursor === undefined ? [health, ...listed] : listed,
    ...(page.next !== null && { nextCursor: page.next }),
  }
}

async function resourceOf({ id, kind, text, status, validFrom }: MemoryRecord) {
  const line = neutralise(text).replace(/\s+/g, ' ')
  return {
    uri: `mem:${id}`,
    name: `${kind} ${id}`,
    title: clip((await redact(line)).text, 100),
    description: `${status}, ${day(validFrom)}`,
    mimeType: 'text/plain',
  }
}

/** Throws `McpError` for what is not there. */
export async function readResource({ book }: ServerCall, uri: string): Promise<ReadResourceResult> {
  const casebook = await book.casebook()
  if (uri === healthUri) {
    const { notices, lastError, ...status } = casebook.status()
    const found = { status: { ...status, notices, lastError }, memories: casebook.memories.stats() }
    const { text } = await redact(JSON.stringify({ ...found, note: book.note() }, null, 2))
    return { contents: [{ uri, mimeType: 'application/json', text }] }
  }
  const opened = await casebook.memories.open(uri)
  if (!opened.found) throw new McpError(-32002, neutralise(opened.text).slice(0, 300), { uri })
  const blocks = [quoteBlock([{ label: opened.handle, text: opened.text }])]
  return {
    contents: [{ uri, mimeType: 'text/plain', text: await answerText({ blocks, notes: [opened.omitted] }) }],
  }
}
