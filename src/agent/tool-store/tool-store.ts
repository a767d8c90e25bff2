/** The tools that are known, in memory.db: kept in step with their servers, found by words and by vectors. */

import { codeTokens } from '../../memory/code/tokens.ts'
import type { Embedder } from '../../memory/ports.ts'
import { type DatabaseSync, transaction } from '../../memory/store/database.ts'
import { quantise } from '../../memory/store/quantise.ts'
import {
  type ListedTool,
  listedTool,
  offeredName,
  type ToolDocument,
  textsOf,
  toDocument,
  tokensOf,
} from '../toolbox/document.ts'
import { isMetaTool } from '../toolbox/meta-tools.ts'
import type { FoundTool, SearchOptions, Synced, ToolStore } from '../toolbox/ports.ts'
import { syncTools, type ToolChanges } from '../toolbox/sync.ts'
import { dropFromSessions } from './session-shelf.ts'
import { type Rerank, type SearchWeights, ToolIndex } from './tool-index.ts'
import { type Embedding, partsToEmbed } from './vectors.ts'

export interface ToolStoreOptions {
  /** memory.db. */
  db: DatabaseSync
  /** The built-in one: what tools a person has is nobody's business. */
  embedder: Embedder
  /** Default `concat`, which is better without a reranker (ScaleMCP). */
  embedding?: Embedding
  weights?: SearchWeights
  /** Default: that of the built-in embedder. */
  noise?: number
  /** May put the hits of one keyword into another order. */
  rerank?: Rerank
}

/** A store that lies in this process. */
export interface LocalToolStore extends ToolStore {
  /** All tools, by name. */
  all(): ToolDocument[]
}

export function openToolStore(options: ToolStoreOptions): LocalToolStore {
  const { db, embedder, embedding = { kind: 'concat' } } = options
  const index = new ToolIndex({ ...options, embedding })
  let counted: { stamp: string; tokens: number } | undefined
  const known = () => db.prepare(selectAll).all().map(documentOf)

  async function sync(listed: readonly ListedTool[], servers?: readonly string[]): Promise<Synced> {
    const tools = listed.map((tool) => listedTool.parse(tool))
    const vectors = await embedChanged(syncTools(known(), tools, servers))
    return transaction(db, () => write(syncTools(known(), tools, servers), vectors))
  }

  /** One call of the embedder for each document that is new or changed. */
  async function embedChanged({ insert, update }: ToolChanges): Promise<Map<string, PartVector[]>> {
    const vectors = new Map<string, PartVector[]>()
    for (const tool of [...insert, ...update.map(({ tool }) => tool)]) {
      const document = toDocument(tool, tool.name)
      const parts = partsToEmbed(document, embedding)
      const made = await embedder.embed(parts.map(({ text }) => text))
      const blobs = parts.map(({ part }, at) => ({ part, blob: quantise(made[at] ?? new Float32Array(0)) }))
      vectors.set(keyOf(document), blobs)
    }
    return vectors
  }

  function write({ insert, update, remove }: ToolChanges, vectors: Map<string, PartVector[]>): Synced {
    for (const name of remove) deleteTool(db, name)
    dropFromSessions(db, remove)
    for (const { name, tool } of update) {
      const document = toDocument(tool, name)
      putVectors(updateTool(db, document), vectors.get(keyOf(document)) ?? [])
    }
    const added = insert.map((tool) => {
      const name = offeredName(tool, (one) => isMetaTool(one) || idOf(db, one) !== null)
      const document = toDocument(tool, name)
      putVectors(insertTool(db, document), vectors.get(keyOf(document)) ?? [])
      return name
    })
    return { added, updated: update.map(({ name }) => name), removed: remove }
  }

  function putVectors(id: number, vectors: readonly PartVector[]): void {
    const statement = db.prepare(insertVector)
    for (const { part, blob } of vectors) statement.run(id, embedder.id, part, blob)
  }

  return {
    sync,
    search: (keywords: readonly string[], wanted: SearchOptions): Promise<FoundTool[]> =>
      index.search(keywords, wanted),
    documents: async (names) => {
      const statement = db.prepare(selectNamed)
      return names.flatMap((name) => {
        const row = statement.get(name)
        return row === undefined ? [] : [documentOf(row)]
      })
    },
    count: async () => Number(db.prepare(countAll).get()?.count ?? 0),
    tokens: async () => {
      const stamp = index.stamp()
      if (counted?.stamp !== stamp)
        counted = { stamp, tokens: known().reduce((sum, document) => sum + tokensOf(document), 0) }
      return counted.tokens
    },
    all: known,
  }
}

interface PartVector {
  part: string
  blob: Uint8Array
}

function keyOf({ server, origin, sha }: ToolDocument): string {
  return JSON.stringify([server, origin, sha])
}

const selectAll = 'select document from tool order by name'
const selectNamed = 'select document from tool where name = ?'
const selectId = 'select id from tool where name = ?'
const countAll = 'select count(*) as count from tool'
const insertRow = 'insert into tool (name, server, origin, sha, document) values (?, ?, ?, ?, ?) returning id'
const updateRow = 'update tool set sha = ?, document = ? where name = ? returning id'
const deleteRow = 'delete from tool where name = ? returning id'
const insertWords =
  'insert into tool_fts (rowid, name, description, parameters, questions) values (?, ?, ?, ?, ?)'
const deleteWords = 'delete from tool_fts where rowid = ?'
const insertVector = 'insert into tool_vector (tool, embedder, part, vec) values (?, ?, ?, ?)'
const deleteVectors = 'delete from tool_vector where tool = ?'

function documentOf(row: Record<string, unknown>): ToolDocument {
  return JSON.parse(String(row.document)) as ToolDocument
}

function idOf(db: DatabaseSync, name: string): number | null {
  const row = db.prepare(selectId).get(name)
  return row === undefined ? null : Number(row.id)
}

function insertTool(db: DatabaseSync, document: ToolDocument): number {
  const { name, server, origin, sha } = document
  const row = db.prepare(insertRow).get(name, server, origin, sha, JSON.stringify(document))
  return putWords(db, Number(row?.id), document)
}

function updateTool(db: DatabaseSync, document: ToolDocument): number {
  const row = db.prepare(updateRow).get(document.sha, JSON.stringify(document), document.name)
  const id = Number(row?.id)
  db.prepare(deleteWords).run(id)
  db.prepare(deleteVectors).run(id)
  return putWords(db, id, document)
}

/** Its vectors go with it. */
function deleteTool(db: DatabaseSync, name: string): void {
  const row = db.prepare(deleteRow).get(name)
  if (row !== undefined) db.prepare(deleteWords).run(Number(row.id))
}

function putWords(db: DatabaseSync, id: number, document: ToolDocument): number {
  const { name, description, schema, questions } = textsOf(document)
  const words = [name, description, schema, questions].map((text) => codeTokens(text).join(' '))
  db.prepare(insertWords).run(id, ...words)
  return id
}
