/** Which recollections are shown: order, pairs that belong together, and a budget that is never exceeded. Pure. */

import type { Recollection } from '../../recollection.ts'
import { entryOf, entryTokens } from './recollection-text.ts'

export interface Room {
  /** Records at most. */
  limit: number
  /** Tokens that their texts may take together. */
  tokens: number
}

export interface Selection {
  chosen: Recollection[]
  cut: Recollection[]
}

/** So many find room at least. */
const fewest = 3

/** What one of them may take of `tokens`: a longer one is shown by its beginning and its handle. */
export function shareOf(tokens: number): number {
  return Math.floor(tokens / fewest)
}

/** Notes whose best reaches this share of the best of all answer the question; else evidence comes first. */
const sufficient = 0.4

/**
 * Pinned ones first; then, when a failure has come again, what failed before; then facts and lessons, then episodes
 * (HiMem's best effort: episodes lead where no note is near).
 */
export function arrange(ranked: readonly Recollection[], limit: number): Recollection[] {
  const rest = ranked.filter(({ record }) => !record.pinned)
  const failed = rest.filter(metSameFailure).slice(0, Math.ceil(limit / 2))
  const others = rest.filter((one) => !failed.includes(one))
  const notes = others.filter(({ record }) => record.kind !== 'episode')
  const episodes = others.filter(({ record }) => record.kind === 'episode')
  const best = others.reduce((most, { score }) => Math.max(most, score), 0)
  const areEnough = (notes[0]?.score ?? 0) >= sufficient * best
  const pinned = ranked.filter(({ record }) => record.pinned)
  return [...pinned, ...failed, ...(areEnough ? [...notes, ...episodes] : others)]
}

export function metSameFailure({ channels }: Recollection): boolean {
  return channels.some(({ channel }) => channel === 'failure')
}

/** Sides of a contradiction, by id: each needs all of the others beside it. */
export type Sides = ReadonlyMap<string, readonly string[]>

/** Takes from the front what fits. A contested record comes with its other side or not at all. */
export function select(arranged: readonly Recollection[], room: Room, sides: Sides): Selection {
  const byId = new Map(arranged.map((one) => [one.record.id, one]))
  const chosen: Recollection[] = []
  const cut: Recollection[] = []
  const done = new Set<string>()
  const share = shareOf(room.tokens)
  let tokens = 0
  for (const one of arranged) {
    if (done.has(one.record.id)) continue
    const group = groupOf(one, byId, sides)
    for (const member of group ?? [one]) done.add(member.record.id)
    const members = group ?? [one]
    const hasPlace = chosen.length + members.length <= room.limit
    // Counting tokens is most of the work, and of no use for what has no place anyway.
    const sized = group !== null && hasPlace ? group.map((member) => withTokens(member, share)) : members
    const size = sized.reduce((sum, member) => sum + member.tokens, 0)
    const why = group === null ? alone : whyNot({ hasPlace, tokens: tokens + size }, room)
    if (why === null) {
      tokens += size
      chosen.push(...sized)
    } else cut.push(...sized.map((member) => ({ ...member, why })))
  }
  return { chosen, cut }
}

const alone = 'Left out: it is contested, and what contradicts it cannot be shown beside it.'

/** A record, what contradicts it, and so on; null when a side is missing. */
function groupOf(
  one: Recollection,
  byId: ReadonlyMap<string, Recollection>,
  sides: Sides,
): Recollection[] | null {
  if (one.record.status !== 'contested') return [one]
  const group = new Set([one.record.id])
  for (const id of group) for (const other of sides.get(id) ?? []) group.add(other)
  const present = [...group].flatMap((id) => byId.get(id) ?? [])
  return group.size === 1 || present.length < group.size ? null : present
}

function withTokens(one: Recollection, most: number): Recollection {
  return { ...one, tokens: entryTokens(entryOf(one, most)) }
}

function whyNot({ hasPlace, tokens }: { hasPlace: boolean; tokens: number }, room: Room): string | null {
  if (!hasPlace) return `Left out: at most ${room.limit} are shown, and others rank higher.`
  return tokens > room.tokens ? `Left out: it does not fit into what is left of ${room.tokens} tokens.` : null
}
