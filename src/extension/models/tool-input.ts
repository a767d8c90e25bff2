/** Arguments of a call: the editor takes objects only, a model may write anything. Pure. */

/** What is no object is handed over under a name that no tool has: the tool then says what it misses. */
export function objectOf(input: unknown): object {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : { unreadable: input }
}
