/** A made-up repository's year with a known state at every moment: is recall right, how often is it asked, what does it repeat. */

import type { RecordDraft } from '../../memory/record.ts'
import type { Memories } from '../../protocol-memories.ts'
import { ask, draftOf, factKeys, type KeyedFact, versionValue } from './memory-facts.ts'
import { openRandom, type Random } from './random.ts'

export interface TimelineResult {
  events: number
  checkpoints: number
  asked: number
  right: number
  /** Answers that showed a value that was no longer true: target 0. */
  outdated: number
  /** Retracted, and recall says nothing about it: right, too. */
  silent: number
  /** Recalls for each right answer; 1 is best. */
  recallsPerAnswer: number
  /** Share of the bytes of all blocks that an earlier block of the same session held. */
  redundancy: number
  wrong: string[]
}

export interface TimelineOptions {
  memories: Memories
  events: number
  seed: number
}

const hour = 3_600_000
const epoch = Date.UTC(2025, 0, 1)
/** Who tells it, and how sure that makes it: the tests of CI, a commit, a comment, the chat. */
const tellers: readonly RecordDraft['confidence'][] = ['verified', 'observed', 'observed', 'inferred']
const askedAtOnce = 8

interface World {
  /** Version that is true now; 0: retracted, nothing is known. */
  state: Map<KeyedFact, number>
  ids: Map<KeyedFact, string>
  versions: Map<KeyedFact, number>
}

export async function measureTimeline({ memories, events, seed }: TimelineOptions): Promise<TimelineResult> {
  const random = openRandom(seed)
  const facts = factKeys(30)
  const world: World = { state: new Map(), ids: new Map(), versions: new Map() }
  const result: TimelineResult = {
    events,
    checkpoints: 0,
    asked: 0,
    right: 0,
    outdated: 0,
    silent: 0,
    recallsPerAnswer: 0,
    redundancy: 0,
    wrong: [],
  }
  let repeated = 0
  let bytes = 0
  for (let at = 1; at <= events; at++) {
    await happen(memories, world, { fact: random.pick(facts), at: epoch + at * hour, random })
    if (at % Math.max(1, Math.floor(events / 10)) !== 0) continue
    result.checkpoints++
    const seen = new Set<string>()
    for (const fact of facts.filter((one) => world.state.has(one)).slice(0, askedAtOnce)) {
      const answer = await check(memories, { world, fact }, result)
      for (const line of answer.block.split('\n')) {
        bytes += line.length
        if (line.length > 40 && seen.has(line)) repeated += line.length
        seen.add(line)
      }
    }
  }
  result.recallsPerAnswer = result.right === 0 ? 0 : result.asked / result.right
  result.redundancy = bytes === 0 ? 0 : repeated / bytes
  return { ...result, wrong: result.wrong.slice(0, 5) }
}

interface Happening {
  fact: KeyedFact
  at: number
  random: Random
}

/** Mostly a new value; at times the old one is told again, or what is known is taken back. */
async function happen(memories: Memories, world: World, { fact, at, random }: Happening): Promise<void> {
  const current = world.state.get(fact)
  const known = world.ids.get(fact)
  if (current !== undefined && current > 0 && known !== undefined && random.chance(0.1)) {
    await memories.act([known], 'retract', 'it was never so')
    world.state.set(fact, 0)
    return
  }
  const again = current !== undefined && current > 0 && random.chance(0.2)
  const version = again ? current : (world.versions.get(fact) ?? 0) + 1
  const confidence = random.pick(tellers)
  const { record } = await memories.record(draftOf({ fact, version, at, confidence }))
  world.versions.set(fact, Math.max(version, world.versions.get(fact) ?? 0))
  world.state.set(fact, version)
  world.ids.set(fact, record.id)
}

async function check(
  memories: Memories,
  { world, fact }: { world: World; fact: KeyedFact },
  result: TimelineResult,
): Promise<{ block: string }> {
  const answer = await ask(memories, fact)
  const version = world.state.get(fact) ?? 0
  const truth = version === 0 ? null : versionValue(fact, version)
  result.asked++
  const stale = [answer.value, ...answer.others].filter((value) => value !== null && value !== truth)
  if (stale.length > 0) result.outdated++
  if (answer.value === truth && stale.length === 0) {
    result.right++
    if (truth === null) result.silent++
  } else result.wrong.push(`${fact.key}: ${answer.value ?? 'nothing'}, expected ${truth ?? 'nothing'}`)
  return answer
}
