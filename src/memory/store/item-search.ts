/** Finding records: by key, by words, by embedded text, by filter. The gate is part of every query. */

import type { Counters, Kind, MemoryRecord } from '../record.ts'
import type { Statements } from './database.ts'
import { readRecord, recordColumns, recordOf, recordTables } from './items.ts'
import type { FoundRecord, Gate, Glance, KeyKind, ListFilter } from './memory-store.ts'
import { openRareWords, quoted } from './rare-words.ts'
import { kindsFor, normaliseKey } from './record-keys.ts'
import { issueHash, wordsHash } from './record-texts.ts'
import { openWordScores, type WordScores } from './word-scores.ts'

/** Named parameters that `gate` reads. */
type Parameters = Record<string, string | number | null | Uint8Array>

/** What `row` must fulfil, whoever asks. A null parameter asks for nothing. */
const gate = `
  item.namespace = :namespace
  and (:before is null or item.valid_from < :before)
  and (:branches is null or item.branch is null or item.branch in (select value from json_each(:branches)))
  and (:statuses is null or item.status in (select value from json_each(:statuses)))
  and (:kinds is null or item.kind in (select value from json_each(:kinds)))
  and (:muted = 1 or item.inhibited = 0)
  and (:session is null or item.session_id is not :session)
  and (:issue is null or item.issue_hash is not :issue)
  and (:echo is null
    or not exists (select 1 from item_key as origin where origin.item = item.rowid and origin.kind = 'source'
      and origin.value in (select value from json_each(:echo)))
    or exists (select 1 from item_key as origin where origin.item = item.rowid and origin.kind = 'source'
      and origin.value not in (select value from json_each(:echo)) and origin.value is not lower(:session)))`

const selectOwn = 'select lower(id) as id from item where session_id = :session or issue_hash = :issue'

function gateOf(db: Statements, namespace: string, filter: Partial<Gate>): Parameters {
  const session = filter.notSession ?? null
  const issue = filter.notIssue === undefined ? null : issueHash(filter.notIssue)
  return {
    namespace,
    session,
    issue,
    echo: session === null && issue === null ? null : ownEpisodes(db, { session, issue }),
    before: filter.before ?? null,
    branches: filter.branches === undefined ? null : JSON.stringify(filter.branches),
    statuses: filter.statuses === undefined ? null : JSON.stringify(filter.statuses),
    kinds: filter.kinds === undefined ? null : JSON.stringify(filter.kinds),
    muted: filter.muted === true ? 1 : 0,
  }
}

/** Episodes that must not be seen: what was learned from them alone is an echo of them. */
function ownEpisodes(
  db: Statements,
  own: { session: string | null; issue: Uint8Array | null },
): string | null {
  const ids = db
    .prepare(selectOwn)
    .all(own)
    .map((row) => String(row.id))
  return ids.length === 0 ? null : JSON.stringify(ids)
}

/** All questions of one store; `namespace` is asked for every time. */
export interface ItemSearch {
  glance(ids: readonly string[], gate: Gate): Glance[]
  visible(ids: readonly string[], gate: Gate): MemoryRecord[]
  byKey(kind: KeyKind, values: readonly string[], gate: Gate, limit: number): FoundRecord[]
  keysAmong(kind: KeyKind, values: readonly string[], ids: readonly string[]): { id: string; value: string }[]
  byWords(tokens: readonly string[], gate: Gate, limit: number): FoundRecord[]
  byTextHash(hashes: readonly Uint8Array[], gate: Gate): FoundRecord[]
  withoutVector(generationId: number, limit: number): { id: string; hash: Uint8Array; record: MemoryRecord }[]
  knowsKey(kind: KeyKind, value: string): boolean
  knowsWord(token: string): boolean
  sameWords(kind: Kind, text: string): string[]
  list(filter: ListFilter): MemoryRecord[]
  count(filter: Omit<ListFilter, 'limit' | 'after'>, atMost?: number): number
}

const selectVisible = `
  select ${recordColumns} from json_each(:ids) as wanted
  join item on item.id = wanted.value ${recordTables}
  where ${gate} order by wanted.key`

const selectGlances = `
  select item.id as id, item.kind as kind, item.pinned as pinned,
    use.retrieved, use.shown, use.cited, use.helped, use.hurt
  from json_each(:ids) as wanted
  join item on item.id = wanted.value join item_use as use on use.item = item.rowid
  where ${gate}`

const selectKeyed = `
  select item, value from item_key where kind in (select value from json_each(:keyKinds))
    and value in (select value from json_each(:values))`

