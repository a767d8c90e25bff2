/** How an episode ended, in words for people and models. Pure. */

import type { Outcome } from '../episode.ts'

/** Nobody tested what only the history says: a commit that stands was kept, no more. */
export function endedWords({ verdict, source }: Pick<Outcome, 'verdict' | 'source'>): string {
  if (source === 'history') {
    return { passed: 'kept, not reverted', failed: 'reverted', unknown: 'not known' }[verdict]
  }
  return source === null ? verdict : `${verdict}, says ${source}`
}
