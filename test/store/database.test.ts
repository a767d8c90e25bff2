import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { UserError } from '../../src/memory/ports.ts'
import { backUp, backups } from '../../src/memory/store/backups.ts'
import { DatabaseDamaged, openDatabase, transaction, userVersion } from '../../src/memory/store/database.ts'
import { openIndex } from '../../src/memory/store/index-db.ts'
import { acquireLease } from '../../src/memory/store/lease.ts'
import { placeStore } from '../../src/memory/store/location.ts'
import { faultsOf, openMemory } from '../../src/memory/store/memory-db.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebook-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const oneTable = ['create table note (text text) strict']

describe('a database', () => {
  it('opens in WAL mode with the newest schema', () => {
    const { db, journal, created } = openDatabase(join(folder, 'a.db'), oneTable)
    assert.deepEqual([journal, created, userVersion(db)], ['wal', true, 1])
    db.close()
  })

  it('applies only the migrations that are missing', () => {
    const file = join(folder, 'a.db')
    const first = openDatabase(file, oneTable).db
    first.exec("insert into note values ('kept')")
    first.close()
    const { db } = openDatabase(file, [...oneTable, 'alter table note add column at integer'])
    assert.deepEqual({ ...db.prepare('select text, at from note').get() }, { text: 'kept', at: null })
    db.close()
  })

  it('refuses a store of a newer version and leaves it as it is', () => {
    const file = join(folder, 'a.db')
    openDatabase(file, [...oneTable, 'create table later (x text)']).db.close()
    assert.throws(
      () => openDatabase(file, oneTable),
      (error) => error instanceof UserError && /newer Casebook/.test(error.message),
    )
    const { db } = openDatabase(file, [...oneTable, ''])
    assert.equal(userVersion(db), 2)
    db.close()
  })

  it('keeps nothing of a transaction that throws', () => {
    const { db } = openDatabase(':memory:', oneTable)
    assert.throws(() =>
      transaction(db, () => {
        db.exec("insert into note values ('lost')")
        throw new Error('stop')
      }),
    )
    assert.equal(db.prepare('select count(*) as n from note').get()?.n, 0)
    db.close()
  })

  it('tells a damaged file apart from every other failure', () => {
    const file = join(folder, 'a.db')
    writeFileSync(
      file,
      'this is no database, only text that is long enough to be read as a header '.repeat(20),
    )
    assert.throws(() => openDatabase(file, oneTable), DatabaseDamaged)
  })

  it('says what to do where the folder cannot be written', () => {
    assert.throws(
      () => openDatabase(join(folder, 'missing', 'a.db'), oneTable),
      (error) => error instanceof UserError && error.remedy !== '',
    )
  })
})

describe('the index', () => {
  it('is set aside when damaged, and begun anew with the reason', () => {
    writeFileSync(join(folder, 'index.db'), Buffer.alloc(8192, 7))
    const opened = openIndex(folder)
    assert.match(opened.rebuildReason ?? '', /damaged/)
    assert.equal(opened.created, true)
    assert.ok(readdirSync(folder).includes('index.db.damaged'))
    opened.db.close()
  })

  it('lives in memory where nothing can be written', () => {
    const opened = openIndex(null)
    assert.equal(opened.journal, 'memory')
    opened.db.close()
  })
})