/** From the keys, which are few: each record has many. */
const selectAmong = `
  select distinct item.id as id, item_key.value as value
  from item_key cross join item on item.rowid = item_key.item
  where item_key.kind in (select value from json_each(:keyKinds))
    and item_key.value in (select value from json_each(:values))
    and item.namespace = :namespace and item.id in (select value from json_each(:ids))`

/** For words that only the index can find; all others are ranked by `word-scores.ts`, which has the same weights. */
const selectByWords = `
  select item.id as id, -bm25(item_fts, 2, 1, 3, 0.5) as score
  from item_fts join item on item.rowid = item_fts.rowid
  where item_fts match :match and ${gate} order by score desc, item.id limit :limit`

/** From rows that were found already. */
const selectRows = `
  select item.rowid as item, item.id as id, item.valid_from as at from json_each(:rows) as wanted
  cross join item on item.rowid = wanted.value where ${gate}`
/** Rows that are asked for beyond the limit, so that those which the gate holds back do not matter. */
const spareRows = 50

const selectByHash = `
  select item.id as id, 1 as score from item where item.text_hash in (select unhex(value) from json_each(:hashes))
  and ${gate} order by item.valid_from desc, item.id desc`

const selectMissing = `
  select item.id as id, item.text_hash as hash from item
  where not exists (select 1 from vector where embedder_id = ? and vector.hash = item.text_hash)
  order by item.rowid limit ?`

const selectKnown = `
  select 1 from item_key join item on item.rowid = item_key.item
  where item_key.kind in (select value from json_each(?)) and value = ? and namespace = ? limit 1`

const selectSaid = `
  select 1 from item_fts join item on item.rowid = item_fts.rowid
  where item_fts match ? and item.namespace = ? limit 1`

const selectSameWords = 'select id from item where words_hash = ? and kind = ? and namespace = ? order by id'

const listed = `
  ${gate} and (:origin is null or item.origin = :origin)
  and (:keyKinds is null or exists (select 1 from item_key where item_key.item = item.rowid
    and item_key.kind in (select value from json_each(:keyKinds)) and item_key.value = :keyValue))`
const selectList = `
  select ${recordColumns} from item ${recordTables}
  where ${listed} and (:after is null
    or (item.valid_from, item.id) < (select last.valid_from, last.id from item as last where last.id = :after))
  order by item.valid_from desc, item.id desc limit :limit`
const selectCount = `select count(*) as count from (select 1 from item where ${listed} limit :atMost)`

export function openItemSearch(db: Statements, namespace: string): ItemSearch {
  const rareWords = openRareWords(db)
  const wordScores = openWordScores(db)
  const found = (sql: string, parameters: Parameters): FoundRecord[] =>
    db.prepare(sql).all(parameters).map(foundOf)
  return {
    glance: (ids, filter) => glances(db, { ...gateOf(db, namespace, filter), ids: JSON.stringify(ids) }),
    visible(ids, filter) {
      if (ids.length === 0) return []
      const parameters = { ...gateOf(db, namespace, filter), ids: JSON.stringify(ids) }
      return db.prepare(selectVisible).all(parameters).map(recordOf)
    },
    byKey(kind, values, filter, limit) {
      const keys = [...new Set(values.map((value) => normaliseKey(kind, value)))].filter(Boolean)
      const rows = keyed(db, { keyKinds: JSON.stringify(kindsFor(kind)), values: JSON.stringify(keys) })
      return rows.size === 0
        ? []
        : newestWithMost(db, rows, { parameters: gateOf(db, namespace, filter), limit })
    },
    keysAmong(kind, values, ids) {
      const written = new Map(values.map((value) => [normaliseKey(kind, value), value]))
      const keys = { keyKinds: JSON.stringify(kindsFor(kind)), values: JSON.stringify([...written.keys()]) }
      return db
        .prepare(selectAmong)
        .all({ ...keys, ids: JSON.stringify(ids), namespace })
        .map(({ id, value }) => ({ id: String(id), value: written.get(String(value)) ?? String(value) }))
    },
    byWords(tokens, filter, limit) {
      const words = rareWords(tokens)
      if (words.length === 0) return []
      const parameters = gateOf(db, namespace, filter)
      const scores = wordScores(words)
      if (scores !== null) return bestRows(db, scores, { parameters, limit })
      return found(selectByWords, { ...parameters, match: words.map(quoted).join(' OR '), limit })
    },
    byTextHash(hashes, filter) {
      const hex = hashes.map((hash) => Buffer.from(hash).toString('hex'))
      return found(selectByHash, { ...gateOf(db, namespace, filter), hashes: JSON.stringify(hex) })
    },
    withoutVector: (generationId, limit) =>
      db
        .prepare(selectMissing)
        .all(generationId, limit)
        .flatMap((row) => {
          const record = readRecord(db, String(row.id))
          return record === null ? [] : [{ id: record.id, hash: row.hash as Uint8Array, record }]
        }),
    knowsKey: (kind, value) =>
      db.prepare(selectKnown).get(JSON.stringify(kindsFor(kind)), normaliseKey(kind, value), namespace) !==
      undefined,
    knowsWord: (token) => db.prepare(selectSaid).get(quoted(token), namespace) !== undefined,
    sameWords: (kind, text) =>
      db
        .prepare(selectSameWords)
        .all(wordsHash(text), kind, namespace)
        .map((row) => String(row.id)),
    list: (filter) => {
      const { after, limit } = filter
      return db
        .prepare(selectList)
        .all({ ...listOf(db, namespace, filter), after: after ?? null, limit })
        .map(recordOf)
    },
    count(filter, atMost = -1) {
      const row = db.prepare(selectCount).get({ ...listOf(db, namespace, filter), atMost })
      return Number(row?.count ?? 0)
    },
  }
}

