/** Whether the native vector index works on this machine. */

import { loadAnnAddon } from '../memory/store/ann.ts'

/** Why the native vector addon does not load here, null when it does. Without it every vector search is exact. */
export async function vectorAddonProblem(): Promise<string | null> {
  return await loadAnnAddon().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