describe('the memory', () => {
  const remember = (value: string) => {
    const { db } = openMemory(folder)
    db.prepare("insert into meta values ('k', ?) on conflict (key) do update set value = excluded.value").run(
      value,
    )
    return db
  }

  it('comes back from its newest good backup when damaged, and keeps the damaged file', () => {
    const db = remember('precious')
    backUp(db, folder, true)
    db.close()
    for (const name of ['memory.db-wal', 'memory.db-shm']) rmSync(join(folder, name), { force: true })
    writeFileSync(join(folder, 'memory.db'), Buffer.alloc(20_000, 1))
    const opened = openMemory(folder)
    assert.equal(opened.db.prepare("select value from meta where key = 'k'").get()?.value, 'precious')
    assert.match(opened.message ?? '', /backup of .* was restored/)
    assert.ok(readdirSync(folder).some((name) => name.startsWith('memory.db.damaged-')))
    opened.db.close()
  })

  it('passes over a damaged backup', () => {
    const db = remember('older')
    backUp(db, folder, true)
    db.close()
    writeFileSync(join(folder, 'backups', 'memory-9999.db'), Buffer.alloc(9_000, 3))
    writeFileSync(join(folder, 'memory.db'), Buffer.alloc(20_000, 1))
    const opened = openMemory(folder)
    assert.equal(opened.db.prepare("select value from meta where key = 'k'").get()?.value, 'older')
    opened.db.close()
  })

  it('counts as damaged only when it is: any other failure of the check is thrown', () => {
    const db = remember('precious')
    assert.deepEqual(faultsOf(db), [])
    db.close()
    assert.throws(() => faultsOf(db), /not open/)
  })

  it('begins anew without a backup, says so, and deletes nothing', () => {
    writeFileSync(join(folder, 'memory.db'), Buffer.alloc(20_000, 1))
    const opened = openMemory(folder)
    assert.match(opened.message ?? '', /no good backup/)
    assert.ok(readdirSync(folder).some((name) => name.startsWith('memory.db.damaged-')))
    opened.db.close()
  })

  it('keeps the newest five backups and makes one a day', async () => {
    const db = remember('x')
    for (let round = 0; round < 7; round++) {
      backUp(db, folder, true)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.equal(backups(folder).length, 5)
    assert.equal(backUp(db, folder), null)
    db.close()
  })
})

describe('the lease', () => {
  it('is held by one owner at a time and tells the others who', async () => {
    const { db } = openIndex(folder)
    const other = openIndex(folder).db
    const first = await acquireLease(db, 'index', () => assert.fail('free'))
    let holder = ''
    const second = acquireLease(other, 'index', (who) => {
      holder = who
      first.release()
    })
    ;(await second).release()
    assert.match(holder, new RegExp(`process ${process.pid} `))
    db.close()
    other.close()
  })

  it('passes on from an owner that died', async () => {
    const { db } = openIndex(folder)
    const { hostname } = await import('node:os')
    db.prepare('insert into lease values (?, ?, ?, ?, ?)').run(
      'index',
      'gone',
      2 ** 22 + 1,
      hostname(),
      Date.now() + 60_000,
    )
    const lease = await acquireLease(db, 'index', () => assert.fail('the dead hold nothing'))
    lease.release()
    db.close()
  })

  it('can be given up while waiting', async () => {
    const { db } = openIndex(folder)
    const lease = await acquireLease(db, 'index', () => undefined)
    const stop = new AbortController()
    const waiting = acquireLease(db, 'index', () => stop.abort(), stop.signal)
    await assert.rejects(waiting, { name: 'AbortError' })
    lease.release()
    db.close()
  })
})

describe('the place of the store', () => {
  const question = { root: '', commonDir: null, setting: 'repository' as const, identity: async () => 'abc' }

  it('is in the git common directory, which worktrees share', async () => {
    const place = await placeStore({ ...question, root: folder, commonDir: folder })
    assert.equal(place.folder, join(folder, 'casebook'))
  })

  it('is .casebook with its own ignore file where there is no git', async () => {
    const place = await placeStore({ ...question, root: folder })
    assert.equal(place.folder, join(folder, '.casebook'))
    assert.ok(readdirSync(join(folder, '.casebook')).includes('.gitignore'))
  })

  it('is memory, said plainly, where nothing can be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const place = await placeStore({ ...question, root: join(folder, 'file') })
    assert.equal(place.folder, null)
    assert.match(place.note, /memory only/)
  })
})