function glances(db: Statements, parameters: Parameters): Glance[] {
  const rows = db.prepare(selectGlances).all(parameters)
  return rows.map(({ id, kind, pinned, ...counters }) => ({
    id: String(id),
    kind: kind as Kind,
    pinned: pinned === 1,
    counters: counters as unknown as Counters,
  }))
}

/** By row: which of the keys it has. Grouping in SQL takes five times as long. */
function keyed(db: Statements, keys: { keyKinds: string; values: string }): Map<number, string[]> {
  const statement = db.prepare(selectKeyed)
  statement.setReturnArrays(true)
  const values = new Map<number, string[]>()
  for (const [row, value] of statement.all(keys) as unknown as [number, string][]) {
    const known = values.get(row)
    if (known === undefined) values.set(row, [value])
    else if (!known.includes(value)) known.push(value)
  }
  return values
}

/** Those that pass the gate: with most of the keys first, then the newest. */
function newestWithMost(
  db: Statements,
  values: ReadonlyMap<number, string[]>,
  { parameters, limit }: { parameters: Parameters; limit: number },
): FoundRecord[] {
  const passed = db.prepare(selectRows).all({ ...parameters, rows: JSON.stringify([...values.keys()]) })
  const found = passed.map(({ item, id, at }) => {
    const own = values.get(Number(item)) ?? []
    return { id: String(id), score: own.length, detail: own.join(','), at: Number(at) }
  })
  found.sort((one, other) => other.score - one.score || other.at - one.at || (one.id < other.id ? 1 : -1))
  const wanted = limit < 0 ? found : found.slice(0, limit)
  return wanted.map(({ id, score, detail }) => ({ id, score, detail }))
}

/** The best rows that pass the gate, which is asked about few of them where most do. Equal scores go by id. */
function bestRows(
  db: Statements,
  { rows, scores }: WordScores,
  { parameters, limit }: { parameters: Parameters; limit: number },
): FoundRecord[] {
  const ascending = scores.toSorted()
  const found: FoundRecord[] = []
  let above = Number.POSITIVE_INFINITY
  for (let reach = limit + spareRows; ; reach *= 4) {
    const least = ascending.at(-reach) ?? 0
    const scoreOf = new Map<number, number>()
    for (let at = 0; at < rows.length; at++) {
      const score = scores[at] as number
      if (score >= least && score < above) scoreOf.set(rows[at] as number, score)
    }
    const passed = db.prepare(selectRows).all({ ...parameters, rows: JSON.stringify([...scoreOf.keys()]) })
    found.push(...passed.map(({ item, id }) => ({ id: String(id), score: scoreOf.get(Number(item)) ?? 0 })))
    if (found.length >= limit || reach >= rows.length) return found.sort(byScore).slice(0, limit)
    above = least
  }
}

function byScore(one: FoundRecord, other: FoundRecord): number {
  return other.score - one.score || (one.id < other.id ? -1 : 1)
}

function foundOf(row: Record<string, unknown>): FoundRecord {
  return { id: String(row.id), score: Number(row.score) }
}

/** A list shows muted records too, unless told otherwise: a person looks at them. */
function listOf(db: Statements, namespace: string, filter: Omit<ListFilter, 'limit' | 'after'>): Parameters {
  const { key } = filter
  return {
    ...gateOf(db, namespace, { muted: true, ...filter }),
    origin: filter.origin ?? null,
    keyKinds: key === undefined ? null : JSON.stringify(kindsFor(key.kind)),
    keyValue: key === undefined ? null : normaliseKey(key.kind, key.value),
  }
}
