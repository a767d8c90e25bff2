/** Made-up memories that look like real ones: episodes with attempts and outputs, facts, lessons, about given files. */

import type { RecordDraft } from '../../memory/record.ts'
import type { Random } from './random.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface MadeUpWorld {
  random: Random
  vocabulary: Vocabulary
  /** Paths of the repository, with the git blob id of each. */
  files: readonly { path: string; blob: string }[]
  /** Unix milliseconds of the newest record; older ones lie up to two years before. */
  now: number
}

const twoYears = 2 * 365 * 86_400_000
const errors = ['TypeError', 'ValueError', 'KeyError', 'AssertionError', 'TimeoutError', 'IndexError']

/** Three fifths episodes, one fifth facts, one fifth lessons. */
export function* madeUpRecords(world: MadeUpWorld, count: number): Generator<RecordDraft> {
  for (let at = 0; at < count; at++) {
    const dice = world.random.next()
    if (dice < 0.6) yield madeUpEpisode(world, `session-${at}`)
    else yield dice < 0.8 ? fact(world, at) : lesson(world, at)
  }
}

/** A session that repaired something: issue, two or three attempts with what they printed, commands, outcome. */
export function madeUpEpisode(world: MadeUpWorld, sessionId: string): RecordDraft {
  const { random, files, now } = world
  const touched = Array.from({ length: random.between(1, 4) }, () => random.pick(files).path)
  const endedAt = now - random.between(60_000, twoYears)
  const error = random.pick(errors)
  const passed = random.chance(0.7)
  const name = identifier(world)
  const goal = `${sentence(world, 12)}\n\n${name} raises ${error}: ${sentence(world, 8)}. ${sentence(world, 30)}`
  return {
    kind: 'episode',
    text: `${sentence(world, 14)}. ${name} in ${touched[0]} was changed; ${sentence(world, 20)}.`,
    cue: sentence(world, 9),
    entities: [name, error, ...touched.slice(0, 2)],
    provenance: { sources: [{ type: 'session', ref: sessionId }], author: 'importer', method: 'session' },
    confidence: passed ? 'verified' : 'observed',
    validFrom: endedAt,
    episode: {
      origin: 'session',
      agent: 'bench',
      sessionId,
      goal,
      issues: [String(random.between(1, 9_000))],
      startedAt: endedAt - random.between(60_000, 3_600_000),
      endedAt,
      attempts: attempts(world, { error, path: touched[0] ?? '', passed }),
      commands: [
        {
          command: `pytest ${touched[0]}`,
          purpose: 'test',
          exitCode: passed ? 0 : 1,
          output: { text: trace(world, error, touched[0] ?? '') },
          at: endedAt,
        },
      ],
      files: touched.map((path) => ({ path, change: 'M' })),
      symbols: [name],
      tests: [],
      patch: { added: random.between(1, 40), removed: random.between(0, 20) },
      signatures: [`${error}: ${name}`],
      corrections: [],
      outcome: {
        verdict: passed ? 'passed' : 'failed',
        source: 'tests',
        command: 'pytest',
        exitCode: passed ? 0 : 1,
        log: null,
        evidence: [passed ? 'the tests passed' : 'the tests failed'],
      },
    },
  }
}

interface Failure {
  error: string
  path: string
  passed: boolean
}

type Attempts = NonNullable<RecordDraft['episode']>['attempts']

function attempts(world: MadeUpWorld, { error, path, passed }: Failure): Attempts {
  const count = world.random.between(2, 3)
  return Array.from({ length: count }, (_, at) => {
    const works = passed && at === count - 1
    return {
      kind: at === 0 ? 'test' : 'patch',
      content: { text: patchText(world, path) },
      feedback: { text: works ? '1 passed' : trace(world, error, path) },
      exitCode: works ? 0 : 1,
      passed: works,
      analysis: sentence(world, 40),
      advice: sentence(world, 20),
      files: [path],
      at: null,
    }
  })
}

function patchText(world: MadeUpWorld, path: string): string {
  const lines = Array.from(
    { length: world.random.between(6, 40) },
    () =>
      `${world.random.chance(0.5) ? '+' : '-'}    ${identifier(world)} = ${identifier(world)}(${world.random.between(0, 99)})`,
  )
  return `--- a/${path}\n+++ b/${path}\n@@ -1,9 +1,9 @@\n${lines.join('\n')}`
}

/** What a test runner prints. */
function trace(world: MadeUpWorld, error: string, path: string): string {
  const frames = Array.from({ length: world.random.between(3, 30) }, () => {
    const line = world.random.between(1, 400)
    return `  File "/build/${world.random.pick(world.files).path}", line ${line}, in ${identifier(world)}\n    ${identifier(world)}(${identifier(world)})`
  })
  return `Traceback (most recent call last):\n${frames.join('\n')}\n${error}: ${sentence(world, 8)}\nFAILED ${path}`
}

function fact(world: MadeUpWorld, at: number): RecordDraft {
  const file = world.random.pick(world.files)
  const name = identifier(world)
  return {
    kind: 'fact',
    text: `${name} of ${file.path} is ${sentence(world, 18)}.`,
    entities: [name, file.path],
    anchors: [{ path: file.path, blob: file.blob, commit: null }],
    fact: { key: `fact(${at})`, value: name, checker: null },
    ...learned(world, `session-${at}`),
  }
}

function lesson(world: MadeUpWorld, at: number): RecordDraft {
  const file = world.random.pick(world.files)
  return {
    kind: 'lesson',
    text: `${sentence(world, 26)}; see ${identifier(world)} in ${file.path}.`,
    cue: `When ${sentence(world, 9)}`,
    entities: [file.path],
    anchors: [{ path: file.path, blob: file.blob, commit: null }],
    lesson: {
      polarity: world.random.chance(0.2) ? 'avoid' : 'do',
      stream: 'reasoning',
      role: null,
      order: null,
      params: {},
      procedure: [],
    },
    ...learned(world, `session-${at}`),
  }
}

function learned(
  { random, now }: MadeUpWorld,
  ref: string,
): Pick<RecordDraft, 'provenance' | 'confidence' | 'status' | 'validFrom'> {
  return {
    provenance: { sources: [{ type: 'session', ref }], author: 'indexer', method: 'bench' },
    confidence: 'observed',
    status: 'active',
    validFrom: now - random.between(60_000, twoYears),
  }
}

export function sentence({ vocabulary, random }: MadeUpWorld, words: number): string {
  return Array.from({ length: words }, () =>
    random.chance(0.8) ? vocabulary.word() : vocabulary.rareWord(),
  ).join(' ')
}

export function identifier({ vocabulary }: MadeUpWorld): string {
  return `${vocabulary.word()}_${vocabulary.rareWord()}`
}
