/** Imports as a stream: progress, stops, files that change meanwhile, kills, and notes about sessions. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exportToFile } from '../../src/memory/share/export.ts'
import { type ImportProgress, importMemory } from '../../src/memory/share/import.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import { allPieces, keepImport, noCounts, type PieceRow } from '../../src/memory/store/session-sources.ts'
import { episodeDraft, factDraft, memoryIn, person, put, recorded } from '../store/memory-fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'casebook-stream-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const actor = { type: 'importer', name: 'ada' } as const
const restore = { actor, restore: true }
let files = 0

function path(): string {
  return join(folder, `memory-${files++}.jsonl`)
}

/** More records than are held at once, with evidence that an event names, some of them changed much later. */
function many(count: number): MemoryStore {
  const store = memoryIn()
  const ids: string[] = []
  for (let at = 0; at < count; at += 20) {
    const shas = [store.putArtifact('log', 'text/plain', `what run ${at} printed `.repeat(50))]
    const made = Array.from({ length: 20 }, (_, n) =>
      store.complete(
        n % 2 === 0
          ? episodeDraft(`Issue ${at + n} `.repeat(30), { sessionId: `s-${at}` })
          : factDraft(`Fact ${at + n} of the parser.`),
      ),
    )
    ids.push(...made.map(({ id }) => id))
    const changes = made.flatMap((record) => recorded(record).changes)
    store.append([{ type: 'RECORDED', actor: person, reason: 'many', payload: { shas }, changes }])
  }
  const changes = ids
    .filter((_, at) => at % 7 === 0)
    .map((id) => ({ op: 'count' as const, id, add: { shown: 1 } }))
  store.append([{ type: 'SHOWN', actor: person, reason: 'shown', changes }])
  store.revert(store.lastSeq(), person, 'not so')
  store.append([{ type: 'SHOWN', actor: person, reason: 'shown again', changes: changes.slice(0, 5) }])
  return store
}

function countsOf(store: MemoryStore): unknown[] {
  return ['event', 'item', 'artifact', 'session_piece'].map(
    (table) => store.db.prepare(`select count(*) n from ${table}`).get()?.n,
  )
}

const empty = [0, 0, 0, 0]

test('a log of more records than are held at once comes back as it was, and tells how far it is', async () => {
  const store = many(400)
  const [file, again] = [path(), path()]
  const { bytes, artifacts } = await exportToFile(store, file)
  const fresh = memoryIn()
  const told: ImportProgress[] = []
  const result = await importMemory(fresh, file, { ...restore, onProgress: (one) => told.push(one) })
  assert.deepEqual([result.mode, result.added, result.artifacts], ['restored', 400, artifacts])
  assert.deepEqual(fresh.verify(), [])
  await exportToFile(fresh, again)
  assert.deepEqual(readFileSync(again), readFileSync(file))
  assert.deepEqual([...new Set(told.map(({ phase }) => phase))], ['check', 'write'])
  for (const phase of ['check', 'write'] as const) {
    const done = told.filter((one) => one.phase === phase).map((one) => one.done)
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    )
    assert.ok(done.length > 3 && (done.at(-1) ?? 0) <= bytes)
  }
})

test('is stopped while the file is checked, at any place, and nothing is there of it', async () => {
  const file = path()
  await exportToFile(many(100), file)
  for (const restored of [true, false])
    for (const place of [0, 3, 6]) {
      const stop = new AbortController()
      const store = memoryIn()
      let turns = 0
      const onProgress = () => {
        if (turns++ === place) stop.abort()
      }
      const work = importMemory(store, file, { actor, restore: restored, signal: stop.signal, onProgress })
      await assert.rejects(work, /^UserError: The import was stopped\.$/)
      assert.deepEqual(countsOf(store), empty)
    }
})

test('a file that is changed between checking and writing changes nothing', async () => {
  const good = path()
  await exportToFile(many(60), good)
  const text = readFileSync(good, 'utf8')
  const lines = text.split('\n')
  const changes: [string, (file: string) => void][] = [
    ['a word', (file) => writeFileSync(file, text.replace('Fact 41 of', 'Fact 99 of'))],
    ['an order of keys', (file) => writeFileSync(file, text.replaceAll('"op":"create",', ''))],
    ['cut', (file) => writeFileSync(file, text.slice(0, text.length / 2))],
    ['an event less', (file) => writeFileSync(file, lines.filter((_, at) => at !== 2).join('\n'))],
    [
      'no event',
      (file) => writeFileSync(file, lines.map((line, at) => (at === 2 ? '{"event":[]}' : line)).join('\n')),
    ],
    [
      'no JSON',
      (file) => writeFileSync(file, lines.map((line, at) => (at === 2 ? '{"event":' : line)).join('\n')),
    ],
    ['evidence', (file) => writeFileSync(file, text.replace('what run 20 printed', 'what run 21 printed'))],
  ]
  for (const [name, change] of changes)
    for (const restored of [true, false]) {
      const file = path()
      writeFileSync(file, text)
      const store = memoryIn()
      const onProgress = ({ phase, done }: ImportProgress) => {
        if (phase === 'write' && done === 0) change(file)
      }
      const work = importMemory(store, file, { actor, restore: restored, onProgress })
      await assert.rejects(work, (error: Error) => error.name === 'UserError', name)
      assert.deepEqual(countsOf(store), empty, name)
    }
  const appended = path()
  writeFileSync(appended, text)
  appendFileSync(appended, '{}\n')
  await assert.rejects(importMemory(memoryIn(), appended, restore), /goes on after its end/)
})

