/** Memory that leaves the machine and comes back: exports, imports, and the folder that a team shares. */

import { UserError } from '../../memory/ports.ts'
import type { ExportSummary, ImportSummary, ShareSummary } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

export async function exportTo(_room: MemoryRoom, _path: string): Promise<ExportSummary> {
  throw new UserError('Export is not built yet.', 'Copy memory.db meanwhile.')
}

export async function importFrom(_room: MemoryRoom, _path: string): Promise<ImportSummary> {
  throw new UserError('Import is not built yet.', 'Copy memory.db meanwhile.')
}

export async function share(_room: MemoryRoom): Promise<ShareSummary> {
  throw new UserError('Sharing is not built yet.', 'Export instead.')
}
