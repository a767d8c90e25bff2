/** Room for garbage while questions are asked: whoever asks waits for every collection of the heap. */

import { setFlagsFromString } from 'node:v8'

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
  const save = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    // As if it had never been set.
    setFlagsFromString('--heap-growing-percent=0')
  }
  return {
    asked() {
      // Again each time, in a microsecond: an import that ends takes it back.
      setFlagsFromString(`--heap-growing-percent=${growth}`)
      timer ??= setTimeout(save, quiet).unref()
      timer.refresh()
    },
    close: save,
  }
}
