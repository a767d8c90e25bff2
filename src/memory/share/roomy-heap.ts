/** More room for garbage while very much passes through: collecting it often takes a tenth of the time. */

import { setFlagsFromString } from 'node:v8'

/** Per cent of what is in use that the heap may grow before it is collected; of its own accord V8 takes ten to thirty. */
const roomy = 150

/** How many are at work: the flag is one for the whole process. */
let working = 0

/** Does `work` in a heap that may grow more than our processes ask V8 for. A merge holds too much for it. */
export async function inRoomyHeap<Result>(work: () => Promise<Result>): Promise<Result> {
  if (working++ === 0) setFlagsFromString(`--heap-growing-percent=${roomy}`)
  try {
    return await work()
  } finally {
    if (--working === 0) setFlagsFromString('--heap-growing-percent=0')
  }
}
