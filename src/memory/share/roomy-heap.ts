/** More room for garbage while very much passes through: collecting it often takes a tenth of the time. */

import { growHeap } from '../heap.ts'

/** Percent. An import of 10,000 records peaks at 225 MB with it, at 175 MB with half of it. */
const roomy = 300

/** Does `work` in a heap that may grow more than our processes ask V8 for. A merge holds too much for it. */
export async function inRoomyHeap<Result>(work: () => Promise<Result>): Promise<Result> {
  const shrink = growHeap(roomy)
  try {
    return await work()
  } finally {
    shrink()
  }
}
