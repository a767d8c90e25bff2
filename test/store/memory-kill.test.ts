import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'

const child = fileURLToPath(new URL('memory-writer.ts', import.meta.url))
/** `CASEBOOK_KILLS=200` for the figure of the issue. */
const rounds = Number(process.env.CASEBOOK_KILLS ?? 10)
/** A new store after so many rounds: checking everything takes longer the more there is. */
const roundsOfStore = 10

/** Starts a writer, kills it at a random moment after its first commit; returns what it said was committed. */
async function killedWriter(folder: string): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let complaint = ''
  process_.stderr.on('data', (data) => (complaint += String(data)))
  const ended = new Promise((resolve) => process_.on('close', resolve))
  const began = new Promise((resolve) => {
    process_.stdout.on('data', (data) => {
      said += String(data)
      resolve(said)
    })
  })
  await Promise.race([began, ended])
  await sleep(Math.random() * 200)
  process_.kill('SIGKILL')
  await ended
  assert.equal(complaint, '')
  return said.split('\n').slice(0, -1)
}

it('loses no committed event and keeps the fold, whenever two writers are killed', async (test) => {
  let folder = ''
  let committed: string[] = []
  let events = 0
  for (let round = 0; round < rounds; round++) {
    if (round % roundsOfStore === 0) {
      if (folder !== '') rmSync(folder, { recursive: true, force: true })
      folder = mkdtempSync(join(tmpdir(), 'casebook-kill-'))
      committed = []
    }
    const said = await Promise.all([killedWriter(folder), killedWriter(folder)])
    committed.push(...said.flat())
    events += said.flat().length
    const { db, message } = openMemory(folder)
    const store = openMemoryStore({ db, namespace: 'here' })
    assert.equal(message, null)
    for (const line of committed)
      assert.equal(store.event(Number.parseInt(line, 10))?.hash, line.split(' ')[1])
    assert.deepEqual(store.verify(), [])
    db.close()
  }
  rmSync(folder, { recursive: true, force: true })
  test.diagnostic(`${rounds} rounds of two kills, ${events} events told to be committed`)
})
