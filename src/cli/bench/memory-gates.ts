/** What the admission gates turn away when proposals of each fault are mixed among sound ones, through the whole path. */

import { UserError } from '../../memory/ports.ts'
import type { RecordDraft } from '../../memory/record.ts'
import type { Memories } from '../../protocol-memories.ts'
import { openRandom, type Random } from './random.ts'

export interface GateResult {
  gate: string
  proposed: number
  /** Turned away by any gate, and by this one. */
  refused: number
  byThisGate: number
}

const perGate = 20
const session = 'bench-session'
const output = 'ran pytest --no-cov tests/test_app.py with Python 3.11: 14 passed. main of app.py returned 0'

type Faulty = (sound: RecordDraft, random: Random, at: number) => RecordDraft

const faults: Record<string, Faulty> = {
  sound: (draft) => draft,
  G1: (draft) => ({ ...draft, confidence: 'certain' as never }),
  G2: (draft) => ({
    ...draft,
    provenance: { ...draft.provenance, sources: [{ type: 'episode', ref: '0'.repeat(26) }] },
  }),
  G3: (draft, random) => ({ ...draft, text: `${draft.text} It needs Python 2.${random.between(1, 6)}.` }),
  G4: (draft, _random, at) => ({ ...draft, text: `password = "Tr0ub4dor&${at}xq9Zv"` }),
  G5: (draft) => ({ ...draft, text: 'main of app.py returned 0 after pytest --no-cov' }),
  G6: (draft, _random, at) => ({
    ...draft,
    text: `Always write good tests before you ship${'!'.repeat(1 + (at % 5))}`,
    entities: [],
    anchors: [],
  }),
  G7: (draft, _random, at) => ({
    ...draft,
    text: Array(101 + at)
      .fill('main')
      .join(' '),
  }),
}

/** `memories` of a repository that holds `app.py` with `main`. */
export async function measureGates(memories: Memories, seed: number): Promise<GateResult[]> {
  const random = openRandom(seed)
  const { record } = await memories.record(episode())
  await memories.remember({ text: 'main of app.py returned 0 after pytest --no-cov', cites: ['app.py'] })
  await memories.recall({ text: 'what does main of app.py return', sessionId: session, limit: 5 })
  const results: GateResult[] = []
  for (const [gate, faulty] of Object.entries(faults)) {
    const result: GateResult = { gate, proposed: 0, refused: 0, byThisGate: 0 }
    for (let at = 0; at < perGate; at++) {
      const before = memories.stats().rejections[gate] ?? 0
      const refused = await propose(memories, faulty(sound(record.id, at), random, at))
      result.proposed++
      if (refused) result.refused++
      if ((memories.stats().rejections[gate] ?? 0) > before) result.byThisGate++
    }
    results.push(result)
  }
  return results
}

async function propose(memories: Memories, draft: RecordDraft): Promise<boolean> {
  try {
    await memories.record(draft)
    return false
  } catch (error) {
    if (error instanceof UserError) return true
    throw error
  }
}

const places = 'startup shutdown parsing logging routing caching retries sessions headers cookies'.split(' ')

function sound(episodeId: string, at: number): RecordDraft {
  const place = places[at % places.length] ?? ''
  const moment = at < places.length ? 'before' : 'after'
  return {
    kind: 'fact',
    text: `main of app.py is what matters ${moment} ${place}`,
    entities: ['app.py', 'main'],
    confidence: 'inferred',
    fact: { key: null, value: null, checker: null },
    provenance: {
      author: 'scripted@1',
      method: 'bench',
      sources: [
        { type: 'episode', ref: episodeId },
        { type: 'session', ref: session },
      ],
    },
  }
}

function episode(): RecordDraft {
  const at = Date.UTC(2025, 5, 1)
  return {
    kind: 'episode',
    text: output,
    entities: ['app.py', 'main'],
    confidence: 'observed',
    validFrom: at,
    provenance: { author: 'indexer', method: 'bench', sources: [{ type: 'session', ref: session }] },
    episode: {
      origin: 'session',
      agent: 'bench',
      sessionId: session,
      goal: 'make main of app.py return 0',
      issues: [],
      startedAt: at,
      endedAt: at + 1,
      attempts: [],
      commands: [{ command: 'pytest --no-cov', purpose: 'test', exitCode: 0, output: { text: output }, at }],
      files: [{ path: 'app.py', change: 'M' }],
      symbols: ['main'],
      tests: [],
      patch: null,
      signatures: [],
      corrections: [],
      outcome: {
        verdict: 'passed',
        source: 'tests',
        command: 'pytest --no-cov',
        exitCode: 0,
        log: null,
        evidence: [],
      },
    },
  }
}
