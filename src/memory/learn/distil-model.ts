/** What a model proposes to learn from one episode. It sees numbers, never ids, and its reply is only ever a proposal. */

import { z } from 'zod'
import type { EventDraft } from '../event.ts'
import type { Llm } from '../ports.ts'
import type { MemoryRecord, RecordDraft } from '../record.ts'
import { redact } from '../safety/redact.ts'
import { type Asked, ask } from './ask.ts'
import { triedPairs } from './distil-attempts.ts'
import { distilSystem, distilUser, distilVersion, filled, type Lens, lenses } from './distil-prompts.ts'
import { episodeData, memoriesData } from './episode-data.ts'
import type { LearnProposal } from './proposal.ts'
import type { Work } from './work.ts'

/** Known memories that are shown (Mem0 shows 10, its authors found more to confuse). */
export const mostShown = 10

export interface ModelProposals extends Pick<Asked<unknown>, 'calls' | 'inputTokens' | 'outputTokens'> {
  proposals: LearnProposal[]
  /** One REJECTED where no reply was usable; then there are no proposals. */
  events: EventDraft[]
}

/** Asks once, and twice more for a usable reply. Throws what `llm.chat` throws. */
export async function proposeWithModel(
  llm: Llm,
  episode: Work,
  neighbours: readonly MemoryRecord[],
  signal?: AbortSignal,
): Promise<ModelProposals> {
  const shown = neighbours.filter(({ kind }) => kind !== 'episode').slice(0, mostShown)
  const request = {
    purpose: 'distil',
    ...distilMessages(episode, shown),
    temperature: 0,
    maxTokens: 4_000,
  }
  const check = (reply: Reply) => aliasFault(reply, shown.length)
  const { value, reason, ...ledger } = await ask(llm, request, { schema: replySchema, check }, signal)
  const author = `${llm.id}@${distilVersion}`.slice(-200)
  if (value === null) return { proposals: [], events: [rejected(author, reason)], ...ledger }
  const masked = await Promise.all(value.proposals.map(maskItem))
  return {
    proposals: masked.map((item) => proposalOf(item, { episode, shown, author })),
    events: [],
    ...ledger,
  }
}

/** System and user message. The episode is quoted data of the user's. */
export function distilMessages(
  episode: Work,
  shown: readonly MemoryRecord[],
): { system: string; messages: { role: 'user'; content: string }[] } {
  const chosen = lensesOf(episode).map((lens) => lenses[lens])
  const holes = { episode: episodeData(episode), memories: memoriesData(shown) }
  return {
    system: filled(distilSystem, { lenses: chosen.join('\n') }),
    messages: [{ role: 'user', content: filled(distilUser, holes) }],
  }
}

/** Success and failure by the verdict, both where nobody knows; comparison where a failed attempt came before a good one. */
export function lensesOf({ episode }: Work): Lens[] {
  const { verdict } = episode.outcome
  const chosen: Lens[] =
    verdict === 'unknown' ? ['success', 'failure'] : [verdict === 'passed' ? 'success' : 'failure']
  return triedPairs(episode.attempts).length > 0 ? [...chosen, 'comparison'] : chosen
}

const number = z.int().min(1).max(1_000)
const why = z.string().max(1_000).default('')
const knowledge = {
  kind: z.enum(['fact', 'lesson']),
  text: z.string().min(1).max(2_000),
  cue: z.string().max(1_000).default(''),
  entities: z.array(z.string().min(1).max(400)).max(30).default([]),
  polarity: z.enum(['do', 'avoid']).default('do'),
  stream: z.enum(['localisation', 'reasoning', 'workflow']).default('reasoning'),
  procedure: z.array(z.string().max(500)).max(12).default([]),
  key: z.string().max(300).nullable().default(null),
  value: z.string().max(1_000).nullable().default(null),
  why,
}
const related = z.strictObject({ number, type: z.enum(['complements', 'related_to', 'contradicts']), why })
const itemSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('ADD'), ...knowledge, related: z.array(related).max(5).default([]) }),
  z.strictObject({ op: z.literal('SUPERSEDE'), number, ...knowledge }),
  z.strictObject({ op: z.literal('MERGE'), numbers: z.array(number).min(1).max(5), ...knowledge }),
  z.strictObject({ op: z.literal('NOOP'), number, why }),
])
const replySchema = z.strictObject({ proposals: z.array(itemSchema).max(12) })
type Reply = z.infer<typeof replySchema>
type Item = Reply['proposals'][number]

