/** Makes room in a transcript by fixed rules (memory model 3.7): the same transcript always becomes the same. */

import { actOf } from './acts.ts'
import type { Epoch } from './context.ts'
import { type Entry, groupsOf, makeEntry, textOf, titleOf, tokensOf, withText } from './entries.ts'
import { keysOf, leastWorth } from './evict.ts'
import type { Outputs } from './outputs.ts'
import { previewOf } from './preview.ts'

/** Messages at the end that are never touched. */
export const recentMessages = 10

/** Rule iv: where more than this share is left, the middle goes too, until this much is left. */
const enough = 0.75
const aim = 0.5

/** A question of a person that is longer is not kept word for word when the middle goes. */
const longQuestion = 400

export interface CompactOptions {
  outputs: Outputs
  /** Estimated tokens above which an output becomes a preview. */
  mostOutput: number
  /** Of what comes before the transcript: tools, system text, brief, lessons. */
  headTokens: number
  /** Handles that the agent gave up. */
  drops: readonly string[]
  /** The state block, as it stands in place of what leaves. */
  state: () => string
  nextId: () => number
}

export interface Compacted {
  entries: Entry[]
  left: Epoch['left']
}

/** Rules i, ii, v and iv, in this order. The handles of what leaves are in `left`. */
export async function compact(entries: readonly Entry[], options: CompactOptions): Promise<Compacted> {
  const left: Epoch['left'] = []
  const before = options.headTokens + tokensOf(entries)
  let now = await replaceSome(entries, left, (entry, at) => dropped(entry, at, entries, options))
  now = await replaceSome(now, left, (entry, at) => superseded(entry, at, now, options))
  now = await replaceSome(now, left, (entry) => shortened(entry, now, options))
  if (options.headTokens + tokensOf(now) > before * enough) now = await evict(now, left, before, options)
  return { entries: now, left }
}

/** Only what was dropped leaves: for an epoch that came for another reason. */
export async function applyDrops(entries: readonly Entry[], options: CompactOptions): Promise<Compacted> {
  const left: Epoch['left'] = []
  const now = await replaceSome(entries, left, (entry, at) => dropped(entry, at, entries, options))
  return { entries: now, left }
}

type Shorter = { content: string; handle: string; what: string }

async function replaceSome(
  entries: readonly Entry[],
  left: Epoch['left'],
  shorten: (entry: Entry, at: number) => Promise<Shorter | null>,
): Promise<Entry[]> {
  const end = entries.length - recentMessages
  const now: Entry[] = []
  for (const [at, entry] of entries.entries()) {
    const shorter = at < end && entry.message.role === 'tool' ? await shorten(entry, at) : null
    const changed = shorter === null ? entry : withText(entry, shorter.content, shorter.handle)
    if (shorter === null || changed.tokens >= entry.tokens) {
      now.push(entry)
      continue
    }
    left.push({ what: shorter.what, handle: shorter.handle, tokens: entry.tokens - changed.tokens })
    now.push(changed)
  }
  return now
}

/** Where the whole text lies; what never was a preview is kept now. */
async function handleOf({ handle, message }: Entry, { outputs }: CompactOptions): Promise<string> {
  return handle ?? (await outputs.keep(message.content))
}

/** Rule v. */
async function dropped(
  entry: Entry,
  _at: number,
  _all: readonly Entry[],
  options: CompactOptions,
): Promise<Shorter | null> {
  if (entry.handle === null || !options.drops.some((one) => sameText(one, entry.handle ?? ''))) return null
  const { handle } = entry
  return {
    content: `[Given up by you: ${handle}]`,
    handle,
    what: `${titleOf(entry)} (given up by the agent)`,
  }
}

/** With or without lines, and with more or fewer digits. */
function sameText(one: string, other: string): boolean {
  const [a = '', b = ''] = [one.split('#')[0]?.toLowerCase(), other.split('#')[0]?.toLowerCase()]
  return a.length >= 16 && (a.startsWith(b) || b.startsWith(a))
}

