/** Finds tools for a keyword: by words and by vectors, fused. */

import { localNoise } from '../../llm/embed-local.ts'
import { codeTokens } from '../../memory/code/tokens.ts'
import type { Embedder } from '../../memory/ports.ts'
import { fuseLinearly } from '../../memory/recall/fuse.ts'
import { isStopword } from '../../memory/recall/stopwords.ts'
import type { DatabaseSync } from '../../memory/store/database.ts'
import { FlatVectors } from '../../memory/store/flat-vectors.ts'
import { dequantise, quantise } from '../../memory/store/quantise.ts'
import { quoted } from '../../memory/store/rare-words.ts'
import type { ToolDocument } from '../toolbox/document.ts'
import type { FoundTool, SearchOptions } from '../toolbox/ports.ts'
import { widened } from './everyday-words.ts'
import { averaged, type Embedding, partsToEmbed, sharesOf } from './vectors.ts'

/** What each channel counts. Both are scaled to a best of one first. */
export interface SearchWeights {
  words: number
  vectors: number
  /** Everyday words that mean what was said, see everyday-words.ts. */
  meant: number
}

/** Puts the hits of one keyword into another order; given more than are wanted. */
export type Rerank = (keyword: string, hits: readonly ToolDocument[]) => Promise<readonly string[]>

export interface ToolIndexOptions {
  db: DatabaseSync
  embedder: Embedder
  embedding: Embedding
  weights?: SearchWeights
  /** Cosine below which a tool that shares no word with the keyword is left out. */
  noise?: number
  rerank?: Rerank
}

/** By every other line of the hand-written tool set; the rest of it was kept for the test. */
const defaultSearchWeights: SearchWeights = { words: 1, vectors: 0.35, meant: 0.8 }
/** Hits of each channel that are fused. */
const reach = 60
/** Hits that a reranker is shown. */
const rerankReach = 20

/** Vectors lie in memory and follow the database, whoever writes to it. */
export class ToolIndex {
  #options: ToolIndexOptions
  #flat: FlatVectors
  /** Newest and number of the vectors in the database when they were read. */
  #stamp = ''
  #names = new Map<number, string>()

  constructor(options: ToolIndexOptions) {
    this.#options = options
    this.#flat = new FlatVectors(options.embedder.dimensions)
  }

  async search(keywords: readonly string[], { k, without = [] }: SearchOptions): Promise<FoundTool[]> {
    await this.#catchUp()
    const banned = new Set(without)
    const found = new Map<string, FoundTool>()
    for (const keyword of keywords) {
      for (const hit of await this.#best(keyword, k, banned)) {
        const known = found.get(hit.name)
        if (known === undefined || known.score < hit.score) found.set(hit.name, { ...known, ...hit })
      }
    }
    return [...found.values()]
  }

