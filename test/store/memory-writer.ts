/** Writes into a store until it is killed, and says after each event that it is committed: `seq hash`. */

import { writeSync } from 'node:fs'
import { UserError } from '../../src/memory/ports.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import { episodeDraft, factDraft, memoryIn, person, recorded } from './memory-fixtures.ts'

/** One event or a few, of all sorts; `turn` chooses. */
function write(store: MemoryStore, turn: number): void {
  const name = `${process.pid}-${turn}`
  const log = store.putArtifact('log', 'text/plain', `what ${name} printed `.repeat(200))
  const outcome = {
    verdict: 'failed',
    source: 'tests',
    command: null,
    exitCode: 1,
    log,
    evidence: [],
  } as const
  const made = [
    store.complete(episodeDraft(`issue ${name} `.repeat(40), { outcome: { ...outcome, evidence: [] } })),
    store.complete(factDraft(`fact ${name}`, { entities: [name] })),
  ]
  const events = store.append(made.map(recorded))
  const ids = store.list({ limit: 5 }).map((record) => record.id)
  const changes = ids.map((id) => ({ op: 'count' as const, id, add: { retrieved: 1 } }))
  events.push(...store.decide(() => [{ type: 'RETRIEVED', actor: person, reason: name, changes }]))
  if (turn % 3 === 0) events.push(store.revert(events[1]?.seq ?? 0, person, 'not so'))
  for (const { seq, hash } of events) writeSync(1, `${seq} ${hash}\n`)
}

const store = memoryIn(process.argv[2] ?? null)
for (let turn = 0; ; turn++) {
  try {
    write(store, turn)
  } catch (error) {
    // The other one counted the fact meanwhile or purged: that is its right.
    if (!(error instanceof UserError)) throw error
  }
}
