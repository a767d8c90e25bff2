/** Memory that leaves the machine and comes back: exports, imports, and the folder that a team shares. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../../memory/ports.ts'
import { exportToFile } from '../../memory/share/export.ts'
import { importMemory } from '../../memory/share/import.ts'
import type { ExportSummary, ImportSummary, ShareSummary } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

/** Whole or not at all. Throws `UserError`. */
export async function exportTo({ store }: MemoryRoom, path: string): Promise<ExportSummary> {
  const target = resolve(path)
  return { path: target, ...(await exportToFile(store, target)) }
}

/** Read whole and found good before anything is written. Throws `UserError`. */
export async function importFrom(room: MemoryRoom, path: string): Promise<ImportSummary> {
  const source = resolve(path)
  if (!existsSync(source)) throw new UserError(`There is no file ${source}.`, 'Check the path.')
  const imported = await importMemory(room.store, source, { actor: await room.person() })
  room.vectors.sync()
  void room.vectors.fill()
  return imported
}

export async function share(_room: MemoryRoom): Promise<ShareSummary> {
  throw new UserError('Sharing is not built yet.', 'Export instead.')
}
