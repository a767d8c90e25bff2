/** Vectors and databases for the tests of vector search. */

import { DatabaseSync } from 'node:sqlite'
import { indexMigrations } from '../../src/memory/store/schema.ts'
import {
  type Generation,
  putVectors,
  registerEmbedder,
  type StoredVector,
} from '../../src/memory/store/vectors.ts'

export function openTestDatabase(file = ':memory:'): DatabaseSync {
  const db = new DatabaseSync(file)
  db.exec('pragma foreign_keys = on')
  for (const migration of indexMigrations) db.exec(migration)
  return db
}

export const silentLog = { info: () => {}, warn: () => {}, error: () => {} }

/** Always the same numbers in [0, 1) for a seed. */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function randomVector(dimensions: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5)
  const size = Math.hypot(...vector)
  return vector.map((value) => value / size)
}

/** Clustered, as texts are: uniform vectors have no near neighbours. */
export function clusteredVectors(count: number, dimensions: number, seed = 1): Float32Array[] {
  const random = randomNumbers(seed)
  const centres = Array.from({ length: 40 }, () => randomVector(dimensions, random))
  return Array.from({ length: count }, (_, i) => {
    const centre = centres[i % centres.length] as Float32Array
    const own = randomVector(dimensions, random)
    const mixed = centre.map((value, d) => value + (own[d] ?? 0))
    const size = Math.hypot(...mixed)
    return mixed.map((value) => value / size)
  })
}

export function hashOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

/** Stores vectors under hashes that count from `first`. */
export function storeVectors(
  db: DatabaseSync,
  generation: Generation,
  vectors: readonly Float32Array[],
  first = 1,
): StoredVector[] {
  db.exec('begin')
  const items = vectors.map((vector, i) => ({ hash: hashOf(first + i), vector }))
  const stored = putVectors(db, generation.id, items)
  db.exec('commit')
  return stored
}

export function testGeneration(db: DatabaseSync, dimensions: number, id = 'test-1'): Generation {
  return registerEmbedder(db, { id, dimensions })
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}
