/** `casebook review`: what waits for a person, and the decisions about it. */

import type { ReviewQueue } from '../../protocol-memories.ts'
import { type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { recordLines, shorten } from '../memory-text.ts'
import type { Style } from '../style.ts'
import { onlyArgument, parseSeq, textOption, withMemories } from '../with-memories.ts'
import { reviewActs } from './memory-acts.ts'
import { accept } from './review-accept.ts'

const list: Command = {
  name: 'review',
  summary: 'List what waits for a person: candidates, contradictions, proposals',
  usage: '[list]',
  details: `Then: 'review accept ID' or '--all', 'review reject ID', 'review settle SEQ', 'review decide WINNER LOSER'.`,
  options: {},
  async run(call) {
    const [word, ...rest] = call.positionals
    if ((word !== undefined && word !== 'list') || rest.length > 0)
      throw new UsageError(`'review ${word}' is unknown: list, accept, reject, settle, decide.`, list)
    const queue = await withMemories(call, (memories) => memories.review())
    return { data: queue, text: (style) => render(queue, call.limit ?? 20, style) }
  },
}

const settle: Command = {
  name: 'review settle',
  summary: 'Settle a proposal: take its words, others, or none',
  usage: 'SEQ --accept | --reject',
  options: {
    accept: { type: 'boolean', help: 'do what is proposed' },
    reject: { type: 'boolean', help: 'leave everything as it is' },
    text: { type: 'string', value: 'TEXT', help: 'accept, but with these words' },
  },
  async run(call) {
    const seq = parseSeq(onlyArgument(call, settle, 'the number of one proposal'), settle)
    const { values } = call
    const text = textOption(values.text)
    const accept = values.accept === true || text !== undefined
    if (accept === (values.reject === true)) throw new UsageError('Say --accept or --reject.', settle)
    const decision = accept ? 'accept' : 'reject'
    await withMemories(call, (memories) => memories.settle(seq, decision, text))
    return { data: { seq, decision }, text: () => `Proposal ${seq}: ${decision}ed.` }
  },
}

const decide: Command = {
  name: 'review decide',
  summary: 'Decide between two memories that contradict each other',
  usage: 'WINNER LOSER',
  options: { both: { type: 'boolean', help: 'both are right: they complement each other' } },
  async run(call) {
    const [winner, loser, ...rest] = call.positionals
    if (winner === undefined || loser === undefined || rest.length > 0)
      throw new UsageError('Give two ids: the one that is right first.', decide)
    const decision = call.values.both === true ? 'both' : 'supersede'
    await withMemories(call, (memories) => memories.decide(winner, loser, decision))
    const text = decision === 'both' ? 'Both stay.' : 'The second one is superseded by the first.'
    return { data: { winner, loser, decision }, text: () => text }
  },
}

export const reviewCommands: readonly Command[] = [list, accept, ...reviewActs, settle, decide]

function render(queue: ReviewQueue, most: number, style: Style): string {
  const { candidates, contested, proposals, rejections } = queue
  const parts = [
    ...contested.map(
      ({ one, other, why }) =>
        `${style.bold('contradiction')}  ${escapeLine(why)}\n${recordLines(one, style)}\n${recordLines(other, style)}`,
    ),
    ...proposals.map(
      ({ seq, what, item }) =>
        `${style.bold(`proposal ${seq}`)}  ${escapeLine(what)}${item === null ? '' : `\n    now: ${shorten(item.text, 200)}`}`,
    ),
    ...candidates.slice(0, most).map(({ record }) => recordLines(record, style)),
  ]
  if (candidates.length > most)
    parts.push(style.dim(`and ${candidates.length - most} more candidates (--limit)`))
  if (parts.length === 0) parts.push('Nothing waits for you.')
  const gates = Object.entries(rejections).map(([gate, number]) => `${escapeLine(gate)} ${number}`)
  if (gates.length > 0) parts.push(style.dim(`Turned away by the gates so far: ${gates.join(', ')}`))
  return parts.join('\n')
}
