/** The rewriting suite: what must be true after facts were kept, overwritten, told late and taken back (2.16, R1 to R5). */

import type { Memories } from '../../protocol-memories.ts'
import { ask, draftOf, factKeys, type KeyedFact, versionValue } from './memory-facts.ts'
import { openRandom } from './random.ts'

export interface SuiteResult {
  suite: string
  title: string
  asked: number
  right: number
  /** At most five, for people. */
  wrong: string[]
}

export interface RewritingOptions {
  /** A store without records for each suite. */
  fresh: <T>(work: (memories: Memories) => Promise<T>) => Promise<T>
  distractors: number
  seed: number
  note: (text: string) => void
}

const day = 86_400_000
const epoch = Date.UTC(2025, 0, 1)

interface Expected {
  fact: KeyedFact
  version: number
}

export async function measureRewriting(options: RewritingOptions): Promise<SuiteResult[]> {
  const { fresh, distractors, seed, note } = options
  const suites: [string, string, (memories: Memories) => Promise<Expected[]>][] = [
    ['R1', `one fact under ${distractors} others`, (memories) => retain(memories, distractors)],
    ['R2', 'overwritten fifty times, the last one counts', (memories) => overwrite(memories, 50)],
    ['R3', 'fifteen of forty keys overwritten, the rest intact', (memories) => selective(memories, seed)],
    ['R4', 'told late and out of order: event time decides', (memories) => outOfOrder(memories, seed)],
    ['R5', 'the old value becomes true again', (memories) => backAgain(memories)],
    ['R5u', 'the overwriting is undone', (memories) => undone(memories)],
  ]
  const results: SuiteResult[] = []
  for (const [suite, title, tell] of suites) {
    note(`${suite}: ${title}`)
    results.push(await fresh(async (memories) => judge(memories, { suite, title }, await tell(memories))))
  }
  return results
}

async function judge(
  memories: Memories,
  { suite, title }: { suite: string; title: string },
  expected: readonly Expected[],
): Promise<SuiteResult> {
  const wrong: string[] = []
  for (const { fact, version } of expected) {
    const { value, others } = await ask(memories, fact)
    if (value === versionValue(fact, version) && others.length === 0) continue
    wrong.push(
      `${fact.key}: ${value ?? 'nothing'}, expected ${versionValue(fact, version)}; also ${others.join(', ')}`,
    )
  }
  return {
    suite,
    title,
    asked: expected.length,
    right: expected.length - wrong.length,
    wrong: wrong.slice(0, 5),
  }
}

async function retain(memories: Memories, distractors: number): Promise<Expected[]> {
  const [kept, ...others] = factKeys(distractors + 1)
  if (kept === undefined) return []
  await memories.record(draftOf({ fact: kept, version: 1, at: epoch }))
  for (const [at, fact] of others.entries())
    await memories.record(draftOf({ fact, version: 1, at: epoch + at }))
  return [{ fact: kept, version: 1 }]
}

async function overwrite(memories: Memories, times: number): Promise<Expected[]> {
  const facts = factKeys(3)
  for (let version = 1; version <= times; version++)
    for (const fact of facts) await memories.record(draftOf({ fact, version, at: epoch + version * day }))
  return facts.map((fact) => ({ fact, version: times }))
}

async function selective(memories: Memories, seed: number): Promise<Expected[]> {
  const random = openRandom(seed)
  const facts = factKeys(40)
  for (const fact of facts) await memories.record(draftOf({ fact, version: 1, at: epoch }))
  const changed = new Set<KeyedFact>()
  while (changed.size < 15) changed.add(random.pick(facts))
  for (const fact of changed) await memories.record(draftOf({ fact, version: 2, at: epoch + day }))
  return facts.map((fact) => ({ fact, version: changed.has(fact) ? 2 : 1 }))
}

async function outOfOrder(memories: Memories, seed: number): Promise<Expected[]> {
  const random = openRandom(seed + 1)
  const facts = factKeys(12)
  const told = facts.flatMap((fact) =>
    [1, 2, 3, 4].map((version) => ({ fact, version, at: epoch + version * day })),
  )
  while (told.length > 0) {
    const [next] = told.splice(random.between(0, told.length - 1), 1)
    if (next !== undefined) await memories.record(draftOf(next))
  }
  return facts.map((fact) => ({ fact, version: 4 }))
}

async function backAgain(memories: Memories): Promise<Expected[]> {
  const facts = factKeys(12)
  for (const [at, version] of [1, 2, 1].entries())
    for (const fact of facts) await memories.record(draftOf({ fact, version, at: epoch + at * day }))
  return facts.map((fact) => ({ fact, version: 1 }))
}

async function undone(memories: Memories): Promise<Expected[]> {
  const facts = factKeys(6)
  for (const [at, version] of [1, 2].entries())
    for (const fact of facts) await memories.record(draftOf({ fact, version, at: epoch + at * day }))
  // Newest first: what the newcomer did to the old value, then the newcomer itself.
  const since = new Set(facts.map(({ key }) => key))
  for (const event of await memories.log({ limit: 400 })) {
    if (event.type === 'SUPERSEDED' || (event.type === 'ACTIVATED' && since.size > 0))
      await memories.undo(event.seq)
    if (event.type !== 'ADMITTED') continue
    const [created] = event.changes
    const key = created?.op === 'create' ? created.record.fact?.key : undefined
    if (!since.delete(key ?? '')) break
    await memories.undo(event.seq)
  }
  return facts.map((fact) => ({ fact, version: 1 }))
}
