import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import type { LedgerEntry } from '../../src/llm/ledger.ts'
import { ledgerFolder, openLedger } from '../../src/llm/ledger-file.ts'

const noon = (year: number, month: number, day: number) => new Date(year, month - 1, day, 12).getTime()

function entry(at: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    at,
    purpose: 'work',
    model: 'tiny@localhost',
    remote: false,
    background: false,
    inputTokens: 10,
    outputTokens: 5,
    estimated: false,
    dollars: null,
    outcome: 'answered',
    milliseconds: 20,
    root: '/shop',
    ...more,
  }
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'calls')
}

test('is empty before the first call, and makes nothing', async (t) => {
  const folder = folderOf(t)
  const ledger = openLedger(folder)
  assert.deepEqual(await ledger.entries(), [])
  assert.equal((await ledger.day()).calls, 0)
  assert.throws(() => readdirSync(folder))
})

test('sums a day of the person, and tells unknown prices from none', async (t) => {
  const ledger = openLedger(folderOf(t))
  const day = noon(2026, 11, 22)
  await ledger.add(entry(day))
  await ledger.add(entry(day + 1, { dollars: 0.25, background: true }))
  await ledger.add(entry(day + 2, { dollars: 0.5 }))
  await ledger.add(entry(noon(2026, 11, 21), { dollars: 9 }))
  await ledger.add(entry(noon(2026, 11, 23), { dollars: 9 }))
  assert.deepEqual(await ledger.day(day), {
    calls: 3,
    inputTokens: 30,
    outputTokens: 15,
    dollars: 0.75,
    backgroundTokens: 15,
  })
  await ledger.add(entry(noon(2026, 12, 1)))
  assert.equal((await ledger.day(noon(2026, 12, 1))).dollars, null)
})

test('does not count embeddings as work in the background', async (t) => {
  const ledger = openLedger(folderOf(t))
  await ledger.add(entry(1, { purpose: 'embed', background: true, inputTokens: 1e6 }))
  const day = await ledger.day(1)
  assert.equal(day.inputTokens, 1e6)
  assert.equal(day.backgroundTokens, 0)
})

test('gives the newest first over the months, as many as wanted, since when wanted', async (t) => {
  const ledger = openLedger(folderOf(t))
  const times = [noon(2025, 12, 31), noon(2026, 1, 2), noon(2026, 2, 3), noon(2026, 2, 4)]
  for (const at of [2, 0, 3, 1]) await ledger.add(entry(times[at] ?? 0))
  const found = async (options = {}) => (await ledger.entries(options)).map(({ at }) => times.indexOf(at))
  assert.deepEqual(await found(), [3, 2, 1, 0])
  assert.deepEqual(await found({ limit: 3 }), [3, 2, 1])
  assert.deepEqual(await found({ since: times[1] }), [3, 2, 1])
  assert.deepEqual(await found({ since: times[1], limit: 1 }), [3])
})

test('reads no other month for the sum of a day', async (t) => {
  const folder = folderOf(t)
  const ledger = openLedger(folder)
  await ledger.add(entry(noon(2026, 10, 5)))
  await ledger.add(entry(noon(2026, 11, 5)))
  const [old] = readdirSync(folder).sort()
  writeFileSync(join(folder, old ?? ''), 'not a line\n')
  await ledger.day(noon(2026, 11, 5))
  assert.equal(ledger.unreadable(), 0)
  assert.equal((await ledger.entries()).length, 1)
  assert.equal(ledger.unreadable(), 1)
})

test('skips what it cannot read, and counts it', async (t) => {
  const folder = folderOf(t)
  const ledger = openLedger(folder)
  await ledger.add(entry(noon(2026, 11, 5)))
  const file = join(folder, readdirSync(folder)[0] ?? '')
  appendFileSync(file, `{"at": 1, "purp\n\n[]\n${JSON.stringify({ ...entry(1), outcome: 'odd' })}\n`)
  await ledger.add(entry(noon(2026, 11, 6)))
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  assert.equal((await ledger.entries()).length, 2)
  assert.equal(ledger.unreadable(), 3)
})

test('is for the eyes of the person alone, and refuses what is no entry', async (t) => {
  const folder = folderOf(t)
  const ledger = openLedger(folder)
  await ledger.add(entry(noon(2026, 11, 5)))
  const [name = ''] = readdirSync(folder)
  if (process.platform !== 'win32') {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
  }
  await assert.rejects(ledger.add(entry(1, { inputTokens: Number.NaN })))
  assert.equal(readFileSync(join(folder, name), 'utf8').split('\n').length, 2)
})

test('keeps every line of several processes that write at once', async (t) => {
  const folder = folderOf(t)
  const program = `
    import { openLedger } from ${JSON.stringify(new URL('../../src/llm/ledger-file.ts', import.meta.url).href)}
    const ledger = openLedger(${JSON.stringify(folder)})
    const entry = ${JSON.stringify(entry(noon(2026, 11, 5)))}
    await Promise.all(Array.from({ length: 200 }, (_, at) => ledger.add({ ...entry, inputTokens: at })))`
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  await Promise.all([run(), run(), run()])
  const ledger = openLedger(folder)
  assert.equal((await ledger.day(noon(2026, 11, 5))).inputTokens, 3 * ((199 * 200) / 2))
  assert.equal(ledger.unreadable(), 0)
})

test('lies where the person says', () => {
  assert.equal(ledgerFolder({ CASEBOOK_DATA_FOLDER: '/mine' }), join('/mine', 'model-calls'))
  if (process.platform === 'linux') {
    assert.equal(ledgerFolder({ XDG_DATA_HOME: '/data' }), '/data/casebook/model-calls')
  }
})
