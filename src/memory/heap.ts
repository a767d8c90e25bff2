/** How far the heap of this process may grow before it is collected, agreed among all who want room. */

import { setFlagsFromString } from 'node:v8'

/** The flag is one for the whole process, and so is this. Percent of what is in use. */
const wishes: number[] = []

/**
 * Processes of ours run with `--optimize-for-size`, with which V8 collects after ten to thirty percent. The largest wish
 * counts; returns what takes it back, once.
 */
export function growHeap(percent: number): () => void {
  wishes.push(percent)
  apply()
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    wishes.splice(wishes.indexOf(percent), 1)
    apply()
  }
}

/** 0: as if it had never been set. */
function apply(): void {
  setFlagsFromString(`--heap-growing-percent=${Math.max(0, ...wishes)}`)
}
