/** `casebook locate`: the files that an issue is most likely about. */

import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { UserError } from '../../memory/ports.ts'
import type { FileHit, LocateReply } from '../../protocol.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import type { Style } from '../style.ts'
import { withIndexed } from '../with-casebook.ts'
import { coverageNote, explainLines, nothing } from './results.ts'

export const locate: Command = {
  name: 'locate',
  summary: 'Rank the files that an issue is about',
  usage: '--query-file FILE | -',
  details: 'The text of the issue comes from a file, or from standard input with a single dash.',
  options: {
    'query-file': {
      type: 'string',
      short: 'f',
      value: 'FILE',
      help: 'the text of the issue; - is standard input',
    },
    explain: { type: 'boolean', help: 'show what each channel contributed to the rank' },
  },
  async run(call) {
    const issue = await readIssue(call)
    const reply = await withIndexed(call, (casebook) =>
      casebook.locate(issue, { limit: call.limit ?? 10, signal: call.signal }),
    )
    call.terminal.note(coverageNote(reply, reply.files.length))
    return { data: reply, text: (style) => render(reply, call.values.explain === true, style) }
  },
}

async function readIssue(call: Call): Promise<string> {
  const file = call.values['query-file'] ?? call.positionals[0]
  const asked = call.positionals.length + (call.values['query-file'] === undefined ? 0 : 1)
  if (asked !== 1 || typeof file !== 'string' || (call.positionals.length === 1 && file !== '-'))
    throw new UsageError(
      'Give the text of the issue with --query-file FILE, or - for standard input.',
      locate,
    )
  const issue = file === '-' ? await readAll(process.stdin) : await readQueryFile(call.resolve(file))
  if (issue.trim() !== '') return issue
  const from = file === '-' ? 'Standard input' : `The file ${file}`
  throw new UserError(
    `${from} is empty.`,
    'Write the text of the issue into it: title first, then the description.',
  )
}

async function readQueryFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(
      `The query file cannot be read: ${reason}`,
      'Check the path given with --query-file.',
      cause,
    )
  }
}

function render(reply: LocateReply, explain: boolean, style: Style): string {
  if (reply.files.length === 0) return nothing(reply)
  return reply.files
    .map((file, index) => [title(file, index, style), ...(explain ? explainLines(file.explain, style) : [])])
    .map((lines) => lines.join('\n'))
    .join('\n')
}

function title(file: FileHit, index: number, style: Style): string {
  const places = file.chunks
    .slice(0, 3)
    .map(({ name, span }) => `${escapeLine(name) || 'line'}:${span.startLine}`)
  const rank = String(index + 1).padStart(3)
  return `${rank}  ${style.path(escapeLine(file.path))}  ${style.dim(file.score.toFixed(3))}  ${places.join(', ')}`.trimEnd()
}
