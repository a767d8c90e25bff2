/** Whether memory or code knows a key of a question. */

import { codeTokens } from '../../code/tokens.ts'
import type { RecordRecallContext } from './context.ts'
import type { Key } from './question.ts'

/** Any record counts, of any status: what is muted or superseded was known all the same. */
export function knowsKeyIn({ store, knowsCode, branches }: RecordRecallContext): (key: Key) => boolean {
  const anywhere = { branches, statuses: ['active', 'stale', 'contested', 'candidate'] } as const
  return ({ kind, spellings }) =>
    spellings.some((value) => {
      if (store.knowsKey(kind, value)) return true
      if (kind !== 'path' && kind !== 'symbol') return false
      if (knowsCode(kind, value)) return true
      // A name that a record says only in its words.
      const whole = /^\w+$/.test(value) ? codeTokens(value)[0] : undefined
      return kind === 'symbol' && whole !== undefined && store.byWords([whole], anywhere, 1).length > 0
    })
}
