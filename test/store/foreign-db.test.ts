/** Databases of other programs are read as they stand, log and all, and nobody can tell afterwards. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { type ForeignDatabase, prefixRange, readForeign } from '../../src/memory/store/foreign-db.ts'

const root = mkdtempSync(join(tmpdir(), 'casebook-foreign-test-'))
after(() => rmSync(root, { recursive: true, force: true }))

function folder(name: string): string {
  const path = join(root, name)
  mkdirSync(path)
  return path
}

/** Another program with the database open: it writes at the start, then on each line that it gets. */
const program = `
  const { DatabaseSync } = require('node:sqlite')
  const [file, journal] = process.argv.slice(1)
  const db = new DatabaseSync(file)
  db.exec('pragma journal_mode = ' + journal + '; pragma wal_autocheckpoint = 0')
  db.exec('create table kv (key text unique on conflict replace, value blob)')
  db.exec("insert into kv values ('a:1', 'old')")
  db.exec('pragma wal_checkpoint(truncate)')
  console.log('ready')
  let rest = ''
  process.stdin.on('data', (data) => {
    const lines = (rest + data).split('\\n')
    rest = lines.pop()
    for (const sql of lines) console.log(JSON.stringify(db.prepare(sql).all()))
  })
`

class Program {
  readonly #child: ChildProcess
  #said: string[] = []
  #waiting: (() => void) | undefined

  constructor(file: string, journal: 'wal' | 'delete') {
    this.#child = spawn(process.execPath, ['-e', program, file, journal], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout?.on('data', (data) => {
      this.#said.push(...String(data).trim().split('\n'))
      this.#waiting?.()
    })
  }

  async heard(): Promise<string> {
    while (this.#said.length === 0)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    return this.#said.shift() as string
  }

  async run(sql: string): Promise<string> {
    this.#child.stdin?.write(`${sql}\n`)
    return await this.heard()
  }

  /** As in a crash: nothing is tidied up. */
  async crash(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await gone
  }
}

async function running(file: string, journal: 'wal' | 'delete'): Promise<Program> {
  const other = new Program(file, journal)
  assert.equal(await other.heard(), 'ready')
  return other
}

/** Names, sizes, times and bytes of a folder, with its own time. */
function stateOf(path: string): string[] {
  const files = readdirSync(path)
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(path, name))
      const hash = createHash('sha256')
        .update(readFileSync(join(path, name)))
        .digest('hex')
      return `${name} ${size} ${mtimeMs} ${hash}`
    })
  return [String(statSync(path).mtimeMs), ...files]
}

const allKeys = (db: ForeignDatabase) => db.all('select key from kv order by key').map(({ key }) => key)

async function keysUntouched(path: string): Promise<unknown> {
  const before = stateOf(path)
  const result = await readForeign(join(path, 'x.db'), allKeys)
  assert.deepEqual(stateOf(path), before, 'the folder was changed')
  assert.ok(result.ok, result.ok ? '' : result.reason)
  return result.value
}

test('a log that is open in another process is read, and nothing is written, created or checkpointed', async () => {
  const path = folder('open')
  const other = await running(join(path, 'x.db'), 'wal')
  await other.run("insert into kv values ('a:2', 'in the log')")
  assert.deepEqual(readdirSync(path).sort(), ['x.db', 'x.db-shm', 'x.db-wal'])
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2'])
  // The owner goes on: it writes, its checkpoint is complete, and what follows is seen.
  await other.run("insert into kv values ('a:3', 'later')")
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2', 'a:3'])
  assert.deepEqual(JSON.parse(await other.run('pragma wal_checkpoint(truncate)')), [
    { busy: 0, log: 0, checkpointed: 0 },
  ])
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2', 'a:3'], 'an empty log')
  await other.crash()
})

test('a log whose program crashed is read and left as it is', async () => {
  const path = folder('crashed')
  const other = await running(join(path, 'x.db'), 'wal')
  await other.run("insert into kv values ('a:2', 'in the log')")
  await other.crash()
  assert.ok(statSync(join(path, 'x.db-wal')).size > 0)
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2'])
  writeFileSync(join(path, 'x.db-shm'), 'no index of a log')
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2'], 'a broken index does not matter')
  const log = readFileSync(join(path, 'x.db-wal'))
  log.writeUInt32BE(0, 8)
  writeFileSync(join(path, 'x.db-wal'), log)
  const started = performance.now()
  assert.deepEqual(await keysUntouched(path), ['a:1'], 'a log with a broken header holds nothing')
  assert.ok(performance.now() - started < 5_000, 'and is not waited for')
})