test('a file with spaces between its words comes in as the log that it is', async () => {
  const store = many(20)
  const [file, spaced, again] = [path(), path(), path()]
  await exportToFile(store, file)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(0, -1)
  const loose = lines
    .map((line) => `${JSON.stringify(JSON.parse(line), null, 1).replaceAll('\n', ' ')}\n`)
    .join('')
  const sha256 = hashOf(loose)
  const { counts } = JSON.parse(lines[0] ?? '')
  writeFileSync(spaced, `${loose}${JSON.stringify({ end: { ...counts, sha256 } })}\n`)
  const fresh = memoryIn()
  await importMemory(fresh, spaced, restore)
  assert.deepEqual(fresh.verify(), [])
  await exportToFile(fresh, again)
  assert.deepEqual(readFileSync(again), readFileSync(file))
})

function piece(at: number, episode: string): PieceRow {
  const names = { agent: at % 2 === 0 ? 'claude' : 'codex', key: `key-${at}`, sourceKey: 'source' }
  return { ...names, sessionId: `session-${at}`, hash: `hash-${at}`, endedAt: 2_000 + at, episode }
}

function withPieces(store: MemoryStore, pieces: readonly PieceRow[]): void {
  const source = { agent: 'claude', key: 'source', ref: '/x', stamp: 's', bytes: 1, modifiedAt: 1 }
  keepImport(store.db, { ...source, importedAt: 1, counts: noCounts }, pieces)
}

test('what was imported from sessions is known after a restore, also what was forgotten since', async () => {
  const store = memoryIn()
  const [kept, gone] = [put(store, episodeDraft('Kept')), put(store, episodeDraft('Gone'))]
  withPieces(store, [piece(2, gone.id), piece(1, kept.id)])
  store.purge([gone.id], person, 'privacy')
  const [file, again, older] = [path(), path(), path()]
  await exportToFile(store, file)
  const fresh = memoryIn()
  await importMemory(fresh, file, restore)
  assert.deepEqual(allPieces(fresh.db), allPieces(store.db))
  assert.equal(allPieces(fresh.db).length, 2)
  await exportToFile(fresh, again)
  assert.deepEqual(readFileSync(again), readFileSync(file))
  // What is known here stays: it is younger.
  const own = memoryIn()
  withPieces(own, [{ ...piece(1, kept.id), hash: 'grown' }])
  await importMemory(own, file, restore)
  assert.deepEqual(
    allPieces(own.db).map(({ hash }) => hash),
    ['hash-2', 'grown'],
  )
  // A stranger's notes are nobody's business: their episodes wait as candidates, and tell where they come from.
  const other = memoryIn()
  await importMemory(other, file, { actor })
  assert.deepEqual(allPieces(other.db), [])
  // As Casebook wrote it before there were pieces.
  const old = memoryIn()
  put(old, factDraft('An old fact.'))
  await exportToFile(old, older)
  writeFileSync(older, versionOne(readFileSync(older, 'utf8')))
  assert.equal((await importMemory(memoryIn(), older, restore)).added, 1)
})

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function versionOne(text: string): string {
  const lines = text.trimEnd().split('\n')
  const head = (lines[0] ?? '').replace(',"pieces":0', '').replace('"version":2', '"version":1')
  const [end] = lines.splice(-1)
  const body = `${[head, ...lines.slice(1)].join('\n')}\n`
  const sha256 = hashOf(body)
  return `${body}${(end ?? '').replace(',"pieces":0', '').replace(/"sha256":"\w+"/, `"sha256":"${sha256}"`)}\n`
}

test('pieces that are malformed or not in their place are refused', async () => {
  const store = memoryIn()
  const { id } = put(store, episodeDraft('Kept'))
  withPieces(store, [piece(1, id), piece(3, id)])
  const file = path()
  await exportToFile(store, file)
  const text = readFileSync(file, 'utf8')
  const lines = text.trimEnd().split('\n')
  const [first, second] = [lines.at(-3) ?? '', lines.at(-2) ?? '']
  const cases: [string, RegExp][] = [
    [text.replace(`${first}\n${second}`, `${second}\n${first}`), /not in its place/],
    [text.replace(second, first), /not in its place/],
    [text.replace(`${second}\n`, ''), /counts other/],
    [text.replace('"endedAt":2001', '"endedAt":"x"'), /not valid/],
    [text.replace('"hash":"hash-1"', '"hash":"hash-9"'), /another hash/],
  ]
  for (const [content, message] of cases) {
    const bad = path()
    writeFileSync(bad, content)
    const fresh = memoryIn()
    await assert.rejects(importMemory(fresh, bad, restore), message)
    assert.deepEqual(countsOf(fresh), empty)
  }
})

const child = fileURLToPath(new URL('importer.ts', import.meta.url))

test('killed at any moment, all of it is here or nothing', async (t) => {
  const file = path()
  await exportToFile(many(300), file)
  const outcomes = { all: 0, nothing: 0 }
  for (const delay of [0, 50, 120, 600]) {
    const target = mkdtempSync(join(folder, 'target-'))
    const process_ = spawn(process.execPath, [child, target, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => process_.on('close', resolve))
    await Promise.race([new Promise((resolve) => process_.stdout.once('data', resolve)), ended])
    await sleep(delay)
    process_.kill('SIGKILL')
    await ended
    const store = memoryIn(target)
    const counts = countsOf(store)
    if (counts[0] === 0) {
      assert.deepEqual(counts, empty)
      outcomes.nothing++
    } else {
      assert.equal(store.count({}), 300)
      assert.equal(counts[2], 15)
      assert.deepEqual(store.verify(), [])
      outcomes.all++
    }
    store.db.close()
  }
  t.diagnostic(JSON.stringify(outcomes))
})
