import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AnnIndex, loadAnnAddon } from '../../src/memory/store/ann.ts'
import { indexMigrations } from '../../src/memory/store/schema.ts'
import { type Outcome, openAndSearch } from './ann-child.ts'
import { clusteredVectors, openTestDatabase, storeVectors, testGeneration } from './vector-fixtures.ts'

const root = mkdtempSync(join(tmpdir(), 'casebook-ann-crash-'))
const database = join(root, 'index.db')
const folder = join(root, 'ann')
const child = fileURLToPath(new URL('ann-child.ts', import.meta.url))
const dimensions = 32
let expected: number[] = []

/** A process of its own, as it may die. */
function run(mode = 'search'): { outcome: Outcome | null; signal: string | null } {
  const result = spawnSync(process.execPath, [child, database, folder, mode], { encoding: 'utf8' })
  const outcome = result.stdout === '' ? null : (JSON.parse(result.stdout) as Outcome)
  if (mode === 'search') assert.ok(outcome !== null, `${result.signal} ${result.stderr}`)
  return { outcome, signal: result.signal }
}

function graphFile(): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.hnsw'))
  assert.ok(file !== undefined)
  return join(folder, file)
}

const sidecarFile = join(folder, 'vectors-1.json')
const guardFile = join(folder, 'vectors-1.guard')

function readSidecar(): Record<string, unknown> {
  return JSON.parse(readFileSync(sidecarFile, 'utf8')) as Record<string, unknown>
}

/** Writes bytes as a graph file whose sidecar vouches for them. */
function forge(bytes: Uint8Array, changes: Record<string, unknown> = {}): void {
  writeFileSync(graphFile(), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(sidecarFile, JSON.stringify({ ...readSidecar(), bytes: bytes.length, sha256, ...changes }))
}

/** The next process must give right answers by a new graph, say why, and leave a good file behind. */
async function assertRebuilt(reason: RegExp): Promise<void> {
  const outcome = await openAndSearch(database, folder)
  assert.equal(outcome.regime.kind, 'hnsw')
  assert.deepEqual(outcome.ids, expected)
  assert.match(outcome.log.join('\n'), reason)
  const next = await openAndSearch(database, folder)
  assert.deepEqual(next.log, [])
  assert.deepEqual(next.ids, expected)
}

before(async () => {
  const db = openTestDatabase(database)
  db.exec(`pragma user_version = ${indexMigrations.length}`)
  storeVectors(db, testGeneration(db, dimensions), clusteredVectors(800, dimensions))
  db.close()
  expected = (await openAndSearch(database, folder)).ids
  assert.equal(expected.length, 10)
})
after(() => rmSync(root, { recursive: true }))

test('discards an empty, a cut, a lengthened and a missing file', async () => {
  const bytes = readFileSync(graphFile())
  for (const length of [0, 50, bytes.length >> 1, bytes.length - 1, bytes.length + 10]) {
    truncateSync(graphFile(), length)
    await assertRebuilt(new RegExp(`has ${length} bytes`))
  }
  rmSync(graphFile())
  await assertRebuilt(/missing/)
})

test('discards a file in which any byte was changed', async () => {
  for (const place of [0, 40, 3_000, 0.5, 0.9]) {
    const bytes = readFileSync(graphFile())
    const at = place < 1 ? Math.floor(bytes.length * place) : place
    bytes[at] = (bytes[at] ?? 0) ^ 0x41
    writeFileSync(graphFile(), bytes)
    await assertRebuilt(/was changed/)
  }
})

test('discards a file of other dimensions, another embedder, another store or another machine', async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ dimensions: 64 }, /64 dimensions/],
    [{ embedder: 'other-1' }, /made for other-1/],
    [{ epoch: 'x' }, /earlier store/],
    [{ format: 'hnswlib-0.8.0/plan9-mips' }, /plan9/],
    [{ space: 'l2' }, /no file/],
    [{ file: '../../index.db' }, /no file/],
  ]
  for (const [changes, reason] of cases) {
    writeFileSync(sidecarFile, JSON.stringify({ ...readSidecar(), ...changes }))
    await assertRebuilt(reason)
  }
  writeFileSync(sidecarFile, '{ not json')
  await assertRebuilt(/no file/)
})

