/** Memory that leaves the machine and comes back: exports, imports, and the folder that a team shares. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { judgeForm } from '../../memory/learn/admit.ts'
import { UserError } from '../../memory/ports.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { findOwn } from '../../memory/safety/redact.ts'
import { exportToFile } from '../../memory/share/export.ts'
import { importMemory } from '../../memory/share/import.ts'
import type { ImportGate } from '../../memory/share/merge-import.ts'
import { shareMemory } from '../../memory/share/share.ts'
import type {
  ExportSummary,
  ExportWishes,
  ImportSummary,
  Memories,
  ShareSummary,
} from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

/** Whole or not at all. Throws `UserError`. */
export async function exportTo(
  { store }: MemoryRoom,
  path: string,
  { overwrite = false, ...options }: ExportWishes & { signal?: AbortSignal } = {},
): Promise<ExportSummary> {
  const target = resolve(path)
  if (!overwrite && existsSync(target))
    throw new UserError(`${target} is there already.`, 'Choose another name, or replace it with --overwrite.')
  return { path: target, ...(await exportToFile(store, target, options)) }
}

/** Read whole and found good before anything is written. `restore`: see `ImportOptions`. Throws `UserError`. */
export async function importFrom(
  room: MemoryRoom,
  path: string,
  options: Parameters<Memories['import']>[1] = {},
): Promise<ImportSummary> {
  const source = resolve(path)
  if (!existsSync(source)) throw new UserError(`There is no file ${source}.`, 'Check the path.')
  const imported = await importMemory(room.store, source, { ...options, actor: await room.person(), gate })
  room.vectors.sync()
  void room.vectors.fill()
  return imported
}

const gate: ImportGate = (record) => judgeForm(record, { secretsIn: (text) => findOwn(text).length })

/** Secrets are masked after this, as in what a person writes down. */
const refuses = (record: MemoryRecord): string | null => {
  const refusal = judgeForm(record, { secretsIn: () => 0 })
  return refusal === null ? null : `it ${refusal.reason}`
}

/** Edits that were made in the files are taken over, then the files are written. Throws `UserError`. */
export async function share(room: MemoryRoom): Promise<ShareSummary> {
  const { store, repository, settings, vectors } = room
  if (repository.commit !== null || repository.git.root === null)
    throw new UserError('There is no work tree to write into.', 'Share from a work tree, without --at.')
  const folder = settings.shareFolder
  const actor = await room.person()
  const shared = await shareMemory(store, { root: repository.root, folder, actor, refuses })
  void vectors.fill()
  return shared
}
