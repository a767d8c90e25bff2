/** `casebook recall`: what the memory knows for a question, as it would be handed to an agent. */

import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { UserError } from '../../memory/ports.ts'
import { moments, type RecallReply, type Recollection } from '../../memory/recollection.ts'
import { type Kind, kinds } from '../../memory/record.ts'
import type { RecallRequest } from '../../protocol-memories.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { plural } from '../format.ts'
import { anchorLine, recordTitle, shorten } from '../memory-text.ts'
import type { Style } from '../style.ts'
import { listOption, oneOf, textOption, wholeText, withCurrentCode } from '../with-memories.ts'
import { explainLines } from './results.ts'

export const recall: Command = {
  name: 'recall',
  summary: 'Recall episodes, facts and lessons for a question',
  usage: 'QUERY',
  details: `QUERY is a task, an issue or an error, in its own words.
What was recalled is kept in the log, so that it can be credited later.`,
  options: {
    moment: { type: 'string', value: 'WHEN', help: `the point of a repair: ${moments.join(', ')}` },
    output: { type: 'string', value: 'FILE', help: 'what the failing command printed; - is standard input' },
    attempt: { type: 'string', value: 'FILE', help: 'the test or patch at hand; - is standard input' },
    path: { type: 'string', value: 'PATH', help: 'the file that is open, or that the memory is about' },
    symbol: { type: 'string', value: 'NAME', help: 'the function or class that is being edited' },
    session: { type: 'string', value: 'ID', help: 'who asks: never told its own episodes; see credit' },
    kinds: { type: 'string', value: 'LIST', help: `only these, comma-separated: ${kinds.join(', ')}` },
    repair: { type: 'boolean', help: 'the failure has come up before: also what was tried and failed' },
    block: { type: 'boolean', help: 'print the quoted block that a prompt would get' },
    explain: { type: 'boolean', help: 'show what each channel contributed, and what was left out' },
  },
  async run(call) {
    const request = await readRequest(call)
    const reply = await withCurrentCode(call, (memories) => memories.recall(request))
    const { memories, demonstrations, milliseconds, regime } = reply
    const found = `${plural(memories.length + demonstrations.length, 'memory').replace('memorys', 'memories')}`
    call.terminal.note(`${found} in ${Math.round(milliseconds)} ms (${escapeLine(regime)}).`)
    const explain = call.values.explain === true
    if (call.values.block === true) return { data: reply, text: () => reply.block || nothing(reply) }
    return { data: reply, text: (style) => render(reply, explain, style) }
  },
}

/** What was printed or tried tells recall what the question is about, but nobody asked one yet. */
function queryText(call: Call): string {
  const given = ['output', 'attempt', 'path', 'symbol'].filter((name) => call.values[name] !== undefined)
  if (call.positionals.length > 0 || given.length === 0) return wholeText(call, recall, 'The query')
  const option = `--${given[0]}`
  throw new UsageError(
    `${option} goes with a query: casebook recall "what you are trying to do" ${option} ...`,
    recall,
  )
}

async function readRequest(call: Call): Promise<RecallRequest> {
  const { values } = call
  if (values.output === '-' && values.attempt === '-')
    throw new UsageError('Standard input is either the output or the attempt.', recall)
  const text = queryText(call)
  const [output, attempt] = [await readInput(call, 'output'), await readInput(call, 'attempt')]
  const path = textOption(values.path)
  const symbol = textOption(values.symbol)
  const sessionId = textOption(values.session)
  return {
    text,
    moment: oneOf('moment', values.moment, moments, recall) ?? 'any',
    ...(path !== undefined && { path }),
    ...(symbol !== undefined && { symbol }),
    ...(sessionId !== undefined && { sessionId }),
    ...(output !== undefined && { output }),
    ...(attempt !== undefined && { attempt }),
    ...(values.kinds !== undefined && { kinds: readKinds(call) }),
    ...(values.repair === true && { repair: true }),
    ...(call.limit !== undefined && { limit: call.limit }),
  }
}

function readKinds(call: Call): Kind[] {
  const asked = listOption(call.values.kinds) ?? []
  return asked.flatMap((word) => oneOf('kinds', word.replace(/s$/, ''), kinds, recall) ?? [])
}

async function readInput(call: Call, name: 'output' | 'attempt'): Promise<string | undefined> {
  const file = textOption(call.values[name])
  if (file === undefined) return undefined
  if (file === '-') return await readAll(process.stdin)
  try {
    return await readFile(call.resolve(file), 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(`The file cannot be read: ${reason}`, `Check the path given with --${name}.`, cause)
  }
}

function render(reply: RecallReply, explain: boolean, style: Style): string {
  const parts = [
    ...reply.demonstrations.map((one) => demonstration(one, style)),
    ...reply.memories.map((one, at) => recollection(one, { label: `m${at + 1}`, explain }, style)),
  ]
  if (parts.length === 0) parts.push(nothing(reply))
  if (reply.unknown.length > 0 && parts.length > 0 && reply.memories.length > 0)
    parts.push(style.dim(`Unknown here: ${reply.unknown.map(escapeLine).join(', ')}`))
  if (explain) parts.push(...leftOut(reply, style))
  return parts.join('\n')
}

function nothing(reply: RecallReply): string {
  return escapeLine(reply.nothingFound ?? 'Nothing is remembered about that.')
}

interface Shown {
  label: string
  explain: boolean
}

function recollection(found: Recollection, { label, explain }: Shown, style: Style): string {
  const { record, channels, anchors, factors } = found
  const lines = [
    `${style.bold(label)}  ${recordTitle(record, style)}  ${style.dim(found.score.toFixed(3))}`,
    `    ${shorten(record.text, 700)}`,
  ]
  if (record.cue !== '') lines.push(style.dim(`    when: ${shorten(record.cue, 240)}`))
  lines.push(...anchors.slice(0, 4).map((state) => `    ${anchorLine(state, style)}`))
  if (!explain) return lines.join('\n')
  const { utility, anchor, kind } = factors
  const worth = `utility ${utility.toFixed(2)}  code ${anchor.toFixed(1)}  kind ${kind.toFixed(1)}`
  const why = style.dim(`      ${worth}  ${escapeLine(found.why)}`)
  return [...lines, ...explainLines(channels, style), why].join('\n')
}

function demonstration(shown: RecallReply['demonstrations'][number], style: Style): string {
  const state = shown.verified ? style.good('verified') : style.warn('not verified')
  const lines = [
    `${style.bold(shown.kind)}  ${style.path(shown.episodeId)}  ${state}  ${style.dim(shown.score.toFixed(3))}`,
    `    issue: ${shorten(shown.issue, 300)}`,
  ]
  if (shown.wrong !== null) lines.push(`    tried: ${shorten(shown.wrong, 300)}`)
  if (shown.feedback !== null) lines.push(`    said:  ${shorten(shown.feedback, 300)}`)
  lines.push(`    right: ${shorten(shown.right, 300)}`)
  return lines.join('\n')
}

function leftOut(reply: RecallReply, style: Style): string[] {
  const line = (kind: string) => (one: Recollection) =>
    style.dim(`${kind}  ${one.record.id}  ${escapeLine(one.why)}: ${shorten(one.record.text, 80)}`)
  return [...reply.cut.map(line('cut')), ...reply.shadow.map(line('shadow'))]
}
