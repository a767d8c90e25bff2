/** The built-in embedder: hashed features of words, word groups and n-grams, weighted by rarity. No model, no network. */

import { codeTokens } from '../memory/code/tokens.ts'
import type { Embedder } from '../memory/ports.ts'
import { frequencyStep, wordsByFrequency } from './word-frequencies.ts'
import { wordGroups } from './word-groups.ts'

const dimensions = 384

/**
 * Cosine below which likeness is chance: the best of 32,000 chunks of sympy for words that occur nowhere in it
 * (zebra stripes, kubernetes ingress controller) reach .26 to .34; names that do occur begin at .4.
 */
export const localNoise = 0.36

/** Texts to embed before other work of the process gets a turn. */
const textsPerTurn = 64

/** Always the same vector for the same text, on every machine: the identity names all constants below. */
export function localEmbedder(): Embedder {
  return {
    id: `local-1/${dimensions}`,
    dimensions,
    remote: false,
    async embed(texts, signal) {
      const vectors: Float32Array[] = []
      for (const text of texts) {
        if (vectors.length % textsPerTurn === textsPerTurn - 1) await new Promise(setImmediate)
        signal?.throwIfAborted()
        vectors.push(embedTokens(codeTokens(text)))
      }
      return vectors
    },
  }
}

let shared: TokenEmbedder | undefined

/**
 * The vector of a token stream (see memory/code/tokens.ts): L2-normalised, or all zeros without a token.
 * A pure function; what is kept between calls only makes it fast.
 */
export function embedTokens(tokens: Iterable<string>): Float32Array {
  shared ??= new TokenEmbedder()
  return shared.embed(tokens)
}

/** Dimensions of a whole word, of its group and of each n-gram: few enough to be fast, enough to be smooth. */
const wordFeatures = 16
const gramFeatures = 2
/** Characters of an n-gram. Longer ones as well found no more and took twice the time. */
const gramSize = 3
/** Features of one token at most; the grams of longer tokens are cut off. */
const mostFeatures = 96
/** -ln of the document frequency of a word that the table does not know. Larger values did worse. */
const rarest = 5.5
/** Tokens whose features are remembered: about 8 MB. */
const rememberedTokens = 32_768

class TokenEmbedder {
  #slots = new Map<string, number>()
  #capacity = 0
  /** For each token its features: a dimension, plus `dimensions` where the sign is negative. */
  #features = new Uint16Array(0)
  #lengths = new Uint8Array(0)
  /** How many of them are of the whole word and its group; the others are of its n-grams. */
  #wholes = new Uint8Array(0)
  #counts = new Uint32Array(0)
  #rarities = new Float32Array(0)
  #rarity = rarityTable()
  #groups = groupTable()
  /** Positive features in the first half, negative ones in the second. */
  #sum = new Float64Array(2 * dimensions)

  embed(tokens: Iterable<string>): Float32Array {
    if (this.#slots.size >= rememberedTokens) this.#slots.clear()
    const used: number[] = []
    for (const token of tokens) {
      if (token === '') continue
      const slot = this.#slots.get(token) ?? this.#learn(token)
      if (this.#counts[slot] === 0) used.push(slot)
      this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
    }
    return this.#addUp(used)
  }

  /** Sum of the features of each token times 1 + ln(how often), normalised. Leaves the counts at zero. */
  #addUp(used: readonly number[]): Float32Array {
    const sum = this.#sum.fill(0)
    for (const slot of used) {
      const first = slot * mostFeatures
      const end = first + (this.#lengths[slot] ?? 0)
      const grams = first + (this.#wholes[slot] ?? 0)
      // Word, group and all n-grams together count alike; the square of each is 1 / parts.
      const parts = (grams - first) / wordFeatures + 1
      const weight =
        ((this.#rarities[slot] ?? 0) * (1 + Math.log(this.#counts[slot] ?? 1))) / Math.sqrt(parts)
      this.#scatter(first, grams, weight / Math.sqrt(wordFeatures))
      this.#scatter(grams, end, weight / Math.sqrt(end - grams))
      this.#counts[slot] = 0
    }
    return normalised(sum)
  }

  #scatter(from: number, to: number, value: number): void {
    for (let i = from; i < to; i++) {
      const at = this.#features[i] ?? 0
      this.#sum[at] = (this.#sum[at] ?? 0) + value
    }
  }

  #learn(token: string): number {
    const slot = this.#slots.size
    if (slot >= this.#capacity) this.#grow(Math.max(1_024, this.#capacity * 2))
    this.#slots.set(token, slot)
    this.#rarities[slot] = this.#rarity.get(token) ?? rarest
    const features = this.#features.subarray(slot * mostFeatures, (slot + 1) * mostFeatures)
    const wholes = putWord(token, this.#groups.get(token), features)
    this.#wholes[slot] = wholes
    this.#lengths[slot] = putGrams(`<${token}>`, features, wholes)
    return slot
  }

  #grow(capacity: number): void {
    this.#capacity = capacity
    this.#features = grown(this.#features, new Uint16Array(capacity * mostFeatures))
    this.#lengths = grown(this.#lengths, new Uint8Array(capacity))
    this.#wholes = grown(this.#wholes, new Uint8Array(capacity))
    this.#counts = grown(this.#counts, new Uint32Array(capacity))
    this.#rarities = grown(this.#rarities, new Float32Array(capacity))
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function normalised(sum: Float64Array): Float32Array {
  const vector = new Float32Array(dimensions)
  let squares = 0
  for (let i = 0; i < dimensions; i++) {
    const value = (sum[i] ?? 0) - (sum[i + dimensions] ?? 0)
    vector[i] = value
    squares += value * value
  }
  if (squares === 0) return vector
  const factor = 1 / Math.sqrt(squares)
  for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] ?? 0) * factor
  return vector
}

/** Writes the features of the whole token and of its group; returns how many. */
function putWord(token: string, group: string | undefined, features: Uint16Array): number {
  const length = spread(hashOf(token, 0, token.length), wordFeatures, features, 0)
  if (group === undefined) return length
  return spread(hashOf(group, 0, group.length), wordFeatures, features, length)
}

/** Adds the features of the n-grams; returns how many there are now. */
function putGrams(text: string, features: Uint16Array, from: number): number {
  let length = from
  for (let at = 0; at + gramSize <= text.length; at++) {
    if (length + gramFeatures > features.length) return length
    length = spread(hashOf(text, at, at + gramSize), gramFeatures, features, length)
  }
  return length
}

/** `count` dimensions with pseudo-random signs for a feature: a row of a sparse random projection. */
function spread(hash: number, count: number, features: Uint16Array, from: number): number {
  let state = hash
  for (let i = from; i < from + count; i++) {
    state = mixed((state + 0x9e3779b9) >>> 0)
    features[i] = state % (2 * dimensions)
  }
  return from + count
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mixed(hash >>> 0)
}

/** The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
function mixed(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function rarityTable(): Map<string, number> {
  const table = new Map<string, number>()
  wordsByFrequency.forEach((words, group) => {
    for (const word of words.split(' ')) table.set(word, (group + 0.5) * frequencyStep)
  })
  return table
}

/** Each word of a group with a name for the group that no token has. */
function groupTable(): Map<string, string> {
  return new Map(wordGroups.flatMap((words, i) => words.split(' ').map((word) => [word, `#${i}`])))
}
