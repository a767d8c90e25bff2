/** What the gates go by, looked up in a real memory: turns that exist, and literals that stand in more than one case. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatherEvidence } from '../../src/casebook/memories/evidence.ts'
import type { MemoryRoom } from '../../src/casebook/memories/room.ts'
import type { RecordDraft, Source } from '../../src/memory/record.ts'
import { command, episodeOf } from '../learn/episodes.ts'
import { draftOf, from } from '../learn/learning.ts'
import { memoryIn, put } from '../store/memory-fixtures.ts'

const store = memoryIn()
// Without an index of the code; the store is real.
const room = { store, code: { view: () => null }, repository: { hasHistory: false } } as unknown as MemoryRoom

function piece(session: string, turns: number[], line: string): RecordDraft {
  const draft = episodeOf({ sessionId: session, goal: `Work of ${session}`, commands: [command(line, 0)] })
  return {
    ...draft,
    provenance: { ...draft.provenance, sources: [{ type: 'session', ref: session, turns }] },
  }
}

put(store, piece('s1', [0, 1, 2], 'npm test -- --no-cov'))
put(store, piece('s1', [3, 4], 'node tools/check.mjs --strict'))
put(store, piece('s2', [0], 'node tools/check.mjs --no-coverage'))

async function textOf(source: Source): Promise<string | null> {
  const evidence = await gatherEvidence(room, [draftOf('x', { provenance: from([source]) })])
  return evidence.textOf(source)
}

test('turns of a session must be among those of its pieces', async () => {
  assert.match((await textOf({ type: 'session', ref: 's1' })) ?? '', /--no-cov/)
  assert.notEqual(await textOf({ type: 'session', ref: 's1', turns: [2, 3] }), null)
  assert.equal(await textOf({ type: 'session', ref: 's1', turns: [2, 5] }), null)
  assert.equal(await textOf({ type: 'session', ref: 's2', turns: [1] }), null)
  assert.equal(await textOf({ type: 'session', ref: 's3', turns: [0] }), null)
})

test('one source with turns that exist does not vouch for another one with turns that do not', async () => {
  const sources: Source[] = [[0], [9]].map((turns) => ({ type: 'session', ref: 's1', turns }))
  const evidence = await gatherEvidence(room, [draftOf('x', { provenance: from(sources) })])
  assert.deepEqual(
    sources.map((source) => evidence.textOf(source) !== null),
    [true, false],
  )
})

test('a literal is counted in episodes that hold it as a whole', async () => {
  const { episodesNaming } = await gatherEvidence(room, [])
  assert.equal(episodesNaming?.('--strict'), 1)
  assert.equal(episodesNaming?.('--no-cov'), 1, '--no-coverage is another flag')
  assert.equal(episodesNaming?.('tools/check.mjs'), 2)
  assert.equal(episodesNaming?.('--never-said'), 0)
})
