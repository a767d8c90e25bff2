/** Orders demonstrations for a moment of a repair: ExpeRepair's field-weighted BM25, beside vectors where wanted. Pure. */

import type { Demonstration, Moment } from '../../recollection.ts'
import { fuseRanks } from '../fuse.ts'
import { tokenisers, trimTraceback } from './attempt-text.ts'
import type { DemonstrationRanker } from './context.ts'
import type { DerivedDemonstration } from './demonstrations.ts'
import { normaliseScores, openOkapi } from './okapi.ts'

/** The texts at hand: the issue, what the last test printed, the last test or patch. */
export interface AttemptAtHand {
  issue: string
  output: string
  attempt: string
}

interface Field {
  name: string
  /** Share of the field in the score: the released code's values. */
  weight: number
  asked: (at: AttemptAtHand) => string
  told: (demonstration: Demonstration) => string
}

interface Situation {
  kind: Demonstration['kind']
  fields: readonly Field[]
}

const byIssue = (weight: number): Field => ({
  name: 'issue',
  weight,
  asked: ({ issue }) => issue,
  told: ({ issue }) => issue,
})
const byWrong = (weight: number): Field => ({
  name: 'wrong',
  weight,
  asked: ({ attempt }) => attempt,
  told: ({ wrong }) => wrong ?? '',
})

const situations: Partial<Record<Moment, Situation>> = {
  'first-test': {
    kind: 'test-initial',
    fields: [
      byIssue(0.6),
      { name: 'right', weight: 0.4, asked: ({ issue }) => issue, told: ({ right }) => right },
    ],
  },
  'after-failure': {
    kind: 'test-repair',
    fields: [
      {
        name: 'feedback',
        weight: 0.9,
        asked: ({ output }) => trimTraceback(output),
        told: ({ feedback }) => trimTraceback(feedback ?? ''),
      },
      byWrong(0.1),
    ],
  },
  'refine-patch': { kind: 'patch', fields: [byIssue(0.7), byWrong(0.3)] },
}

/** What kind of demonstration helps at the moment; null when none does. */
export function demonstrationKind(moment: Moment): Demonstration['kind'] | null {
  return situations[moment]?.kind ?? null
}

/** The text that a demonstration is found by at the moment, for rankers that know one text only. */
export function leadingText(moment: Moment, at: AttemptAtHand): string {
  const lead = situations[moment]?.fields[0]
  return lead === undefined ? '' : lead.asked(at)
}

export interface FieldScores {
  field: string
  weight: number
  raw: number[]
  norm: number[]
}

/** Raw and normalised scores of each field over the demonstrations in their order. */
export function scoreFields(
  moment: Moment,
  at: AttemptAtHand,
  demonstrations: readonly Demonstration[],
  tokeniser: keyof typeof tokenisers = 'compat',
): FieldScores[] {
  const words = tokenisers[tokeniser]
  return (situations[moment]?.fields ?? []).map(({ name, weight, asked, told }) => {
    const index = openOkapi(demonstrations.map((one) => words(told(one))))
    const raw = index.scores(words(asked(at)))
    return { field: name, weight, raw, norm: normaliseScores(raw) }
  })
}

export interface RankingRequest {
  moment: Moment
  at: AttemptAtHand
  /** All of the moment's kind, in a stable order. */
  demonstrations: readonly DerivedDemonstration[]
  ranker: DemonstrationRanker
  tokeniser: keyof typeof tokenisers
  /** Likeness of an episode to the question by vectors; none for what is not near. */
  likeness: ReadonlyMap<string, number>
}

export interface RankedDemonstration extends DerivedDemonstration {
  score: number
  /** By field, 0 to 1, weighed already; `vector` is the cosine. They tell where the score comes from. */
  parts: Record<string, number>
  ranker: string
}

/** Best first. Equal scores keep the order they came in. */
export function rankDemonstrations(request: RankingRequest): RankedDemonstration[] {
  const fields = scoreFields(request.moment, request.at, request.demonstrations, request.tokeniser)
  const scored = request.demonstrations.map((one, at): RankedDemonstration => {
    const weighed = fields.map(({ field, weight, norm }) => [field, weight * (norm[at] ?? 0)] as const)
    const score = weighed.reduce((sum, [, part]) => sum + part, 0)
    const near = request.likeness.get(one.episodeId)
    const parts = { ...Object.fromEntries(weighed), ...(near !== undefined && { vector: near }) }
    return { ...one, score, parts, ranker: 'bm25' }
  })
  const byFields = [...scored].sort((a, b) => b.score - a.score)
  // Without vectors there is one ranker, whatever was wished for.
  if (request.ranker === 'bm25' || request.likeness.size === 0) return byFields
  const byVector = scored
    .filter(({ parts }) => parts.vector !== undefined)
    .sort((a, b) => (b.parts.vector ?? 0) - (a.parts.vector ?? 0))
    .map((one) => ({ ...one, score: one.parts.vector ?? 0, ranker: 'hnsw' }))
  return request.ranker === 'hnsw' ? byVector : fuseBoth(scored, byFields, byVector)
}

function fuseBoth(
  all: readonly RankedDemonstration[],
  byFields: readonly RankedDemonstration[],
  byVector: readonly RankedDemonstration[],
): RankedDemonstration[] {
  const places = new Map(all.map((one, at) => [keyOf(one), at]))
  const list = (channel: string, ranked: readonly RankedDemonstration[]) => ({
    channel,
    weight: 1,
    entries: ranked.map((one) => ({ item: places.get(keyOf(one)) ?? 0, score: one.score })),
  })
  const key = (at: number) => String(at).padStart(6, '0')
  return fuseRanks([list('bm25', byFields), list('hnsw', byVector)], key).flatMap(({ item, score }) => {
    const one = all[item]
    return one === undefined ? [] : [{ ...one, score, ranker: 'hybrid' }]
  })
}

function keyOf({ episodeId, kind, wrong, right }: Demonstration): string {
  return JSON.stringify([episodeId, kind, wrong, right])
}

/** The released code looks at the ten best and keeps at most three of different issues. */
const looked = 10
const mostIssues = 3

/** The best of different issues; `count` of them, three at most unless more are wished for. */
export function pickDemonstrations(
  ranked: readonly RankedDemonstration[],
  count: number,
): RankedDemonstration[] {
  const issues = new Set<string>()
  const picked = ranked.slice(0, looked).filter(({ issue }) => {
    const fresh = !issues.has(issue.trim())
    issues.add(issue.trim())
    return fresh
  })
  return picked.slice(0, Math.max(mostIssues, count)).slice(0, count)
}
