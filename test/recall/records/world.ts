/** A memory with a real store, and recall over it with everything injected that a test wants to change. */

import { defaultRecordRecall, type RecordRecallContext } from '../../../src/memory/recall/records/context.ts'
import { recallRecords } from '../../../src/memory/recall/records/recall.ts'
import type { RecallQuery, RecallReply } from '../../../src/memory/recollection.ts'
import type { Link, MemoryRecord, RecordDraft } from '../../../src/memory/record.ts'
import { openMemory } from '../../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../../src/memory/store/memory-log.ts'
import type { MemoryStore } from '../../../src/memory/store/memory-store.ts'

export interface World {
  store: MemoryStore
  put(draft: RecordDraft): MemoryRecord
  /** Many at once, in one transaction. */
  fill(drafts: readonly RecordDraft[]): MemoryRecord[]
  link(from: MemoryRecord, type: Link['type'], to: MemoryRecord): void
  count(record: MemoryRecord, add: { helped?: number; hurt?: number }): void
  recall(
    query: Partial<RecallQuery> & { text: string },
    more?: Partial<RecordRecallContext>,
  ): Promise<RecallReply>
  close(): void
}

export const now = 1_000_000

const actor = { type: 'person', name: 'ann' } as const

/** Nothing in the code but what `code` names; masks the word `hunter2`. */
export function openWorld(code: readonly string[] = []): World {
  const { db } = openMemory(null)
  const store = openMemoryStore({ db, namespace: 'here', now: () => now })
  const fill = (drafts: readonly RecordDraft[]) => {
    const records = drafts.map((draft) => store.complete(draft))
    store.append(
      records.map((record) => ({
        type: 'RECORDED',
        actor,
        reason: 'test',
        changes: [{ op: 'create', id: record.id, record }],
      })),
    )
    return records
  }
  return {
    store,
    fill,
    put: (draft) => fill([draft])[0] as MemoryRecord,
    link(from, type, to) {
      const link: Link = { type, to: to.id, why: 'test', by: 'ann' }
      store.append([{ type: 'LINKED', actor, reason: 'test', changes: [{ op: 'link', id: from.id, link }] }])
    },
    count({ id }, add) {
      store.append([{ type: 'OUTCOME', actor, reason: 'test', changes: [{ op: 'count', id, add }] }])
    },
    recall: (query, more = {}) =>
      recallRecords(
        {
          store,
          branches: [],
          now,
          knowsCode: (_, value) => code.includes(value),
          anchors: () => [],
          redact: async (text) => ({ text: text.replaceAll('hunter2', '«secret»'), masked: 0, kinds: {} }),
          regime: () => 'no vectors',
          settings: defaultRecordRecall,
          ...more,
        },
        { moment: 'any', limit: 5, budget: 1_200, ...query },
      ),
    close: () => db.close(),
  }
}

export const idsOf = (found: readonly { record: MemoryRecord }[]) => found.map(({ record }) => record.id)
