/** `casebook search`: code and commits for a few words. */

import type { Hit, SearchReply } from '../../protocol.ts'
import { type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { moment } from '../format.ts'
import type { Style } from '../style.ts'
import { withIndexed } from '../with-casebook.ts'
import { coverageNote, explainLines, nothing } from './results.ts'

export const search: Command = {
  name: 'search',
  summary: 'Search code and history',
  usage: 'QUERY',
  details: 'QUERY is words, names, paths or an error message; quotes are not needed between words.',
  options: {
    explain: { type: 'boolean', help: 'show what each channel contributed to the rank' },
  },
  async run(call) {
    const query = call.positionals.join(' ').trim()
    if (query === '') throw new UsageError('The query is empty.', search)
    const reply = await withIndexed(call, (casebook) =>
      casebook.search(query, { limit: call.limit ?? 10, signal: call.signal }),
    )
    call.terminal.note(coverageNote(reply, reply.hits.length))
    return {
      data: reply,
      text: (style) => render(reply, { query, explain: call.values.explain === true }, style),
    }
  },
}

interface Shown {
  query: string
  explain: boolean
}

function render(reply: SearchReply, { query, explain }: Shown, style: Style): string {
  if (reply.hits.length === 0) return nothing(reply)
  return reply.hits
    .map((hit) => [
      title(hit, style),
      ...preview(hit, query, style),
      ...(explain ? explainLines(hit.explain, style) : []),
    ])
    .map((lines) => lines.join('\n'))
    .join('\n')
}

function title(hit: Hit, style: Style): string {
  const score = style.dim(hit.score.toFixed(3))
  if (hit.type === 'commit') {
    const day = moment(hit.time * 1000).slice(0, 10)
    return `${style.path(hit.sha.slice(0, 10))}  ${style.bold(escapeLine(hit.subject))}  ${day}  ${score}`
  }
  const place = `${style.path(escapeLine(hit.path))}:${hit.span.startLine}`
  return `${place}  ${style.bold(hit.name === '' ? hit.kind : escapeLine(hit.name))}  ${score}`
}

/** The line of the preview that says most about the query; the first one where none says anything. */
function preview(hit: Hit, query: string, style: Style): string[] {
  if (hit.type === 'commit') return []
  const words = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  const lines = hit.preview.split('\n').filter((line) => line.trim() !== '')
  const worth = (line: string) => words.filter((word) => line.toLowerCase().includes(word)).length
  const [best] = lines.map((line) => ({ line, worth: worth(line) })).sort((a, b) => b.worth - a.worth)
  return best === undefined ? [] : [style.dim(`    ${escapeLine(best.line.trim().slice(0, 140))}`)]
}
