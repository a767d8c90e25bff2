/** `casebook_search`: code or commits by words, names and likeness. */

import { z } from 'zod'
import type { CommitHit, Hit } from '../../protocol.ts'
import { clip, day, quoteCode } from './answer.ts'
import { defineTool, limitArgument } from './tool.ts'

/** Characters of a piece of code, and files named of a commit. */
const longestPreview = 1_200
const mostFiles = 8

export const search = defineTool({
  name: 'casebook_search',
  title: 'Search code and commits',
  description:
    'Pieces of code, or commits, that fit words, names or a description, ranked. Call it when you know what something ' +
    'does or is called but not where it is; for a whole issue casebook_locate is better.',
  input: z.strictObject({
    query: z.string().trim().min(1).max(10_000).describe('Words, names or a description.'),
    in: z.enum(['code', 'commits']).default('code').describe('What to search.'),
    limit: limitArgument(8, 30),
  }),
  async run({ query, limit, in: place }, call) {
    if (place === 'commits') {
      const commits = await call.knowledge.commits(query, { limit, signal: call.signal })
      const nothing = commits.length === 0 ? 'No commit fits.' : null
      return { blocks: [quoteCode(commits.map(entryOfCommit))], notes: [nothing] }
    }
    const { hits, nothingFound } = await call.knowledge.search(query, { limit, signal: call.signal })
    const nothing = hits.length === 0 ? (nothingFound ?? 'No code fits.') : (nothingFound ?? null)
    return { blocks: [quoteCode(hits.map(entryOf))], notes: [nothing] }
  },
})

function entryOf(hit: Hit) {
  if (hit.type === 'commit') return entryOfCommit(hit)
  const { path, span, kind, name, preview } = hit
  return {
    label: `${path}:${span.startLine}-${span.endLine} ${kind} ${name}`,
    text: clip(preview, longestPreview),
  }
}

export function entryOfCommit({ sha, time, subject, files }: CommitHit) {
  const more = files.length > mostFiles ? ` and ${files.length - mostFiles} more` : ''
  return {
    label: `commit ${sha.slice(0, 12)} of ${day(time * 1000)}`,
    text: `${clip(subject, 300)}\n${files.slice(0, mostFiles).join(', ')}${more}`,
  }
}
