/** `casebook_history`: how a file or symbol was fixed before. */

import { z } from 'zod'
import type { MemoryRecord, Status } from '../../memory/record.ts'
import { quoteBlock } from '../../memory/safety/quote.ts'
import type { Knowledge } from '../ports.ts'
import { quoteCode } from './answer.ts'
import { recordEntry } from './record-entry.ts'
import { entryOfCommit } from './search.ts'
import { BadArguments, defineTool, limitArgument, markOf, pathArgument, type ToolCall } from './tool.ts'

const shown: readonly Status[] = ['active', 'stale', 'contested']
/** Files that often change together with the one that is asked about. */
const mostCompanions = 5

interface Asked {
  path: string | undefined
  symbol: string | undefined
  limit: number
}

export const history = defineTool({
  name: 'casebook_history',
  title: 'How was this file or symbol fixed before',
  description:
    'Past fixes, lessons and commits of one file, or of a function or class, newest first, and the files that usually ' +
    'change with it. Call it before you edit code that you do not know, and when a fix seems too simple.',
  input: z.strictObject({
    path: pathArgument.optional().describe('The file, relative to the repository.'),
    symbol: z.string().trim().min(1).max(300).optional().describe('The function or class.'),
    limit: limitArgument(5, 20),
  }),
  async run({ path, symbol, limit }, call) {
    if (path === undefined && symbol === undefined) throw new BadArguments("give 'path', 'symbol' or both")
    const asked = { path: path?.replaceAll('\\', '/').replace(/^\.\//, ''), symbol, limit }
    const records = await recordsOf(call.knowledge, asked)
    const commits = await commitsOf(asked, call)
    const nothing = records.length + commits.length === 0
    return {
      blocks: [
        quoteBlock(records.map((one) => ({ ...recordEntry(one), mark: markOf(one.id, call.marks) }))),
        quoteCode([...commits.map(entryOfCommit), ...(await together(call.knowledge, asked))]),
      ],
      notes: [nothing ? 'Neither memory nor history knows of a change there.' : null],
    }
  },
})

async function recordsOf(knowledge: Knowledge, { path, symbol, limit }: Asked): Promise<MemoryRecord[]> {
  const { records } = await knowledge.list({
    statuses: shown,
    limit: limit * 2,
    ...(path !== undefined && { path }),
    ...(symbol !== undefined && { text: symbol }),
  })
  return records.filter(({ inhibited }) => !inhibited).slice(0, limit)
}

async function commitsOf({ path, symbol, limit }: Asked, { knowledge, signal }: ToolCall) {
  const query = [symbol, path].filter((part) => part !== undefined).join(' ')
  const found = await knowledge.commits(query, { limit: limit * 4, signal })
  const fitting = path === undefined ? found : found.filter(({ files }) => files.includes(path))
  return fitting.slice(0, limit).sort((one, other) => other.time - one.time)
}

async function together(knowledge: Knowledge, { path }: Asked) {
  const companions = path === undefined ? [] : await knowledge.changedTogether(path, mostCompanions)
  if (companions.length === 0) return []
  return [
    { label: 'files that change in the same commits', text: companions.map((one) => one.path).join('\n') },
  ]
}
