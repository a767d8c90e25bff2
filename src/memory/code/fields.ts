/** The three token fields of a piece of text: names, code, prose. */

import type { ChunkFields } from '../types.ts'
import type { Tokenizer } from './tokens.ts'

/** Makes the fields of the pieces of one file, which must come in ascending order. */
export class FieldReader {
  readonly #text: string
  readonly #ranges: readonly number[]
  readonly #words: FieldWords
  #next = 0

  /** `ranges` as `proseRanges` gives them. */
  constructor(text: string, ranges: readonly number[], words: FieldWords) {
    this.#text = text
    this.#ranges = ranges
    this.#words = words
  }

  read(from: number, to: number, names: readonly string[]): ChunkFields {
    let code = ''
    let prose = ''
    let at = from
    while (at < to) {
      while ((this.#ranges[this.#next + 1] ?? Number.POSITIVE_INFINITY) <= at) this.#next += 2
      const start = Math.min(this.#ranges[this.#next] ?? to, to)
      if (start > at) code += this.#words.code.tokens(this.#text, at, start)
      const end = Math.min(this.#ranges[this.#next + 1] ?? to, to)
      if (end > start) prose += this.#words.prose.tokens(this.#text, Math.max(start, at), end)
      at = Math.max(end, start)
    }
    return { names: this.#names(names), code: code.slice(1), prose: prose.slice(1) }
  }

  #names(names: readonly string[]): string {
    let out = ''
    for (const name of names) out += this.#words.prose.tokens(name, 0, name.length)
    return out.slice(1)
  }
}

/** The tokenizers of one language: code without its keywords, prose with every word. */
export interface FieldWords {
  code: Tokenizer
  prose: Tokenizer
}
