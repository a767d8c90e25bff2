import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { backUp } from '../../src/memory/store/backups.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { factDraft, memoryIn, put } from './memory-fixtures.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebook-opening-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'memory.db')

/** A store with a backup, closed; then bytes of a page in the middle are overwritten. */
function damagedStore(): string {
  const store = memoryIn(folder)
  for (let n = 0; n < 200; n++) put(store, factDraft(`words about number ${n} `.repeat(5)))
  const { id } = put(store, factDraft('precious'))
  backUp(store.db, folder, true)
  store.db.close()
  const size = readFileSync(file()).length
  const handle = openSync(file(), 'r+')
  for (let at = 40 * 4096; at < size; at += 3 * 4096) writeSync(handle, Buffer.alloc(600, 0xee), 0, 600, at)
  closeSync(handle)
  return id
}

/** Makes the file look as if it had been checked at a time, by a process. */
function mark(at: number, pid: number): void {
  const { db } = openMemory(folder)
  db.prepare("update meta set value = ? where key = 'checked'").run(JSON.stringify({ at, pid }))
  db.close()
}

describe('opening a memory', () => {
  it('finds damage within a day and restores the newest backup', () => {
    const id = damagedStore()
    mark(Date.now() - 25 * 3_600_000, process.pid)
    const opened = openMemory(folder)
    assert.match(opened.message ?? '', /backup of .* was restored/)
    assert.ok(opened.db.prepare('select 1 from item where id = ?').get(id))
    opened.db.close()
  })

  it('does not read a whole file that was closed well today', () => {
    damagedStore()
    const opened = openMemory(folder)
    assert.equal(opened.message, null)
    opened.db.close()
  })

  it('checks after a program that was killed', () => {
    const { db } = openMemory(folder)
    const before = String(db.prepare("select value from meta where key = 'checked'").get()?.value)
    db.close()
    const child = `
      const { openMemory } = await import(${JSON.stringify(new URL('../../src/memory/store/memory-db.ts', import.meta.url).href)})
      const { db } = openMemory(${JSON.stringify(folder)})
      db.prepare("insert into meta values ('checked', ?) on conflict do update set value = excluded.value")
        .run(JSON.stringify({ at: ${JSON.parse(before).at}, pid: process.pid }))
      process.kill(process.pid, 'SIGKILL')`
    spawnSync(process.execPath, ['--input-type=module', '-e', child])
    const opened = openMemory(folder)
    const after = JSON.parse(
      String(opened.db.prepare("select value from meta where key = 'checked'").get()?.value),
    )
    assert.equal(after.pid, process.pid)
    opened.db.close()
  })

  it('says what to do about a store of a version in between, and changes nothing', () => {
    const { db } = openMemory(folder)
    db.exec('drop table item_record; drop table rejection')
    db.close()
    const before = readFileSync(file())
    assert.throws(() => openMemory(folder), {
      name: 'UserError',
      message: /written by a development version of Casebook: it has no item_record, rejection/,
      remedy: /Move .*memory\.db .*nothing was changed/i,
    })
    assert.deepEqual(readFileSync(file()), before)
  })
})
