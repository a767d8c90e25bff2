/** What a screen reader is told when the state changes: begin, pause, end and failure, never each step. */

import type { CheckedRoot, CheckedState } from '../messages.ts'
import { count, t } from '../text.ts'

/** Null when nothing is worth saying. */
export function announcement(before: CheckedState | null, after: CheckedState): string | null {
  if (before === null) return null
  const kinds = new Map(before.roots.map((root) => [root.root, root.state.kind]))
  const changed = after.roots.filter(
    (root) => kinds.has(root.root) && kinds.get(root.root) !== root.state.kind,
  )
  return changed.length === 0 ? null : changed.map(sentence).join(' ')
}

function sentence({ name, state, indexedFiles }: CheckedRoot): string {
  switch (state.kind) {
    case 'idle':
      return t('{0}: ready, {1} files are searchable.', name, count(indexedFiles))
    case 'indexing':
      return t('{0}: indexing began, {1}.', name, state.reason)
    case 'paused':
      return t('{0}: indexing is paused.', name)
    case 'waiting':
      return t('{0}: waiting, {1}.', name, state.reason)
    case 'failed':
      return t('{0}: indexing failed. {1}', name, state.message)
  }
}
