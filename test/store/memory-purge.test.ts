import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { backUp } from '../../src/memory/store/backups.ts'
import { chainHash, wholeLog } from '../../src/memory/store/events.ts'
import { putVectors, registerEmbedder } from '../../src/memory/store/vectors.ts'
import { episodeDraft, everything, factDraft, memoryIn, person, put } from './memory-fixtures.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebook-purge-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Files below the store folder whose bytes contain the word. */
function filesWith(word: string): string[] {
  const files = globSync('**/*', { cwd: folder }).filter((name) => statSync(join(folder, name)).isFile())
  return files.filter((name) => readFileSync(join(folder, name)).includes(word))
}

const set = (id: string, before: string, after: string) => ({
  type: 'REVISED' as const,
  actor: person,
  reason: `no longer ${before}`,
  payload: { was: before },
  changes: [{ op: 'set' as const, id, fields: { text: { before, after } } }],
})

describe('purging', () => {
  it('takes the contents out of every byte of every file, and leaves a tombstone', () => {
    const store = memoryIn(folder)
    for (let count = 0; count < 300; count++)
      put(store, factDraft(`common words about thing number ${count}`))
    const { id } = put(store, factDraft('the password is zebrasecret99 in staging'))
    const episode = put(
      store,
      episodeDraft('zebrasecret99 leaks into the log', { signatures: ['E_zebrasecret99'] }),
    )
    const sha = store.putArtifact('log', 'text/plain', 'zebrasecret99')
    const shared = store.putArtifact('log', 'text/plain', 'kept evidence')
    store.append([set(id, 'the password is zebrasecret99 in staging', 'it was zebrasecret99 once')])
    store.append([
      {
        type: 'PROPOSED',
        actor: person,
        reason: 'merge',
        payload: { itemId: id, text: 'it was zebrasecret99 once' },
        changes: [],
      },
      { type: 'RETRIEVED', actor: person, reason: 'seen', changes: [{ op: 'count', id, add: { shown: 1 } }] },
    ])
    const cites = put(
      store,
      episodeDraft('cites evidence', {
        outcome: {
          verdict: 'failed',
          source: 'tests',
          command: null,
          exitCode: 1,
          log: shared,
          evidence: [],
        },
      }),
    )
    const gone = put(
      store,
      episodeDraft('named by nobody else', {
        outcome: { verdict: 'failed', source: 'tests', command: null, exitCode: 1, log: sha, evidence: [] },
      }),
    )
    const other = memoryIn(folder)
    backUp(store.db, folder, true)
    writeFileSync(join(folder, 'memory.db.damaged-1'), 'zebrasecret99')
    assert.ok(filesWith('zebrasecret99').length >= 2)
    const [event] = store.purge([id, episode.id, gone.id], person, 'a secret')
    assert.deepEqual(filesWith('zebrasecret99'), [])
    assert.deepEqual(
      filesWith('brasecret99'),
      [],
      'not even the rest of a word that the text index shortened',
    )
    assert.equal(event?.type, 'PURGED')
    assert.equal(store.artifact(sha), null)
    assert.equal(store.artifact(shared)?.content, 'kept evidence')
    assert.equal(store.get(id), null)
    assert.equal(store.asOf(id, 310), null)
    assert.equal(other.get(id), null)
    assert.equal(store.byWords(['zebrasecret99'], everything, 5).length, 0)
    assert.equal(store.list({ limit: 500 }).length, 301)
    assert.ok(store.get(cites.id))
    assert.deepEqual(store.verify(), [])
    assert.equal(globSync('backups/*', { cwd: folder }).length, 1)
    store.rebuild()
    assert.deepEqual(store.verify(), [])
  })

  it('keeps no quotes in reasons and payloads, not even in those of purges', () => {
    const store = memoryIn(folder)
    const one = put(store, factDraft('gone first of all'))
    const two = put(store, factDraft('the narwhalword is here'))
    store.purge([one.id], person, 'not: the narwhalword is here')
    const payload = { query: ['the narwhalword is here'] }
    store.append([{ type: 'SHOWN', actor: person, reason: 'the narwhalword is here', payload, changes: [] }])
    store.append([
      { type: 'SHOWN', actor: person, reason: 'unrelated', payload: { query: ['kept'] }, changes: [] },
    ])
    store.purge([two.id], person, 'since the narwhalword is here')
    assert.deepEqual([store.event(4)?.reason, store.event(5)?.payload], ['Purged.', { query: ['kept'] }])
    assert.deepEqual(store.verify(), [])
    store.db.close()
    assert.deepEqual(filesWith('narwhalword'), [])
  })

  it('leaves links of other records as they are, without their words', () => {
    const store = memoryIn(folder)
    const { id } = put(store, factDraft('goes away'))
    const link = { type: 'derived_from' as const, to: id, why: 'because of quaggaword', by: 'ada' }
    const linking = put(store, factDraft('stays', { links: [link] }))
    const later = put(store, factDraft('stays too'))
    store.append([
      { type: 'LINKED', actor: person, reason: 'x', changes: [{ op: 'link', id: later.id, link }] },
    ])
    store.purge([id], person, 'private')
    assert.deepEqual(store.get(linking.id)?.links, [{ ...link, why: '' }])
    assert.deepEqual(filesWith('quaggaword'), [])
    assert.deepEqual(store.verify(), [])
    store.revert(4, person, 'not mine')
    store.revert(3, person, 'nor that')
    assert.equal(store.get(later.id), null)
    assert.deepEqual(store.verify(), [])
  })

  it('drops the vectors of what is gone, and makes a graph on disk foreign', () => {
    const store = memoryIn(folder)
    const record = put(store, factDraft('vector text'))
    const generation = registerEmbedder(store.db, { id: 'e', dimensions: 2 })
    const missing = store.withoutVector(generation.id, 10)
    assert.deepEqual(
      missing.map((one) => one.id),
      [record.id],
    )
    const hash = Buffer.from(missing[0]?.hash ?? []).toString('hex')
    putVectors(store.db, generation.id, [{ hash, vector: new Float32Array([1, 0]) }])
    assert.deepEqual(store.withoutVector(generation.id, 10), [])
    store.purge([record.id], person, 'x')
    assert.equal(store.db.prepare('select count(*) as n from vector').get()?.n, 0)
    assert.equal(store.db.prepare("select value from meta where key = 'vectors.epoch'").get(), undefined)
  })

  it('is for ever: no undo, no second birth, no unknown ids, and nothing half done', () => {
    const store = memoryIn(folder)
    const record = put(store, factDraft('goes'))
    const kept = put(store, factDraft('stays'))
    assert.throws(() => store.purge([kept.id, '0'.repeat(26)], person, 'x'), /no memory 0000/)
    assert.ok(store.get(kept.id))
    const [event] = store.purge([record.id], person, 'x')
    assert.throws(() => store.revert(event?.seq ?? 0, person, 'y'), /purged/)
    assert.throws(() => store.revert(1, person, 'y'), /purged/)
    assert.throws(() => store.purge([record.id], person, 'x'), /purged already/)
    const again = {
      type: 'RECORDED' as const,
      actor: person,
      reason: '',
      changes: [{ op: 'create' as const, id: record.id, record }],
    }
    assert.throws(() => store.append([again]), /purged in event 3/)
  })

  it('ends at the next opening when the program ended in between', () => {
    const store = memoryIn(folder)
    const { id } = put(store, factDraft('left over walruswords'))
    backUp(store.db, folder, true)
    const reader = new DatabaseSync(join(folder, 'memory.db'))
    reader.exec('begin; select count(*) from event')
    reader.prepare('select * from event').get()
    store.db.exec('pragma busy_timeout = 50')
    store.purge([id], person, 'x')
    assert.notDeepEqual(filesWith('walruswords'), [])
    reader.close()
    store.db.close()
    memoryIn(folder).db.close()
    assert.deepEqual(filesWith('walruswords'), [])
  })
})

