/** A map from words to strings that is asked with a place in a text: no slice is made for a known word. */

const mostWords = 200_000

/** Open addressing with linear probing; about five times faster than a `Map` asked with slices. */
export class WordTable {
  // Small: most texts are questions and paths, each with a table of its own.
  #slots = new Int32Array(1 << 6).fill(-1)
  #hashes: number[] = []
  #words: string[] = []
  #values: string[] = []
  readonly #most: number

  constructor(most = mostWords) {
    this.#most = most
  }

  /** The value of the word `text[from, to)`, whose hash is that of `hashOf`. */
  find(text: string, from: number, to: number, hash: number): string | undefined {
    const mask = this.#slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? -1
      if (entry < 0) return undefined
      if (this.#hashes[entry] === hash && isAt(text, from, to, this.#words[entry] ?? ''))
        return this.#values[entry]
    }
  }

  /** Adds a word that is not there yet. A full table starts anew. */
  add(word: string, hash: number, value: string): void {
    if (this.#words.length >= this.#most) this.#clear()
    this.#words.push(word)
    this.#values.push(value)
    this.#hashes.push(hash)
    if (this.#words.length * 2 > this.#slots.length) this.#grow()
    else this.#place(this.#words.length - 1)
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1
    let slot = spread(this.#hashes[entry] ?? 0) & mask
    while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask
    this.#slots[slot] = entry
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1)
    for (let entry = 0; entry < this.#words.length; entry++) this.#place(entry)
  }

  #clear(): void {
    this.#slots.fill(-1)
    this.#hashes = []
    this.#words = []
    this.#values = []
  }
}

/** The hash of the word `text[from, to)`: 31-polynomial over code units, 32 bits. */
export function hashOf(text: string, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

/** Short words differ in their low bits only; this brings the high ones down. */
function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 7
}

function isAt(text: string, from: number, to: number, word: string): boolean {
  if (word.length !== to - from) return false
  for (let at = 0; at < word.length; at++) {
    if (word.charCodeAt(at) !== text.charCodeAt(from + at)) return false
  }
  return true
}
