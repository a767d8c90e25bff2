/** Tokens of a text, estimated on the safe side for every model: nobody's tokeniser is at hand. Pure. */

/** Words of code and English fall into pieces of about this many characters. */
const piece = 4

const parts = /[A-Za-z0-9_]+|[^\sA-Za-z0-9_]/g

/** Character by character what `parts` finds: a match for each word of a long text is much garbage. */
export function estimateTokens(text: string): number {
  let tokens = 0
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isWord(code)) {
      length++
      continue
    }
    tokens += Math.ceil(length / piece)
    length = 0
    if (!isSpace(code)) tokens++
  }
  return tokens + Math.ceil(length / piece)
}

function isWord(code: number): boolean {
  if (code > 122) return false
  return code >= 97 || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57)
}

function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13)
  return /\s/.test(String.fromCharCode(code))
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
