/** Demonstrations as ExpeRepair derives them: what failed, what it met, and what later succeeded in its place. Pure. */

import type { Attempt, Content, EpisodeBody } from '../../episode.ts'
import type { Demonstration } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'

/** `old` is null for the first attempt of a trajectory that succeeded in the end. */
export interface AttemptPair {
  old: Attempt | null
  new: Attempt
}

export interface PairingOptions {
  /** As the authors' released code pairs patches: only the last failing one, with the one that follows it. */
  compat?: boolean
}

/**
 * Every failed test with the first later one that succeeded, the beginning with it too. A trajectory without a
 * success gives nothing.
 */
export function pairTests(attempts: readonly Attempt[]): AttemptPair[] {
  return pairsOf(attempts.filter(({ kind }) => kind === 'test')).map(({ old, new: right }) => ({
    old,
    new: right,
  }))
}

/** Every failed patch with the first later one that succeeded: a first success corrects nothing. */
export function pairPatches(
  attempts: readonly Attempt[],
  { compat = false }: PairingOptions = {},
): AttemptPair[] {
  const patches = attempts.filter(({ kind }) => kind === 'patch')
  const pairs = pairsOf(patches).filter(({ old }) => old !== null)
  return pairs.filter(({ follows }) => !compat || follows).map(({ old, new: right }) => ({ old, new: right }))
}

/** `follows`: the success is the very next attempt. Unknown results are neither failures nor successes. */
function pairsOf(attempts: readonly Attempt[]): (AttemptPair & { follows: boolean })[] {
  return attempts.flatMap((_, at) => {
    const old = at === 0 ? null : (attempts[at - 1] ?? null)
    if (old !== null && old.passed !== false) return []
    const later = attempts.findIndex((attempt, index) => index >= at && attempt.passed === true)
    const right = attempts[later]
    return right === undefined ? [] : [{ old, new: right, follows: later === at }]
  })
}

export interface DerivedDemonstration extends Demonstration {
  /** Times that the same was shown by the episodes at hand. */
  uses: number
}

export interface DerivingOptions extends PairingOptions {
  /** The whole of a text whose preview is inline. */
  whole?: (content: Content) => string
}

/** Demonstrations of the episodes in their order; nearly identical ones are one, with the number of its uses. */
export function demonstrationsOf(
  records: readonly MemoryRecord[],
  options: DerivingOptions = {},
): DerivedDemonstration[] {
  return withoutRepetition(records.flatMap((record) => ofEpisode(record, options)))
}

function ofEpisode({ id, episode }: MemoryRecord, options: DerivingOptions): DerivedDemonstration[] {
  if (episode === undefined) return []
  const whole = options.whole ?? ((content: Content) => content.text)
  const common = {
    episodeId: id,
    issue: episode.goal,
    endedAt: episode.endedAt,
    verified: isVerified(episode),
    uses: 1,
  }
  const make =
    (kind: (pair: AttemptPair) => Demonstration['kind']) =>
    (pair: AttemptPair): DerivedDemonstration => ({
      ...common,
      kind: kind(pair),
      wrong: pair.old === null ? null : whole(pair.old.content),
      feedback: pair.old?.feedback == null ? null : whole(pair.old.feedback),
      right: whole(pair.new.content),
    })
  return [
    ...pairTests(episode.attempts).map(make(({ old }) => (old === null ? 'test-initial' : 'test-repair'))),
    ...pairPatches(episode.attempts, options).map(make(() => 'patch')),
  ]
}

function isVerified({ outcome }: EpisodeBody): boolean {
  return outcome.verdict === 'passed' && (outcome.source === 'tests' || outcome.source === 'user')
}

/** White space, and the hashes and line numbers of a diff, make no difference between two attempts. */
function essence(text: string | null): string {
  return (text ?? '')
    .replace(/^index [0-9a-f]+\.\.[0-9a-f]+.*$/gm, '')
    .replace(/^@@ .*? @@/gm, '@@')
    .replace(/\s+/g, ' ')
    .trim()
}

function withoutRepetition(all: readonly DerivedDemonstration[]): DerivedDemonstration[] {
  const kept = new Map<string, DerivedDemonstration>()
  for (const one of all) {
    const key = JSON.stringify([one.kind, essence(one.wrong), essence(one.right)])
    const known = kept.get(key)
    if (known === undefined) kept.set(key, one)
    else kept.set(key, { ...known, uses: known.uses + 1, verified: known.verified || one.verified })
  }
  return [...kept.values()]
}
