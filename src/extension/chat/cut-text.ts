/** Attached text cut to what a question can hold. Pure. */

/** Characters and lines of one attachment. */
const mostCharacters = 16_000
const mostLines = 400

export function cutText(text: string): { text: string; omitted: string | null } {
  const lines = text.split('\n')
  const few = lines.slice(0, mostLines).join('\n')
  const short = few.length > mostCharacters ? few.slice(0, mostCharacters) : few
  if (short.length === text.length) return { text, omitted: null }
  const shown = short.split('\n').length
  return { text: short, omitted: `its first ${shown} of ${lines.length} lines are shown` }
}

/** As git sees it: a NUL among the first bytes. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8_000).includes(0)
}
