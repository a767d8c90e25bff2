/** Imported sessions as a person looks at them: a list, and one of them with its episodes and its place on the disk. */

import { existsSync } from 'node:fs'
import { UserError } from '../../memory/ports.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'
import { importedSessions, piecesOf, sessionsNamed } from '../../memory/store/session-sources.ts'
import type { SessionDetail, SessionEntry, SessionListRequest, SessionPage } from '../../protocol-sessions.ts'
import { positionOf } from '../source-turn.ts'

const usualLimit = 50

export function listSessions(store: MemoryStore, request: SessionListRequest): SessionPage {
  const { agent = '', since = 0, offset = 0, limit = usualLimit } = request
  const all = importedSessions(store.db, agent, since)
  const sessions = all.slice(offset, offset + limit).flatMap((one) => {
    const records = recordsOf(store, one)
    return records.length === 0 ? [] : [entryOf(one, records)]
  })
  return { sessions, total: all.length }
}

export function showSession(store: MemoryStore, reference: string): SessionDetail {
  const name = reference.trim()
  const [first, ...rest] = name === '' ? [] : sessionsNamed(store.db, name)
  const isExact = first?.sessionId === name || `${first?.agent}:${first?.sessionId}` === name
  if (first === undefined)
    throw new UserError(`No imported session is called ${name}.`, 'See: casebook sessions list')
  if (rest.length > 0 && !isExact) {
    const names = [first, ...rest].slice(0, 5).map(({ agent, sessionId }) => `${agent}:${sessionId}`)
    throw new UserError(`Several sessions begin with ${name}.`, `Name one of them: ${names.join(', ')}`)
  }
  const records = recordsOf(store, first)
  if (records.length === 0)
    throw new UserError(`What came of session ${name} was forgotten.`, 'See: casebook sessions list')
  const entry = entryOf(first, records)
  return { ...entry, records, sourceExists: entry.place !== null && existsSync(positionOf(entry.place).file) }
}

function recordsOf(
  store: MemoryStore,
  { agent, sessionId }: { agent: string; sessionId: string },
): MemoryRecord[] {
  return piecesOf(store.db, agent, sessionId).flatMap(({ episode }) => store.get(episode) ?? [])
}

function entryOf(
  { agent, sessionId }: { agent: string; sessionId: string },
  records: MemoryRecord[],
): SessionEntry {
  const verdicts = { passed: 0, failed: 0, unknown: 0 }
  for (const { episode } of records) verdicts[episode?.outcome.verdict ?? 'unknown']++
  const times = records.flatMap(({ episode }) => (episode === undefined ? [] : [episode]))
  return {
    agent,
    sessionId,
    goal: times[0]?.goal ?? '',
    startedAt: Math.min(...times.map((one) => one.startedAt)),
    endedAt: Math.max(...times.map((one) => one.endedAt)),
    verdicts,
    episodes: records.map(({ id }) => id),
    place: records[0]?.provenance.sources[0]?.place ?? null,
  }
}