  async #best(keyword: string, k: number, banned: ReadonlySet<string>): Promise<FoundTool[]> {
    const [vector] = await this.#options.embedder.embed([keyword])
    const fused = this.#fuse(keyword, vector ?? new Float32Array(this.#flat.dimensions), banned)
    const hits = fused.map(({ item, score }) => ({ name: this.#names.get(item) ?? '', keyword, score }))
    const { rerank } = this.#options
    if (rerank === undefined) return hits.slice(0, k)
    const shown = hits.slice(0, Math.max(k, rerankReach))
    const order = await rerank(keyword, this.#documents(shown.map(({ name }) => name)))
    const place = new Map(order.map((name, at) => [name, at]))
    const placeOf = ({ name }: FoundTool) => place.get(name) ?? order.length
    return shown.sort((one, other) => placeOf(one) - placeOf(other)).slice(0, k)
  }

  #fuse(keyword: string, vector: Float32Array, banned: ReadonlySet<string>) {
    const { weights = defaultSearchWeights, noise = localNoise } = this.#options
    const allowed = (id: number) => this.#names.has(id) && !banned.has(this.#names.get(id) ?? '')
    const tokens = tellingTokens(keyword)
    const matching = (wanted: readonly string[], weight: number) =>
      (weight === 0 ? [] : this.#byWords(wanted)).filter(({ id }) => allowed(id))
    const words = matching(tokens, weights.words)
    const meant = matching(widened(tokens), weights.meant)
    const near = vector.some((value) => value !== 0) ? this.#flat.search(vector, reach, allowed) : []
    const candidates = [...new Set([...words, ...meant, ...near].map(({ id }) => id))]
    const cosines = this.#flat.score(candidates, vector)
    const place = new Map(candidates.map((id, at) => [id, at]))
    const column = (channel: string, weight: number, hits: readonly { id: number; score: number }[]) => {
      const scores = new Float64Array(candidates.length)
      for (const { id, score } of hits) scores[place.get(id) ?? 0] = Math.max(0, score)
      return { channel, weight, scores }
    }
    const columns = [
      column('words', weights.words, words),
      column('vectors', weights.vectors, cosines),
      column('meant', weights.meant, meant),
    ]
    const positions = candidates.map((_, at) => at)
    const nameAt = (at: number) => this.#names.get(candidates[at] ?? 0) ?? ''
    const named = new Set([...words, ...meant].map(({ id }) => id))
    const cosine = new Map(cosines.map(({ id, score }) => [id, score]))
    const isChance = (id: number) => !named.has(id) && (cosine.get(id) ?? 0) < noise
    return fuseLinearly(columns, positions, nameAt, reach)
      .filter(({ item }) => !isChance(candidates[item] ?? 0))
      .map(({ item, score }) => ({ item: candidates[item] ?? 0, score }))
  }

  #byWords(tokens: readonly string[]): { id: number; score: number }[] {
    const asked = tokens.slice(0, mostWords)
    if (asked.length === 0) return []
    const rows = this.#options.db.prepare(selectByWords).all(asked.map(quoted).join(' OR '), reach)
    return rows.map((row) => ({ id: Number(row.id), score: Number(row.score) }))
  }

  #documents(names: readonly string[]): ToolDocument[] {
    const statement = this.#options.db.prepare(selectDocument)
    return names.flatMap((name) => {
      const row = statement.get(name)
      return row === undefined ? [] : [JSON.parse(String(row.document)) as ToolDocument]
    })
  }

  /** Changes whenever the known tools do, whoever changed them. */
  stamp(): string {
    const { db, embedder } = this.#options
    return JSON.stringify(db.prepare(selectStamp).get(embedder.id))
  }

  async #catchUp(): Promise<void> {
    if (this.#stamp !== '' && this.stamp() === this.#stamp) return
    await this.#fill()
    this.#read()
    this.#stamp = this.stamp()
  }

  /** Tools of which this way of embedding has no vector yet: after another embedder, or another way, served. */
  async #fill(): Promise<void> {
    const { db, embedder, embedding } = this.#options
    const parts = JSON.stringify([...sharesOf(embedding).keys()])
    for (const row of db.prepare(selectMissing).all(embedder.id, parts)) {
      const document = JSON.parse(String(row.document)) as ToolDocument
      const wanted = partsToEmbed(document, embedding)
      const vectors = await embedder.embed(wanted.map(({ text }) => text))
      wanted.forEach(({ part }, at) => {
        const vector = vectors[at]
        if (vector !== undefined)
          db.prepare(insertVector).run(Number(row.id), embedder.id, part, quantise(vector))
      })
    }
  }

  #read(): void {
    const { db, embedder, embedding } = this.#options
    const shares = sharesOf(embedding)
    const flat = new FlatVectors(embedder.dimensions)
    this.#names = new Map(
      db
        .prepare(selectNames)
        .all()
        .map((row) => [Number(row.id), String(row.name)]),
    )
    const tools = new Map<number, Map<string, Float32Array>>()
    for (const row of db.prepare(selectVectors).iterate(embedder.id)) {
      const id = Number(row.tool)
      const vectors = tools.get(id) ?? new Map<string, Float32Array>()
      tools.set(id, vectors.set(String(row.part), dequantise(row.vec as Uint8Array, embedder.dimensions)))
    }
    for (const [id, vectors] of tools)
      flat.append(id, quantise(averaged(vectors, shares, embedder.dimensions)))
    this.#flat = flat
  }
}

/** Words that say what is wanted; where there is none but how it is said, those. */
function tellingTokens(keyword: string): string[] {
  const tokens = [...new Set(codeTokens(keyword))]
  const telling = tokens.filter((token) => !isStopword(token))
  return telling.length > 0 ? telling : tokens
}

/** Words of one question that are looked up. */
const mostWords = 120

/** Weights of name, description, parameters and questions. */
const selectByWords = `
  select rowid as id, -bm25(tool_fts, 3, 2, 0.5, 1) as score from tool_fts
  where tool_fts match ? order by score desc, rowid limit ?`
const selectStamp = `
  select (select count(*) from tool) as tools, (select max(id) from tool) as newest, count(*) as vectors,
    max(id) as last from tool_vector where embedder = ?`
const selectNames = 'select id, name from tool'
const selectDocument = 'select document from tool where name = ?'
const selectVectors = 'select tool, part, vec from tool_vector where embedder = ? order by tool'
const selectMissing = `
  select id, document from tool where not exists (
    select 1 from tool_vector where tool = tool.id and embedder = ?1
      and part in (select value from json_each(?2)))`
/** Nothing where the tool is gone meanwhile. */
const insertVector = `
  insert into tool_vector (tool, embedder, part, vec) select ?1, ?2, ?3, ?4
  where exists (select 1 from tool where id = ?1) on conflict (embedder, tool, part) do nothing`
