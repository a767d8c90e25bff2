/** `casebook commits`: searches the history. */

import type { CommitHit } from '../../protocol.ts'
import { type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { moment } from '../format.ts'
import type { Style } from '../style.ts'
import { withIndexed } from '../with-casebook.ts'
import { explainLines } from './results.ts'

export const commits: Command = {
  name: 'commits',
  summary: 'Search the commits',
  usage: 'QUERY',
  details: "QUERY is words of the message, paths or issue numbers. 'casebook examine' shows one commit.",
  options: {
    explain: { type: 'boolean', help: 'show what each channel contributed to the rank' },
  },
  async run(call) {
    const query = call.positionals.join(' ').trim()
    if (query === '') throw new UsageError('The query is empty.', commits)
    const found = await withIndexed(call, (casebook) =>
      casebook.commits(query, { limit: call.limit ?? 10, signal: call.signal }),
    )
    return {
      data: { commits: found },
      text: (style) => render(found, call.values.explain === true, style),
    }
  },
}

function render(found: readonly CommitHit[], explain: boolean, style: Style): string {
  if (found.length === 0) return 'No commit found.'
  return found.map((commit) => describe(commit, explain, style)).join('\n')
}

function describe(commit: CommitHit, explain: boolean, style: Style): string {
  const day = moment(commit.time * 1000).slice(0, 10)
  const shown = commit.files.slice(0, 4).map(escapeLine).join(', ')
  const more = commit.files.length > 4 ? ` and ${commit.files.length - 4} more` : ''
  return [
    `${style.path(commit.sha.slice(0, 10))}  ${day}  ${style.bold(escapeLine(commit.subject))}  ${style.dim(commit.score.toFixed(3))}`,
    style.dim(`    ${shown}${more}`),
    ...(explain ? explainLines(commit.explain, style) : []),
  ].join('\n')
}
