/** Code-aware tokens: identifiers whole and in parts, short numbers, words, CJK bigrams; all folded. */

import { hashOf, WordTable } from './word-table.ts'

/** Longer words without an underscore are keys, hashes or minified code, not names. */
const longestWord = 64
const longestName = 128

/**
 * The tokens of a text in order, with repetitions: lower-cased and NFKC-folded, a compound identifier
 * first whole (`get_user_name`, `getusername`), then its parts. Single letters are left out. The same
 * function serves indexing and queries, so both sides always agree. No stemming: the FTS tables do that.
 */
export function codeTokens(text: string): string[] {
  const tokens = new Tokenizer().tokens(text, 0, text.length)
  return tokens === '' ? [] : tokens.slice(1).split(' ')
}

/** The parts of an identifier, lower-cased: `parseHTTPBody2` gives `parse http body2`. */
export function identifierParts(name: string): string[] {
  if (ascii.test(name)) return asciiParts(name)
  const spaced = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replaceAll('_', ' ')
  return spaced.toLowerCase().split(' ').filter(Boolean)
}

/** The same without patterns, which take most of the time of indexing. */
function asciiParts(name: string): string[] {
  const lower = name.toLowerCase()
  const parts: string[] = []
  let from = 0
  for (let at = 0; at <= name.length; at++) {
    const isEnd = at === name.length || name.charCodeAt(at) === underscore
    if (!isEnd && !beginsPart(name, at)) continue
    if (at > from) parts.push(lower.slice(from, at))
    from = isEnd ? at + 1 : at
  }
  return parts
}

const underscore = 95
const isUpper = (code: number) => code >= 65 && code <= 90
const isLower = (code: number) => code >= 97 && code <= 122
const isDigit = (code: number) => code >= 48 && code <= 57

/** A capital after a small letter or a digit, and the last of several capitals before a small letter. */
function beginsPart(name: string, at: number): boolean {
  if (at === 0 || !isUpper(name.charCodeAt(at))) return false
  const before = name.charCodeAt(at - 1)
  return isLower(before) || isDigit(before) || (isUpper(before) && isLower(name.charCodeAt(at + 1)))
}

/** Remembers what each word expands to: in code the same words come again and again. */
export class Tokenizer {
  readonly #words: WordTable
  readonly #dropped: ReadonlySet<string>

  /** `dropped` words (exact case) give no tokens; `most` words are remembered at once. */
  constructor(dropped: ReadonlySet<string> = new Set(), most?: number) {
    this.#dropped = dropped
    this.#words = new WordTable(most)
  }

  /** The tokens of `text[from, to)`, each with a space before it; empty without tokens. */
  tokens(text: string, from: number, to: number): string {
    let out = ''
    let at = from
    while (at < to) {
      let code = text.charCodeAt(at)
      if (code < 128 && wordChar[code] === 0) {
        at++
        continue
      }
      let hash = 0
      let end = at
      while (end < to && wordChar[code] === 1) {
        hash = (Math.imul(hash, 31) + code) | 0
        code = text.charCodeAt(++end)
      }
      if (end < to && code > 127) {
        end = wordEnd(text, at, to)
        hash = hashOf(text, at, end)
      }
      if (end - at > 1 || code > 127)
        out += this.#words.find(text, at, end, hash) ?? this.#learn(text.slice(at, end), hash)
      at = end
    }
    return out
  }

  #learn(word: string, hash: number): string {
    const tokens = this.#dropped.has(word) ? [] : wordTokens(word)
    const joined = tokens.length === 0 ? '' : ` ${tokens.join(' ')}`
    this.#words.add(detached(word), hash, joined)
    return joined
  }
}

/** 1 for the ASCII letters, digits and the underscore. */
const wordChar: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /\w/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** Where the word ends that starts at `at`, other scripts included; at least one character further. */
function wordEnd(text: string, at: number, to: number): number {
  const word = /[\p{L}\p{M}\p{N}_]+/uy
  word.lastIndex = at
  if (word.test(text)) return Math.min(word.lastIndex, to)
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
}

/** A copy that does not keep the whole file in memory, as a slice of it would. */
function detached(word: string): string {
  return word.length < 13 ? word : Buffer.from(word, 'utf16le').toString('utf16le')
}

const ascii = /^\w*$/
const script =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー])[\p{L}\p{M}\p{N}_])+/gu
const cjk = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]/u

function wordTokens(word: string): string[] {
  if (ascii.test(word)) return identifierTokens(word)
  const runs = word.normalize('NFKC').match(script) ?? []
  return runs.flatMap((run) => {
    if (cjk.test(run)) return bigrams(run)
    return ascii.test(run) ? identifierTokens(run) : otherTokens(run)
  })
}

function identifierTokens(word: string): string[] {
  const first = word.charCodeAt(0)
  if (first >= 48 && first <= 57) return word.length > 1 && word.length <= 6 ? [word.toLowerCase()] : []
  const bare = word.startsWith('_') || word.endsWith('_') ? word.replace(/^_+|_+$/g, '') : word
  if (bare.length < 2 || bare.length > (bare.includes('_') ? longestName : longestWord)) return []
  const whole = bare.toLowerCase()
  const parts = identifierParts(bare)
  const tokens = [whole]
  if (word.startsWith('__') && word.endsWith('__')) tokens.push(word.toLowerCase())
  for (const part of parts) tokens.push(...partTokens(part))
  return parts.length > 1 || tokens.length === 1 ? tokens : [...new Set(tokens)]
}

/** A part and, where it ends in a number (`sha256`, `conv2d`), the word before the number. */
function partTokens(part: string): string[] {
  if (part.length < 2 || (part.length > 6 && /^\d/.test(part))) return []
  const end = part.length - 1
  if (!isDigit(part.charCodeAt(end)) && !isDigit(part.charCodeAt(end - 1))) return [part]
  const stem = /^([a-z]{2,})\d+[a-z]?$/.exec(part)?.[1]
  return stem === undefined ? [part] : [part, stem]
}

function otherTokens(run: string): string[] {
  const parts = identifierParts(run).filter((part) => part.length > 1)
  const whole = run.toLowerCase()
  if (whole.length < 2 || whole.length > longestWord) return []
  return parts.length > 1 ? [whole, ...parts] : [whole]
}

function bigrams(run: string): string[] {
  const characters = [...run]
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`)
}