describe('verifying', () => {
  it('accepts the log after two purges', () => {
    const store = memoryIn()
    const ids = [0, 1, 2, 3].map((n) => put(store, factDraft(`number ${n} of them`)).id)
    store.purge([ids[2] ?? ''], person, 'x')
    store.purge([ids[0] ?? ''], person, 'y')
    assert.deepEqual(store.verify(), [])
  })

  it('finds a changed event, a missing one, and a fold that is another', () => {
    const store = memoryIn()
    for (let n = 0; n < 3; n++) put(store, factDraft(`number ${n} of them`))
    store.db.exec("update event set reason = 'another' where seq = 2")
    assert.match(store.verify().join(' '), /Event 2 does not fit/)
    store.db.exec("update event set reason = 'because' where seq = 2; delete from event where seq = 2")
    assert.match(store.verify().join(' '), /Events 2 to 2 are missing/)
    const second = memoryIn()
    put(second, factDraft('as it was'))
    for (const sql of [
      "update item set status = 'archived'",
      'update item_use set shown = 7',
      "insert into item_key select 'path', 'x.ts', rowid from item",
      "insert into item_fts (item_fts) values ('delete-all')",
      'delete from item',
    ]) {
      second.db.exec(sql)
      assert.match(second.verify().join(' '), /differ from the log/, sql)
      second.rebuild()
      assert.deepEqual(second.verify(), [])
    }
  })

  it('finds a log that was rewritten by hand, hashes and all, where a purge tells what it was', () => {
    const store = memoryIn()
    const kept = put(store, factDraft('kept for long'))
    const { id } = put(store, factDraft('goes away'))
    store.purge([id], person, 'x')
    forge(store.db, kept.id)
    assert.match(store.verify().join(' '), /not what its purge left/)
  })

  it('finds a tombstone that no purge explains', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('gone by hand'))
    const stone = JSON.stringify([{ id, kind: 'fact', op: 'purged', reason: 'x' }])
    store.db.prepare('update event set changes = ?').run(stone)
    rehash(store.db)
    store.rebuild()
    assert.match(store.verify().join(' '), /lost the memory .* without a purge/)
  })
})

function forge(db: DatabaseSync, id: string): void {
  db.prepare(
    "update event set changes = replace(changes, 'kept for long', 'never so said') where seq = 1",
  ).run()
  db.prepare(
    "update item_record set record = replace(record, 'kept for long', 'never so said') where item = (select rowid from item where id = ?)",
  ).run(id)
  rehash(db)
}

function rehash(db: DatabaseSync): void {
  let last = '0'.repeat(64)
  for (const { hash, ...event } of wholeLog(db)) {
    last = chainHash(last, event)
    db.prepare('update event set hash = ? where seq = ?').run(Buffer.from(last, 'hex'), event.seq)
  }
}
