/** Room for garbage while questions are asked: whoever asks waits for every collection of the heap. */

import { growHeap } from '../../memory/heap.ts'

/**
 * Percent that the heap may grow between two collections. The process runs with `--optimize-for-size`, which is made
 * for index runs: of 30 MB it collects at 36, which is every seventh question. With 150 the process takes 40 MB more
 * and its slowest questions half the time (10,000 records).
 */
const growth = 150
/** Milliseconds without a question after which memory is saved again: questions of an agent come in rows. */
const quietTime = 60_000

export interface HeapRoom {
  /** A question comes. */
  asked(): void
  close(): void
}

export function openHeapRoom(quiet = quietTime): HeapRoom {
  let timer: NodeJS.Timeout | undefined
  let shrink = () => {}
  const save = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    shrink()
  }
  return {
    asked() {
      if (timer === undefined) {
        shrink = growHeap(growth)
        timer = setTimeout(save, quiet).unref()
      }
      timer.refresh()
    },
    close: save,
  }
}