test('discards a sound file of other dimensions even when its sidecar vouches for it', async () => {
  const index = AnnIndex.create(await loadAnnAddon(), 64, 700)
  clusteredVectors(700, 64).forEach((vector, i) => {
    index.add(i + 1, vector)
  })
  const foreign = join(root, 'foreign')
  index.write(foreign)
  forge(readFileSync(foreign))
  await assertRebuilt(/700 vectors, not 800/)
})

test('distrusts a file after the process that loaded it died, though its checksum fits', async () => {
  // hnswlib's file: 96 bytes, then for each point 4 bytes, 32 links of 4 bytes, the vector and 8 bytes.
  // It follows links that point nowhere out of its memory.
  const bytes = readFileSync(graphFile())
  const pointBytes = 4 + 32 * 4 + dimensions * 4 + 8
  for (let i = 0; i < 800; i++) bytes.fill(0x7f, 96 + i * pointBytes + 4, 96 + i * pointBytes + 4 + 32 * 4)
  forge(bytes)
  const { outcome, signal } = run('may-die')
  assert.equal(outcome, null)
  assert.match(String(signal), /^SIG(SEGV|ABRT|BUS)$/)
  await assertRebuilt(/is built anew: no file/)
})

test('stays exact for one session when the last processes died building, and tries again then', async () => {
  rmSync(folder, { recursive: true })
  for (let i = 0; i < 3; i++) assert.equal(run('die-building').signal, 'SIGKILL')
  const { outcome } = run()
  assert.equal(outcome?.regime.kind, 'exact')
  assert.match(outcome?.regime.reason ?? '', /ended while they built/)
  assert.deepEqual(outcome?.ids, expected)
  assert.equal(run().outcome?.regime.kind, 'hnsw')
})

test('does not build what another living process is building', async () => {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  const note = { pid: process.pid, host: hostname(), phase: 'build', deaths: 0 }
  writeFileSync(guardFile, JSON.stringify(note))
  const { outcome } = run()
  assert.equal(outcome?.regime.kind, 'exact')
  assert.match(outcome?.regime.reason ?? '', /another process/)
  rmSync(guardFile)
  assert.equal(run().outcome?.regime.kind, 'hnsw')
})

test('leaves no note and no temporary file behind', async () => {
  await openAndSearch(database, folder)
  assert.deepEqual(
    readdirSync(folder)
      .map((name) => name.replace(/-[0-9a-f]{8}-[0-9a-f-]{27}/, ''))
      .sort(),
    ['vectors-1.hnsw', 'vectors-1.json'],
  )
})

test('refuses what would abort the process', async () => {
  const index = AnnIndex.create(await loadAnnAddon(), 4, 2)
  const good = Float32Array.from([1, 0, 0, 0])
  index.add(1, good)
  for (const bad of [
    [1, 0, 0, 0],
    [null, 0, 0, 0],
    new Float32Array(3),
    new Float32Array(4).fill(Number.NaN),
  ]) {
    assert.throws(() => index.add(2, bad as Float32Array), RangeError)
    assert.throws(() => index.search(bad as Float32Array, 1), RangeError)
  }
  for (const id of [-1, 2 ** 32, 1.5]) assert.throws(() => index.add(id, good), RangeError)
  assert.deepEqual(index.search(good, 100), [1])
  for (let id = 2; id < 50; id++) index.add(id, good)
  assert.equal(index.size, 49)
  index.remove(7)
  index.remove(7)
  index.remove(12_345)
  assert.ok(!index.search(good, 49).includes(7))
  assert.throws(() => index.write('/dev/full'))
  assert.throws(() => index.write(join(root, 'no/such/folder/file')))
})
