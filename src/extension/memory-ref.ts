/** A memory by its root and id, as commands and pages name it. */

import type { MemoryRecord } from '../memory/record.ts'
import type { Page } from './documents.ts'
import { labelOf } from './memory-text.ts'
import type { WindowMemory } from './window-memory.ts'

export interface MemoryRef {
  root: string
  id: string
}

/** Commands get a row of the tree, or the plain reference of a link. */
export function isMemoryRef(value: unknown): value is MemoryRef {
  if (typeof value !== 'object' || value === null) return false
  return 'root' in value && typeof value.root === 'string' && 'id' in value && typeof value.id === 'string'
}

export async function recordOf(memory: WindowMemory, { root, id }: MemoryRef): Promise<MemoryRecord> {
  return (await memory.ask('show', [id], { root })).record
}

export function pageOf(kind: 'memory' | 'why' | 'turn', root: string, record: MemoryRecord): Page {
  return { kind, root, id: record.id, title: pageTitle(labelOf(record)) || record.id }
}

/** What a file could be called. */
export function pageTitle(label: string): string {
  return label
    .replace(/[^\p{L}\p{N} _.,'()-]+/gu, ' ')
    .replace(/^(.{30,45})\s.*$/u, '$1')
    .slice(0, 45)
    .replace(/[^\p{L}\p{N}]+$/u, '')
}