/** Rule ii: the same lines of the same file were read again later. */
async function superseded(
  entry: Entry,
  at: number,
  all: readonly Entry[],
  options: CompactOptions,
): Promise<Shorter | null> {
  const act = readOf(entry)
  if (act === null) return null
  const newer = all.findLast((other, where) => {
    const again = where > at ? readOf(other) : null
    return again?.path === act.path && again.from <= act.from && again.to >= act.to
  })
  if (newer === undefined) return null
  const handle = await handleOf(entry, options)
  const newest = await handleOf(newer, options)
  const content = `[${act.path} was read again later: see ${newest}. As it was here: ${handle}]`
  return { content, handle, what: `${titleOf(entry)} (read again later)` }
}

function readOf({ call, ok }: Entry) {
  const act = call === null || !ok ? null : actOf(call)
  return act?.kind === 'read' ? act : null
}

/** Rule i: a long output of which nobody spoke lately. */
async function shortened(
  entry: Entry,
  all: readonly Entry[],
  options: CompactOptions,
): Promise<Shorter | null> {
  const { outputs, mostOutput } = options
  if (entry.tokens <= mostOutput) return null
  const recent = all.slice(-recentMessages).map(({ message }) => textOf(message))
  if (keysOf(entry).some((key) => recent.some((text) => text.includes(key)))) return null
  const handle = entry.handle ?? (await outputs.keep(entry.message.content))
  const content = previewOf(entry.message.content, handle, Math.floor(mostOutput / 2))
  return { content, handle, what: titleOf(entry) }
}

/** Rule iv: of the middle, what is worth least leaves as one episode; questions of a person stay while there is room. */
async function evict(
  entries: readonly Entry[],
  left: Epoch['left'],
  before: number,
  options: CompactOptions,
): Promise<Entry[]> {
  const groups = groupsOf(entries)
  const middle = middleOf(groups, entries.length)
  const target = before * aim - options.headTokens
  const gone = new Set<number>()
  let tokens = tokensOf(entries)
  for (const at of [
    ...leastWorth(middle).filter((one) => !isQuestion(middle[one])),
    ...longQuestions(middle),
  ]) {
    if (tokens <= target) break
    gone.add(at)
    tokens -= tokensOf(middle[at] ?? [])
  }
  const leaving = middle.filter((_, at) => gone.has(at)).flat()
  const handle = await options.outputs.keep(
    leaving.map(({ message }) => `${message.role}: ${textOf(message)}`).join('\n\n'),
  )
  const summary = makeEntry(
    options.nextId(),
    { role: 'user', content: summaryText(leaving, handle, options.state()) },
    { handle, covers: leaving.flatMap(({ id, covers }) => [id, ...covers]) },
  )
  // A summary that is no shorter than what it stands for is none.
  if (summary.tokens >= tokensOf(leaving)) return [...entries]
  const goneIds = new Set(leaving.map(({ id }) => id))
  const first = entries.findIndex(({ id }) => goneIds.has(id))
  left.push(
    ...leaving.map((entry) => ({
      what: titleOf(entry),
      handle: entry.handle ?? handle,
      tokens: entry.tokens,
    })),
  )
  const rest = entries.filter(({ id }) => !goneIds.has(id))
  const place = entries.slice(0, first).filter(({ id }) => !goneIds.has(id)).length
  return [...rest.slice(0, place), summary, ...rest.slice(place)]
}

/** Whole groups that end before the recent messages. */
function middleOf(groups: readonly Entry[][], messages: number): Entry[][] {
  const end = messages - recentMessages
  let seen = 0
  return groups.filter((group) => {
    seen += group.length
    return seen <= end
  })
}

/** A former summary is none: its content is in what it covers. */
function isQuestion(group: readonly Entry[] | undefined): boolean {
  const [first] = group ?? []
  return first?.message.role === 'user' && first.covers.length === 0
}

/** Oldest first. The very first question stays in any case: it says what all is about. */
function longQuestions(middle: readonly Entry[][]): number[] {
  const asked = middle.flatMap((group, at) => (isQuestion(group) ? [at] : [])).slice(1)
  return asked.filter((at) => tokensOf(middle[at] ?? []) > longQuestion)
}

function summaryText(leaving: readonly Entry[], handle: string, state: string): string {
  const answers = leaving.filter(({ message }) => message.role === 'assistant').length
  return `[${leaving.length} earlier messages (${answers} steps) left the window. Word for word: open ${handle}.]\n${state}`
}
