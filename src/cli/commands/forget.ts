/** `casebook forget`: deletes memories for good, by id or by where they come from. */

import type { ForgetSource, Memories } from '../../protocol-memories.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { count } from '../format.ts'
import { shorten } from '../memory-text.ts'
import { confirm, textOption, withMemories } from '../with-memories.ts'

/** What `--from` may name, and the field that it means. */
const sources = {
  agent: 'agent',
  session: 'sessionId',
  path: 'path',
  commit: 'commit',
  author: 'author',
  origin: 'origin',
} as const satisfies Record<string, keyof ForgetSource>

export const forget: Command = {
  name: 'forget',
  summary: 'Delete memories for good',
  usage: 'ID… | event:NUMBER… | --from SOURCE=NAME',
  details: `Contents go from the log, the evidence and the backups; only a tombstone stays. This cannot be undone.
'casebook archive' keeps them out of sight instead. SOURCE is ${Object.keys(sources).join(', ')}.
event:NUMBER takes the reason of an event ('casebook log') and what was noted with it.`,
  options: {
    from: { type: 'string', value: 'SOURCE=NAME', help: 'everything that comes from there' },
    yes: { type: 'boolean', short: 'y', help: 'do not ask' },
    reason: { type: 'string', value: 'TEXT', help: 'why, for the tombstone' },
  },
  run: (call) =>
    withMemories(call, async (memories) => {
      const ids = await chosen(call, memories)
      if (ids.length === 0) return { data: { forgotten: 0 }, text: () => 'Nothing to forget.' }
      await confirm(call, await question(memories, ids))
      const reason = textOption(call.values.reason) ?? 'asked on the command line'
      const { forgotten, notes } = await memories.forget(ids, reason)
      const text = [`Forgot ${number(forgotten)} for good.`, ...notes].join('\n')
      return { data: { forgotten, ids, notes }, text: () => text }
    }),
}

async function chosen(call: Call, memories: Memories): Promise<string[]> {
  const from = textOption(call.values.from)
  if ((from === undefined) === (call.positionals.length === 0))
    throw new UsageError('Give ids, or --from SOURCE=NAME.', forget)
  if (from !== undefined) return await memories.from(readSource(from))
  const named = call.positionals.map(async (id) => (isEvent(id) ? id : (await memories.show(id)).record.id))
  return [...new Set(await Promise.all(named))]
}

/** An export names events so whose own words hold a secret. */
function isEvent(name: string): boolean {
  return /^event:\d+$/i.test(name)
}

function readSource(text: string): ForgetSource {
  const [, name = '', value = ''] = /^([a-z]+)=(.+)$/s.exec(text.trim()) ?? []
  const field = Object.hasOwn(sources, name) ? sources[name as keyof typeof sources] : undefined
  if (field !== undefined) return { [field]: value }
  const known = Object.keys(sources).join(', ')
  throw new UsageError(`--from takes SOURCE=NAME with one of ${known}, not '${text}'.`, forget)
}

async function question(memories: Memories, ids: readonly string[]): Promise<string> {
  const few = await Promise.all(
    ids
      .filter((id) => !isEvent(id))
      .slice(0, 3)
      .map((id) => memories.show(id)),
  )
  const texts = few.map(({ record }) => `\n  ${record.kind}: ${shorten(record.text, 80)}`)
  const more = ids.length > few.length ? `\n  and ${count(ids.length - few.length)} more` : ''
  return `Forget ${number(ids.length)} for good?${texts.join('')}${more}\n`
}

function number(value: number): string {
  return value === 1 ? '1 memory' : `${count(value)} memories`
}
