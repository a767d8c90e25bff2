import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { dequantise } from '../../src/memory/store/quantise.ts'
import {
  openVectorIndex,
  type VectorIndex,
  type VectorIndexOptions,
} from '../../src/memory/store/vector-index.ts'
import type { Generation } from '../../src/memory/store/vectors.ts'
import {
  clusteredVectors,
  dot,
  openTestDatabase,
  randomNumbers,
  randomVector,
  silentLog,
  storeVectors,
  testGeneration,
} from './vector-fixtures.ts'

const dimensions = 32
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-ann-'))
  folders.push(folder)
  return folder
}

interface Setup {
  db: DatabaseSync
  generation: Generation
  folder: string
  open(options?: Partial<VectorIndexOptions>): VectorIndex
}

function setUp(count: number): Setup {
  const db = openTestDatabase()
  const generation = testGeneration(db, dimensions)
  storeVectors(db, generation, clusteredVectors(count, dimensions))
  const folder = newFolder()
  const open = (options: Partial<VectorIndexOptions> = {}): VectorIndex => {
    const base = { db, embedderId: generation.id, dimensions, folder, log: silentLog }
    return openVectorIndex({ ...base, exactLimit: 500, memoryLimitMb: 600, ...options })
  }
  return { db, generation, folder, open }
}

const query = randomVector(dimensions, randomNumbers(77))

test('searches exactly up to the limit and builds no graph', async () => {
  const { open, folder } = setUp(500)
  const index = open()
  await index.settle()
  assert.equal(index.regime().kind, 'exact')
  assert.equal(index.regime().recallAt10, null)
  assert.deepEqual(readdirSync(folder), [])
  index.close()
})

test('serves exactly while the graph is built, and by the graph afterwards, with the recall stated', async () => {
  const { open } = setUp(1_500)
  const index = open()
  const exact = index.search(query, 10)
  const settled = index.settle()
  assert.equal(index.regime().kind, 'exact')
  assert.deepEqual(index.search(query, 10), exact)
  await settled
  const regime = index.regime()
  assert.equal(regime.kind, 'hnsw', regime.reason)
  assert.ok((regime.recallAt10 ?? 0) >= 0.98)
  assert.deepEqual(index.search(query, 10), exact)
  index.close()
})

test('finds what is added after the graph was built, without waiting for it', async () => {
  const { open, db, generation } = setUp(1_000)
  const index = open()
  await index.settle()
  const [stored] = storeVectors(db, generation, [query], 5_000)
  assert.ok(stored !== undefined)
  index.add([stored])
  assert.equal(index.regime().kind, 'hnsw')
  assert.equal(index.search(query, 3)[0]?.id, stored.id)
  await index.settle()
  assert.equal(index.search(query, 3)[0]?.id, stored.id)
  index.close()
})

test('never returns a removed vector, before and after the graph learns of it', async () => {
  const { open } = setUp(1_000)
  const index = open()
  await index.settle()
  const gone = index.search(query, 40).map(({ id }) => id)
  index.remove(gone)
  const before = index.search(query, 20).map(({ id }) => id)
  assert.equal(before.length, 20)
  assert.ok(before.every((id) => !gone.includes(id)))
  await index.settle()
  assert.deepEqual(
    index.search(query, 20).map(({ id }) => id),
    before,
  )
  index.close()
})

test('gives only accepted vectors, however few they are', async () => {
  const { open } = setUp(1_000)
  const index = open()
  await index.settle()
  const rare = index.search(query, 10, (id) => id % 97 === 0)
  assert.equal(rare.length, 10)
  assert.ok(rare.every(({ id }) => id % 97 === 0))
  assert.deepEqual(
    index.search(query, 10, () => false),
    [],
  )
  index.close()
})

test('takes the graph from disk when the store is opened again', async () => {
  const { open, folder, db, generation } = setUp(1_000)
  const index = open()
  await index.settle()
  index.close()
  const files = readdirSync(folder).sort()
  assert.equal(files.length, 2)
  const gone = 20
  db.exec(`delete from vector where id = ${gone}`)
  const [added] = storeVectors(db, generation, [query], 5_000)
  const lines: string[] = []
  const again = open({ log: { ...silentLog, info: (line) => lines.push(line) } })
  await again.settle()
  assert.equal(again.regime().kind, 'hnsw')
  assert.deepEqual(readdirSync(folder).sort(), files)
  assert.deepEqual(lines, [])
  assert.equal(again.search(query, 1)[0]?.id, added?.id)
  assert.ok(again.search(query, 100).every(({ id }) => id !== gone))
  again.close()
})

test('builds anew, with the reason, for another embedder or another store', async () => {
  const first = setUp(600)
  const index = first.open()
  await index.settle()
  index.close()
  const second = setUp(700)
  const lines: string[] = []
  const log = { ...silentLog, info: (line: string) => lines.push(line) }
  const foreign = second.open({ folder: first.folder, log })
  await foreign.settle()
  assert.match(lines[0] ?? '', /earlier store/)
  const wanted = second.open({ exactLimit: 10_000 }).search(query, 5)
  assert.deepEqual(foreign.search(query, 5), wanted)
  foreign.close()
})

test('catches up with what another process wrote and removed', () => {
  const { open, db, generation } = setUp(50)
  const index = open()
  db.exec('delete from vector where id in (3, 50)')
  storeVectors(db, generation, [query], 900)
  index.sync()
  assert.equal(index.search(query, 100).length, 49)
  assert.equal(index.search(query, 1)[0]?.id, 51)
  index.close()
})

test('keeps no vectors in memory beyond the limit, but scores given ones exactly', () => {
  const { open, db } = setUp(3_000)
  const index = open({ memoryLimitMb: 0.1 })
  const { kind, reason } = index.regime()
  assert.equal(kind, 'rerank')
  assert.match(reason, /3000 vectors/)
  assert.deepEqual(index.search(query, 5), [])
  const row = db.prepare('select vec from vector where id = 7').get()
  const [match, ...none] = index.score([7, 99_999], query)
  assert.deepEqual(none, [])
  assert.ok(Math.abs((match?.score ?? 0) - dot(dequantise(row?.vec as Uint8Array, dimensions), query)) < 1e-6)
  index.close()
})

test('goes over to scoring from the database when it grows beyond the limit', () => {
  const { open, db, generation } = setUp(1_000)
  const index = open({ memoryLimitMb: 0.1 })
  assert.equal(index.regime().kind, 'exact')
  index.add(storeVectors(db, generation, clusteredVectors(1_000, dimensions, 9), 2_000))
  assert.equal(index.regime().kind, 'rerank')
  assert.match(index.regime().reason, /2000/)
  index.close()
})

test('stays exact where the graph would take too much memory, and says so', async () => {
  const { open } = setUp(1_000)
  const index = open({ memoryLimitMb: 0.4 })
  await index.settle()
  assert.equal(index.regime().kind, 'exact')
  assert.match(index.regime().reason, /HNSW would take/)
  index.close()
})

test('works without a folder', async () => {
  const { open } = setUp(600)
  const index = open({ folder: null })
  await index.settle()
  assert.equal(index.regime().kind, 'hnsw')
  index.close()
})

test('is closed in the middle of a build without trouble', async () => {
  const { open, folder } = setUp(3_000)
  const index = open()
  const settled = index.settle()
  await new Promise((resolve) => setTimeout(resolve, 30))
  index.close()
  await settled
  assert.deepEqual(readdirSync(folder), [])
})
