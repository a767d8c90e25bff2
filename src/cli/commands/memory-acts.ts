/** `casebook pin`, `unpin`, `mute`, `unmute`, `archive`, `restore`: what a person decides about memories by id. */

import type { MemoryAction } from '../../protocol-memories.ts'
import { type Call, type Command, type Reply, UsageError } from '../command.ts'
import { recordLines } from '../memory-text.ts'
import { textOption, withMemories } from '../with-memories.ts'

interface Act {
  action: MemoryAction
  name?: string
  summary: string
  details?: string
}

const acts: readonly Act[] = [
  { action: 'pin', summary: 'Pin memories: never archived for lack of use' },
  { action: 'unpin', summary: 'Take the pin away' },
  { action: 'mute', summary: 'Mute memories: never recalled, whatever their score' },
  { action: 'unmute', summary: 'Let muted memories be recalled again' },
  {
    action: 'archive',
    summary: 'Archive memories: kept, but not recalled',
    details: "'casebook restore' brings them back; 'casebook forget' deletes for good.",
  },
  { action: 'restore', summary: 'Bring archived or retracted memories back' },
  { action: 'retract', summary: 'Retract memories that turned out to be wrong' },
  { action: 'reject', name: 'review reject', summary: 'Turn candidates away' },
]

export const memoryActs: readonly Command[] = acts.filter(({ name }) => name === undefined).map(commandOf)
export const reviewActs: readonly Command[] = acts.filter(({ name }) => name !== undefined).map(commandOf)

function commandOf({ action, name, summary, details }: Act): Command {
  const command: Command = {
    name: name ?? action,
    summary,
    usage: 'ID…',
    ...(details !== undefined && { details }),
    options: { reason: { type: 'string', value: 'TEXT', help: 'why, for the log' } },
    run: (call) => act(call, action, command),
  }
  return command
}

async function act(call: Call, action: MemoryAction, command: Command): Promise<Reply> {
  if (call.positionals.length === 0) throw new UsageError('Give the ids of memories.', command)
  const reason = textOption(call.values.reason)
  const records = await withMemories(call, (memories) => memories.act(call.positionals, action, reason))
  return {
    data: { records },
    text: (style) => records.map((record) => recordLines(record, style)).join('\n'),
  }
}