test('the log of a database that lost its content stays', async () => {
  const path = folder('lost')
  const other = await running(join(path, 'x.db'), 'wal')
  await other.run("insert into kv values ('a:2', 'in the log')")
  await other.crash()
  writeFileSync(join(path, 'x.db'), '')
  const before = stateOf(path)
  const result = await readForeign(join(path, 'x.db'), allKeys)
  assert.match(result.ok ? '' : result.reason, /another layout/)
  assert.deepEqual(stateOf(path), before)
})

test('a log without its index is read from a private copy, which is gone afterwards', async () => {
  const [from, path] = [folder('indexed'), folder('bare')]
  const other = await running(join(from, 'x.db'), 'wal')
  await other.run("insert into kv values ('a:2', 'in the log')")
  for (const name of ['x.db', 'x.db-wal']) copyFileSync(join(from, name), join(path, name))
  await other.crash()
  const copies = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('casebook-foreign-') && !root.endsWith(name))
  const before = copies()
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2'])
  assert.deepEqual(copies(), before)
  const large = await readForeign(join(path, 'x.db'), allKeys, { largestCopy: 1_000 })
  assert.match(large.ok ? '' : large.reason, /too large to copy/)
})

test('a transaction that another process is in the middle of is not seen and not waited for', async () => {
  const path = folder('journal')
  const other = await running(join(path, 'x.db'), 'delete')
  await other.run('begin exclusive')
  assert.deepEqual(await keysUntouched(path), ['a:1'], 'it holds a lock')
  await other.run("insert into kv values ('a:2', 'not yet')")
  assert.deepEqual(await keysUntouched(path), ['a:1'], 'it has written')
  await other.run('commit')
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2'])
  await other.run('pragma cache_size = 1')
  await other.run('begin')
  await other.run(
    "insert into kv with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select 'b:' || i, randomblob(900) from n",
  )
  await other.crash()
  assert.ok(existsSync(join(path, 'x.db-journal')))
  assert.deepEqual(await keysUntouched(path), ['a:1', 'a:2'], 'what a crash left is taken back in a copy')
})

test('what is written while it is read is read again', async () => {
  const path = folder('busy')
  const own = new DatabaseSync(join(path, 'x.db'))
  own.exec("create table kv (key text, value blob); insert into kv values ('a:0', '')")
  let runs = 0
  const writing = (db: ForeignDatabase) => {
    const keys = allKeys(db)
    if (++runs <= 2) own.exec(`insert into kv values ('a:${runs}', '')`)
    return keys
  }
  const result = await readForeign(join(path, 'x.db'), writing)
  assert.deepEqual(result, { ok: true, value: ['a:0', 'a:1', 'a:2'] })
  assert.equal(runs, 3)
  const always = await readForeign(join(path, 'x.db'), () => own.exec("insert into kv values ('a:9', '')"))
  assert.deepEqual(always, { ok: false, reason: 'it is being written' })
  own.close()
})

/** All rows get the same value in each transaction, so more than one value would be half of one. */
const restless = `
  const { DatabaseSync } = require('node:sqlite')
  const [file, journal] = process.argv.slice(1)
  const db = new DatabaseSync(file)
  db.exec('pragma busy_timeout = 0; pragma journal_mode = ' + journal + '; pragma wal_autocheckpoint = 20')
  db.exec('create table kv (key text, value text)')
  for (let n = 0; n < 200; n++) db.exec("insert into kv values ('k" + n + "', '')")
  const update = db.prepare('update kv set value = ?')
  const counts = { done: 0, held: 0 }
  process.on('message', () => process.send(counts, () => process.exit(0)))
  const step = (n) => {
    try {
      update.run(String(n) + 'x'.repeat((n % 40) * 20))
      counts.done++
    } catch { counts.held++ }
    setTimeout(step, 15, n + 1)
  }
  process.send('ready')
  step(0)
`