/** Numbers that nobody was shown, and two acts on one memory, make the whole reply unusable. */
function aliasFault({ proposals }: Reply, shown: number): string | null {
  const acted = proposals.flatMap((item) =>
    item.op === 'ADD' ? [] : item.op === 'MERGE' ? item.numbers : [item.number],
  )
  const named = proposals.flatMap((item) => (item.op === 'ADD' ? item.related.map((one) => one.number) : []))
  const unknown = [...acted, ...named].find((one) => one > shown)
  if (unknown !== undefined) return `there is no memory number ${unknown}`
  const twice = acted.find((one, at) => acted.indexOf(one) !== at)
  return twice === undefined ? null : `memory number ${twice} is named twice`
}

/** A model may repeat a secret that it saw elsewhere, or make one up. */
async function maskItem(item: Item): Promise<{ item: Item; masked: number }> {
  if (item.op === 'NOOP') return { item, masked: 0 }
  const [text, cue, value, ...procedure] = await Promise.all(
    [item.text, item.cue, item.value ?? '', ...item.procedure].map(redact),
  )
  const all = [text, cue, value, ...procedure]
  const words = {
    text: text?.text ?? '',
    cue: cue?.text ?? '',
    value: item.value === null ? null : (value?.text ?? ''),
    procedure: procedure.map((step) => step.text),
  }
  return { item: { ...item, ...words }, masked: all.reduce((sum, one) => sum + (one?.masked ?? 0), 0) }
}

interface Making {
  episode: Work
  shown: readonly MemoryRecord[]
  author: string
}

function proposalOf({ item, masked }: { item: Item; masked: number }, making: Making): LearnProposal {
  const idOf = (alias: number) => making.shown[alias - 1]?.id ?? ''
  const source = { type: 'episode' as const, ref: making.episode.id }
  if (item.op === 'NOOP') return { op: 'noop', target: idOf(item.number), sources: [source] }
  const draft = { ...draftOf(item, making), masked }
  if (item.op === 'SUPERSEDE') return { op: 'supersede', target: idOf(item.number), draft, why: item.why }
  if (item.op === 'MERGE') return { op: 'merge', targets: item.numbers.map(idOf), draft, why: item.why }
  const relations = item.related.map((one) => ({ to: idOf(one.number), type: one.type, why: one.why }))
  return { op: 'add', draft, related: relations }
}

function draftOf(item: Exclude<Item, { op: 'NOOP' }>, { episode, author }: Making): RecordDraft {
  const cited = episode.anchors.filter(({ path }) => item.entities.includes(path) || item.text.includes(path))
  const body =
    item.kind === 'fact'
      ? { fact: { key: item.key, value: item.value, checker: null } }
      : {
          lesson: {
            polarity: item.polarity,
            stream: item.stream,
            role: null,
            order: null,
            params: {},
            procedure: item.procedure,
          },
        }
  return {
    kind: item.kind,
    text: item.text.trim(),
    cue: item.cue.trim(),
    entities: [...new Set(item.entities)],
    anchors: cited.slice(0, 20),
    branch: episode.branch,
    commit: episode.commit,
    validFrom: episode.episode.endedAt,
    flags: episode.flags,
    confidence: 'inferred',
    provenance: { sources: [{ type: 'episode', ref: episode.id }], author, method: `distil/${item.kind}` },
    ...body,
  }
}

function rejected(author: string, reason: string): EventDraft {
  return {
    type: 'REJECTED',
    actor: { type: 'model', name: author },
    reason: `no usable reply: ${reason}`,
    payload: { gate: 'reply', reason },
    changes: [],
  }
}
