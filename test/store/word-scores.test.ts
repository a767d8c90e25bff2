/** Ranking by words: the scores are those of the text index itself, whatever was written, by whom, and how. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { codeTokens } from '../../src/memory/code/tokens.ts'
import type { MemoryRecord } from '../../src/memory/record.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import { manyDrafts, vocabulary } from '../recall/records/many.ts'
import { everything, memoryIn, person, put } from './memory-fixtures.ts'

const byIndex = `
  select item.id as id, -bm25(item_fts, 2, 1, 3, 0.5) as score
  from item_fts join item on item.rowid = item_fts.rowid where item_fts match ? order by item.id`

/** Every record that has one of the words, asked of the index and of the store. */
function assertAlike(store: MemoryStore, words: readonly string[]): void {
  const expected = store.db.prepare(byIndex).all(words.map((word) => `"${word}"`).join(' OR '))
  const found = store.byWords(words, { ...everything, muted: true }, 10_000)
  const scores = new Map(found.map(({ id, score }) => [id, score]))
  assert.equal(found.length, expected.length)
  for (const { id, score } of expected)
    assert.ok(Math.abs((scores.get(String(id)) ?? -1) - Number(score)) < 1e-9, `${id} ${score}`)
}

function fill(store: MemoryStore, count: number): MemoryRecord[] {
  return manyDrafts(count).map((draft) => put(store, draft))
}

function reword(store: MemoryStore, { id, text }: MemoryRecord, after: string): void {
  const fields = { text: { before: text, after } }
  store.append([{ type: 'REVISED', actor: person, reason: 'test', changes: [{ op: 'set', id, fields }] }])
}

test('scores are those of the index: at first, after a change, a new record, an undo and a purge', () => {
  const store = memoryIn()
  const records = fill(store, 150)
  const some = [...new Set(codeTokens(`${vocabulary(3).words(10)} ${records[7]?.text}`))].slice(0, 14)
  assertAlike(store, some)
  reword(store, records[3] as MemoryRecord, `${some.slice(0, 6).join(' ')} and much more than before`)
  assertAlike(store, some)
  put(store, manyDrafts(151)[150] as Parameters<typeof put>[1])
  assertAlike(store, some)
  store.revert(store.lastSeq(), person, 'test')
  assertAlike(store, some)
  store.purge([records[5]?.id ?? ''], person, 'test')
  assertAlike(store, some)
  store.rebuild()
  assertAlike(store, some)
  store.db.close()
})

test('sees what another program wrote, and what this transaction has still pending', () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-words-'))
  const [one, other] = [memoryIn(folder), memoryIn(folder)]
  const records = fill(one, 60)
  const some = [...new Set(codeTokens(records[9]?.text ?? ''))].slice(0, 5)
  assertAlike(one, some)
  reword(other, records[2] as MemoryRecord, `${some.join(' ')} ${some.join(' ')}`)
  assertAlike(one, some)
  one.db.exec('begin immediate')
  one.db
    .prepare('insert into item_fts (rowid, cue, body, entities, prose) values (?, ?, ?, ?, ?)')
    .run(1_000, '', some.join(' '), '', '')
  assert.doesNotThrow(() => one.byWords(some, everything, 10))
  one.db.exec('rollback')
  assertAlike(one, some)
  for (const store of [one, other]) store.db.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a word that is several to the index is found as a phrase', () => {
  const store = memoryIn()
  const records = fill(store, 20)
  reword(store, records[0] as MemoryRecord, 'alpha beta gamma')
  reword(store, records[1] as MemoryRecord, 'beta alpha gamma')
  assert.deepEqual(
    store.byWords(['alpha-beta'], everything, 5).map(({ id }) => id),
    [records[0]?.id],
  )
  assert.deepEqual(store.byWords(['"', 'rhinoceros'], everything, 5), [])
  store.db.close()
})