for (const journal of ['wal', 'delete']) {
  test(`a program that never rests (${journal}) is never held up and never half read`, async () => {
    const file = join(folder(`restless-${journal}`), 'x.db')
    const child = spawn(process.execPath, ['-e', restless, file, journal], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await once(child, 'message')
    // A busy machine is given longer: what counts is how often, not how fast.
    const begin = performance.now()
    let read = 0
    while (performance.now() < begin + (read > 5 ? 700 : 15_000)) {
      const result = await readForeign(file, (db) =>
        db.all('select count(*) as n, count(distinct value) as v from kv'),
      )
      if (result.ok) {
        assert.deepEqual({ ...result.value[0] }, { n: 200, v: 1 })
        read++
      } else assert.match(result.reason, /being written|holds the database/)
    }
    child.send('stop')
    const [counts] = (await once(child, 'message')) as [{ done: number; held: number }]
    assert.equal(counts.held, 0)
    assert.ok(counts.done > 5 && read > 5, `${counts.done} written, ${read} read`)
  })
}

test('what cannot be read is a reason, not an error', async () => {
  const path = folder('reasons')
  const reasonOf = async (name: string, work: (db: ForeignDatabase) => unknown = allKeys) => {
    const result = await readForeign(join(path, name), work)
    return result.ok ? 'read' : result.reason
  }
  assert.match(await reasonOf('none.db'), /is gone/)
  assert.match(await reasonOf('.'), /is gone/)
  writeFileSync(join(path, 'text.db'), 'no database at all, but long enough to be looked at'.repeat(40))
  assert.match(await reasonOf('text.db'), /damaged/)
  writeFileSync(join(path, 'empty.db'), '')
  assert.match(await reasonOf('empty.db'), /another layout: no such table/)
  const own = new DatabaseSync(join(path, 'x.db'))
  own.exec("create table kv (key text, value blob); insert into kv values ('a:1', '')")
  own.close()
  assert.match(
    await reasonOf('x.db', (db) => db.all("insert into kv values ('b', '')")),
    /readonly|read-only/,
  )
  assert.match(await reasonOf('x.db', (db) => db.all("attach 'y.db' as y")), /./)
  assert.ok(!existsSync(join(path, 'y.db')) && !existsSync('y.db'))
  writeFileSync(join(path, 'half.db'), readFileSync(join(path, 'x.db')).subarray(0, 5_000))
  assert.match(await reasonOf('half.db'), /damaged/)
  await assert.rejects(readForeign(join(path, 'x.db'), allKeys, { signal: AbortSignal.abort() }), {
    name: 'AbortError',
  })
  await assert.rejects(
    readForeign(join(path, 'x.db'), () => {
      throw new TypeError('a fault of our own')
    }),
    TypeError,
  )
})

test('names with signs of addresses, links and read-only files are opened', async () => {
  const path = folder('50% ?of #all')
  const own = new DatabaseSync(join(path, 'x.db'))
  own.exec(
    "pragma journal_mode = wal; create table kv (key text, value blob); insert into kv values ('a:1', '')",
  )
  const links = folder('links')
  symlinkSync(join(path, 'x.db'), join(links, 'x.db'))
  assert.deepEqual(await keysUntouched(links), ['a:1'], 'the log lies beside the real file')
  own.close()
  utimesSync(join(path, 'x.db'), 1_700_000_000, 1_700_000_000)
  assert.deepEqual(await keysUntouched(path), ['a:1'])
})

test('columns tell the layout, also that there is no such table', async () => {
  const path = folder('columns')
  const own = new DatabaseSync(join(path, 'x.db'))
  own.exec('create table session (id text, directory text)')
  own.close()
  const result = await readForeign(join(path, 'x.db'), (db) => [
    ...db.columns('session'),
    db.columns('none').size,
  ])
  assert.deepEqual(result, { ok: true, value: ['id', 'directory', 0] })
})

test('a range of keys is exactly those with the prefix, found through the index', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('create table kv (key text unique, value blob)')
  const insert = db.prepare('insert or ignore into kv values (?, null)')
  const select = 'select key from kv where key >= ? and key < ?'
  const law = fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.string(), (keys, start) => {
    const prefix = `${start}:`
    db.exec('delete from kv')
    const all = new Set(
      [...keys, ...keys.map((key) => prefix + key), prefix].map((key) => key.replaceAll('\0', '')),
    )
    for (const key of all) insert.run(key)
    const found = db.prepare(select).all(...prefixRange(prefix))
    const wanted = [...all].filter((key) => key.startsWith(prefix))
    assert.deepEqual(new Set(found.map(({ key }) => key)), new Set(wanted))
  })
  fc.assert(law)
  const plan = db.prepare(`explain query plan ${select}`).all(...prefixRange('a:'))
  assert.match(String(plan[0]?.detail), /SEARCH kv USING COVERING INDEX/)
})
