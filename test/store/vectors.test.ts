import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import {
  activateEmbedder,
  activeEmbedder,
  chunksOf,
  countMissing,
  countVectors,
  embedders,
  missingTexts,
  putVectors,
  registerEmbedder,
  removeOrphanVectors,
  storedVectors,
  vectorByHash,
  vectorEpoch,
  vectorIds,
} from '../../src/memory/store/vectors.ts'
import { hashOf, openTestDatabase, storeVectors, testGeneration } from './vector-fixtures.ts'

const vector = (...values: number[]): Float32Array => Float32Array.from(values)

/** A visible file whose chunks have these texts. */
function addFile(db: DatabaseSync, path: string, texts: readonly number[]): number[] {
  db.exec("insert or ignore into view (id, key) values (1, 'root')")
  const blob = db.prepare("insert into blob (oid, language, lines, bytes) values (?, 'text', 9, 9)").run(path)
  const file = db.prepare('insert into path (path) values (?)').run(path)
  db.prepare('insert into view_file (view_id, path_id, blob_id) values (1, ?, ?)').run(
    file.lastInsertRowid,
    blob.lastInsertRowid,
  )
  const insert = db.prepare(
    "insert into chunk (blob_id, kind, name, start_line, end_line, hash) values (?, 'window', '', ?, ?, ?)",
  )
  return texts.map((text, i) => {
    const chunk = insert.run(blob.lastInsertRowid, i * 10 + 1, i * 10 + 9, Buffer.from(hashOf(text), 'hex'))
    return Number(chunk.lastInsertRowid)
  })
}

test('lets the first embedder serve at once and a second one only when activated', () => {
  const db = openTestDatabase()
  const first = registerEmbedder(db, { id: 'a/2', dimensions: 2 })
  const second = registerEmbedder(db, { id: 'b/3', dimensions: 3 })
  assert.equal(first.active, true)
  assert.equal(second.active, false)
  storeVectors(db, second, [vector(1, 0, 0)])
  assert.equal(activeEmbedder(db)?.identity, 'a/2')
  activateEmbedder(db, second.id)
  assert.deepEqual(
    embedders(db).map(({ identity, active }) => [identity, active]),
    [
      ['a/2', false],
      ['b/3', true],
    ],
  )
  assert.deepEqual(registerEmbedder(db, { id: 'b/3', dimensions: 3 }), { ...second, active: true })
})

test('refuses an embedder that changed its size', () => {
  const db = openTestDatabase()
  registerEmbedder(db, { id: 'a', dimensions: 2 })
  assert.throws(() => registerEmbedder(db, { id: 'a', dimensions: 3 }), /changed its size/)
})

test('never mixes the vectors of two embedders', () => {
  const db = openTestDatabase()
  const a = testGeneration(db, 2, 'a')
  const b = testGeneration(db, 3, 'b')
  storeVectors(db, a, [vector(1, 0), vector(0, 1)])
  storeVectors(db, b, [vector(0, 0, 1)])
  assert.equal(countVectors(db, a.id), 2)
  assert.equal(countVectors(db, b.id), 1)
  assert.equal(vectorByHash(db, a, hashOf(1))?.length, 2)
  assert.equal(vectorByHash(db, b, hashOf(1))?.length, 3)
  assert.equal(vectorByHash(db, b, hashOf(2)), undefined)
  assert.equal([...storedVectors(db, a.id)].length, 2)
})

test('keeps the vector that a text has', () => {
  const db = openTestDatabase()
  const generation = testGeneration(db, 2)
  const [first] = storeVectors(db, generation, [vector(1, 0)])
  const items = [
    { hash: hashOf(1), vector: vector(0, 1) },
    { hash: hashOf(2), vector: vector(0, 1) },
  ]
  const stored = putVectors(db, generation.id, items)
  assert.deepEqual(
    stored.map(({ id }) => id),
    [(first?.id ?? 0) + 1],
  )
  assert.equal(vectorByHash(db, generation, hashOf(1))?.[0], 1)
})

test('never gives an id twice, even when the newest vector is gone', () => {
  const db = openTestDatabase()
  const generation = testGeneration(db, 2)
  const before = storeVectors(db, generation, [vector(1, 0), vector(0, 1)])
  db.exec('delete from vector')
  const after = storeVectors(db, generation, [vector(1, 1)], 50)
  assert.ok((after[0]?.id ?? 0) > (before[1]?.id ?? 0))
  assert.notEqual(vectorEpoch(db), '')
  assert.notEqual(vectorEpoch(db), vectorEpoch(openTestDatabase()))
})

test('lists each visible text without a vector once', () => {
  const db = openTestDatabase()
  const generation = testGeneration(db, 2)
  const [one] = addFile(db, 'a.txt', [1, 2])
  addFile(db, 'b.txt', [2, 3])
  const hidden = db.prepare("insert into blob (oid, language, lines, bytes) values ('x', 'text', 1, 1)").run()
  db.prepare(
    "insert into chunk (blob_id, kind, name, start_line, end_line, hash) values (?, 'window', '', 1, 1, x'99')",
  ).run(hidden.lastInsertRowid)
  storeVectors(db, generation, [vector(1, 0)], 2)
  const missing = missingTexts(db, generation.id, 10)
  assert.deepEqual(
    missing.map(({ hash }) => hash),
    [hashOf(1), hashOf(3)],
  )
  assert.deepEqual(missing[0], { hash: hashOf(1), chunkId: one, blobId: 1, startLine: 1, endLine: 9 })
  assert.equal(countMissing(db, generation.id), 2)
  assert.equal(missingTexts(db, generation.id, 1).length, 1)
})

test('finds every chunk of a vector', () => {
  const db = openTestDatabase()
  const generation = testGeneration(db, 2)
  const other = testGeneration(db, 2, 'other')
  const a = addFile(db, 'a.txt', [1, 2])
  const b = addFile(db, 'b.txt', [2])
  storeVectors(db, other, [vector(1, 0), vector(1, 0)])
  const stored = storeVectors(db, generation, [vector(1, 0), vector(0, 1)])
  const [first = 0, second = 0] = stored.map(({ id }) => id)
  assert.deepEqual(
    chunksOf(db, [first, second, 999]),
    new Map([
      [first, [a[0]]],
      [second, [a[1], b[0]]],
    ]),
  )
})

test('removes vectors of texts that are gone and says which', () => {
  const db = openTestDatabase()
  const generation = testGeneration(db, 2)
  addFile(db, 'a.txt', [1])
  const stored = storeVectors(db, generation, [vector(1, 0), vector(0, 1)])
  assert.deepEqual(removeOrphanVectors(db), [stored[1]?.id])
  assert.deepEqual(vectorIds(db, generation.id), [stored[0]?.id])
})

test('reads all vectors in order while others are written', () => {
  const db = openTestDatabase()
  const generation = testGeneration(db, 2)
  const many = Array.from({ length: 4_500 }, (_, i) => vector(1, i))
  storeVectors(db, generation, many)
  let count = 0
  let last = 0
  for (const { id } of storedVectors(db, generation.id, 10)) {
    assert.ok(id > last)
    last = id
    count++
    if (count === 100) storeVectors(db, generation, [vector(0, 1)], 10_000)
  }
  assert.equal(count, 4_491)
})
