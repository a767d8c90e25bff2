/** `casebook episodes|facts|lessons list|show`: two rows of the command table for each kind of memory. */

import { type Kind, kinds, statuses } from '../../memory/record.ts'
import type { ListRequest, Memories, MemoryPage } from '../../protocol-memories.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { count } from '../format.ts'
import { detailText } from '../memory-detail.ts'
import { recordLines } from '../memory-text.ts'
import { nearest } from '../nearest.ts'
import type { Style } from '../style.ts'
import {
  listOption,
  onlyArgument,
  parseSeq,
  textOption,
  withCurrentCode,
  withMemories,
} from '../with-memories.ts'

export const memoryLists: readonly Command[] = kinds.flatMap((kind) => [listOf(kind), showOf(kind)])

const usualLimit = 20
/** What a list shows unless asked for more: what is in use, and what waits for a person. */
const usual = ['active', 'stale', 'contested', 'candidate'] as const

function listOf(kind: Kind): Command {
  const command: Command = {
    name: `${kind}s list`,
    summary: `List ${kind}s, newest first`,
    usage: '[WORDS]',
    details: 'WORDS must occur in it. Superseded, archived and retracted ones are listed with --status all.',
    options: {
      status: { type: 'string', value: 'LIST', help: `all, or some of ${statuses.join(', ')}` },
      path: { type: 'string', value: 'PATH', help: 'only those that are about this file' },
      after: { type: 'string', value: 'ID', help: 'go on after this one' },
    },
    async run(call) {
      const request = readRequest(call, kind, command)
      const [page, hidden] = await withMemories(call, (memories) =>
        Promise.all([memories.list(request), countHidden(memories, request)]),
      )
      if (hidden > 0) call.terminal.note(hiddenNote(hidden))
      if (page.next !== null) call.terminal.note(`${count(page.total)} in all. More: --after ${page.next}`)
      return { data: page, text: (style) => render(page, kind, style) }
    },
  }
  return command
}

/** How many more fit that are not in use any more. */
async function countHidden(memories: Memories, { after: _, ...request }: ListRequest): Promise<number> {
  if (request.statuses !== usual) return 0
  const others = statuses.filter((status) => !usual.some((one) => one === status))
  return (await memories.list({ ...request, statuses: others, limit: 1 })).total
}

function hiddenNote(hidden: number): string {
  const are = hidden === 1 ? 'is' : 'are'
  return `${count(hidden)} more ${are} archived, retracted or superseded: --status all lists them.`
}

function readRequest(call: Call, kind: Kind, command: Command): ListRequest {
  const path = textOption(call.values.path)
  const after = textOption(call.values.after)
  const text = call.positionals.join(' ').trim()
  return {
    kinds: [kind],
    statuses: readStatuses(call, command),
    limit: call.limit ?? usualLimit,
    ...(path !== undefined && { path }),
    ...(after !== undefined && { after }),
    ...(text !== '' && { text }),
  }
}

function readStatuses(call: Call, command: Command): ListRequest['statuses'] & {} {
  const asked = listOption(call.values.status)
  if (asked === undefined) return usual
  if (asked.length === 1 && asked[0] === 'all') return statuses
  return asked.map((word) => {
    const status = statuses.find((known) => known === word)
    if (status !== undefined) return status
    const best = nearest(word, statuses)
    const hint = best === null ? `: all, ${statuses.join(', ')}.` : `. Did you mean ${best}?`
    throw new UsageError(`There is no status '${word}'${hint}`, command)
  })
}

function render({ records }: MemoryPage, kind: Kind, style: Style): string {
  if (records.length === 0) return `No ${kind} is remembered that fits.`
  return records.map((record) => recordLines(record, style)).join('\n')
}

function showOf(kind: Kind): Command {
  const command: Command = {
    name: `${kind}s show`,
    summary: `Show one ${kind} whole`,
    usage: 'ID',
    options: {
      'as-of': { type: 'string', value: 'SEQ', help: 'as it was after this event of the log' },
    },
    async run(call) {
      const id = onlyArgument(call, command, `the id of one ${kind}`)
      const asOf = textOption(call.values['as-of'])
      const seq = asOf === undefined ? undefined : parseSeq(asOf, command)
      const detail = await withCurrentCode(call, (memories) => memories.show(id, seq))
      return { data: detail, text: (style) => detailText(detail, style) }
    },
  }
  return command
}
