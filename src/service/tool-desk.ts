/** Takes the calls of the tool memory to the right root, checked: what tools say of themselves comes from strangers. */

import { z } from 'zod'
import { listedTool } from '../agent/toolbox/document.ts'
import { toolSession } from '../agent/toolbox/session.ts'
import { UserError } from '../memory/ports.ts'
import type { ToolMemory, ToolMemoryCall, ToolMemoryReply, ToolMemoryRequest } from '../protocol-tools.ts'
import type { Shelves } from './shelves.ts'

const name = z.string().max(256)
const names = z.array(name).max(10_000)
const chat = z.string().min(1).max(256)

const checks: { [K in ToolMemoryCall]: z.ZodType<Parameters<ToolMemory[K]>> } = {
  sync: z.union([
    z.tuple([z.array(listedTool).max(20_000)]),
    z.tuple([z.array(listedTool).max(20_000), names]),
  ]) as unknown as z.ZodType<Parameters<ToolMemory['sync']>>,
  search: z.tuple([
    z.array(z.string().max(2_000)).max(100),
    z.object({ k: z.number().int().min(1).max(100), without: names.exactOptional() }),
  ]),
  documents: z.tuple([names]),
  count: z.tuple([]),
  tokens: z.tuple([]),
  all: z.tuple([]),
  loadChat: z.tuple([chat]),
  saveChat: z.tuple([toolSession]),
  removeChat: z.tuple([chat]),
  chats: z.tuple([]),
}

/** Throws `UserError` where no root is meant, or several could be, and for arguments that do not fit. */
export async function answerTools<K extends ToolMemoryCall>(
  shelves: Shelves,
  { root, call, args }: ToolMemoryRequest<K>,
): Promise<ToolMemoryReply<K>> {
  if (!Object.hasOwn(checks, call))
    throw new UserError(`There is no call "${String(call)}".`, 'Reload the window after an update.')
  const { tools } = shelves.only(root).book
  const checked = checks[call].safeParse(args)
  if (!checked.success) throw unfit(call, checked.error)
  const work = tools[call] as (...given: unknown[]) => unknown
  return (await work(...checked.data)) as ToolMemoryReply<K>
}

function unfit(call: string, error: z.ZodError): UserError {
  const [issue] = error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  return new UserError(
    `The tool memory cannot take what ${call} was given${where}: ${issue?.message ?? 'unreadable'}.`,
    'Reload the window after an update.',
    error,
  )
}
