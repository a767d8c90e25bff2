/** Opens a handle for a door: what it leads to as text, capped, and masked once more. */

import { type LineRange, openHandle } from '../../memory/recall/records/handles.ts'
import { redact } from '../../memory/safety/redact.ts'
import type { OpenedMemory } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

/** Never throws for a handle that leads nowhere: the text says so. */
export async function open({ store }: MemoryRoom, handle: string, range?: LineRange): Promise<OpenedMemory> {
  const opened = openHandle(store, handle, range)
  return { ...opened, text: (await redact(opened.text)).text }
}
