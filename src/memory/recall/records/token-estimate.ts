/** Tokens of a text, estimated on the safe side for every model: nobody's tokeniser is at hand. Pure. */

/** Words of code and English fall into pieces of about this many characters. */
const piece = 4

const parts = /[A-Za-z0-9_]+|[^\sA-Za-z0-9_]/g

export function estimateTokens(text: string): number {
  let tokens = 0
  for (const [part] of text.matchAll(parts)) tokens += Math.ceil(part.length / piece)
  return tokens
}

/** The beginning of a text that takes at most `most` tokens, cut between words, with a mark where something is missing. */
export function clipTokens(text: string, most: number): string {
  if (estimateTokens(text) <= most) return text
  let tokens = 1
  for (const found of text.matchAll(parts)) {
    tokens += Math.ceil(found[0].length / piece)
    if (tokens > most) return `${text.slice(0, found.index).trimEnd()}…`
  }
  return text
}
