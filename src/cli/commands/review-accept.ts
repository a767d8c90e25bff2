/** `casebook review accept`: candidates become memories, by id or all at once. */

import type { MemoryRecord } from '../../memory/record.ts'
import type { Memories } from '../../protocol-memories.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { plural } from '../format.ts'
import { recordLines } from '../memory-text.ts'
import { confirm, textOption, withMemories } from '../with-memories.ts'

export const accept: Command = {
  name: 'review accept',
  summary: 'Let candidates be recalled',
  usage: 'ID… | --all',
  details: `--all shows what it would accept, and asks. What reads like an instruction to an agent is left out:
look at it, then accept it by its id.`,
  options: {
    all: { type: 'boolean', help: 'all candidates that do not read like instructions' },
    yes: { type: 'boolean', short: 'y', help: 'do not ask' },
    reason: { type: 'string', value: 'TEXT', help: 'why, for the log' },
  },
  run: (call) =>
    withMemories(call, async (memories) => {
      const { ids, leftOut } = call.values.all === true ? await allOf(call, memories) : named(call)
      if (ids.length === 0) return { data: { records: [], leftOut }, text: () => nothing(leftOut.length) }
      const records = await memories.act(ids, 'accept', textOption(call.values.reason))
      return {
        data: { records, leftOut },
        text: (style) => records.map((record) => recordLines(record, style)).join('\n'),
      }
    }),
}

interface Chosen {
  ids: readonly string[]
  /** Ids of candidates that a person must look at one by one. */
  leftOut: string[]
}

function named(call: Call): Chosen {
  if (call.positionals.length === 0) throw new UsageError('Give the ids of memories, or --all.', accept)
  return { ids: call.positionals, leftOut: [] }
}

async function allOf(call: Call, memories: Memories): Promise<Chosen> {
  if (call.positionals.length > 0) throw new UsageError('Give ids or --all, not both.', accept)
  const candidates = (await memories.review()).candidates.map(({ record }) => record)
  const isSuspect = ({ flags }: MemoryRecord) => flags.includes('instruction-like')
  const suspects = candidates.filter(isSuspect)
  const others = candidates.filter((record) => !isSuspect(record))
  if (suspects.length > 0) call.terminal.note(leftOutNote(suspects, call))
  if (others.length > 0) {
    call.terminal.note(others.map((record) => recordLines(record, call.terminal.style)).join('\n'))
    await confirm(call, `Accept ${others.length === 1 ? 'it' : `all ${plural(others.length, 'candidate')}`}?`)
  }
  return { ids: others.map(({ id }) => id), leftOut: suspects.map(({ id }) => id) }
}

function leftOutNote(suspects: readonly MemoryRecord[], { terminal }: Call): string {
  const lines = suspects.map((record) => recordLines(record, terminal.style))
  const it = suspects.length === 1 ? 'it reads' : 'they read'
  return [`Left out, because ${it} like instructions to an agent (accept by id):`, ...lines].join('\n')
}

function nothing(leftOut: number): string {
  return leftOut === 0 ? 'No candidate waits.' : 'No other candidate waits.'
}
