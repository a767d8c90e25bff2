/** Drafts of episodes for tests: everything empty but what the test is about. */

import type { Attempt, EpisodeBody } from '../../src/memory/episode.ts'
import type { RecordDraft } from '../../src/memory/record.ts'

export const emptyBody: EpisodeBody = {
  origin: 'session',
  agent: 'agent',
  sessionId: 's1',
  goal: '',
  issues: [],
  startedAt: 1_600_000_000_000,
  endedAt: 1_600_000_060_000,
  attempts: [],
  commands: [],
  files: [],
  symbols: [],
  tests: [],
  patch: null,
  signatures: [],
  corrections: [],
  outcome: { verdict: 'unknown', source: null, command: null, exitCode: null, log: null, evidence: [] },
}

export function episodeOf(body: Partial<EpisodeBody>, rest: Partial<RecordDraft> = {}): RecordDraft {
  const episode = { ...emptyBody, ...body }
  return {
    kind: 'episode',
    text: `Worked on: ${episode.goal || 'something'}`,
    confidence: 'observed',
    validFrom: episode.endedAt,
    entities: [...episode.files.map(({ path }) => path), ...episode.signatures],
    provenance: {
      sources: [{ type: 'session', ref: episode.sessionId ?? 's1' }],
      author: 'importer',
      method: 'session/repair',
    },
    episode,
    ...rest,
  }
}

export function attemptOf(rest: Partial<Attempt> & { text?: string; said?: string }): Attempt {
  const { text = '', said, ...fields } = rest
  return {
    kind: 'patch',
    content: { text },
    feedback: said === undefined ? null : { text: said },
    exitCode: null,
    passed: null,
    analysis: '',
    advice: '',
    files: [],
    at: null,
    ...fields,
  }
}

export function command(
  line: string,
  exitCode: number | null,
  rest: Partial<EpisodeBody['commands'][number]> = {},
): EpisodeBody['commands'][number] {
  return { command: line, purpose: 'test', exitCode, output: null, at: null, ...rest }
}
