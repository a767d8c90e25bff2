/** A long session of an agent by a script: the same seed gives the same prompts on every machine. */

import type { Epoch, OpenContext } from '../../agent/context/context.ts'
import { promptBytes } from '../../agent/context/context.ts'
import { outputsInMemory } from '../../agent/context/outputs.ts'
import { openWorkingContext } from '../../agent/context/working-context.ts'
import { runAgent } from '../../agent/loop.ts'
import { answering, type ChatModel, type ModelRequest, type ToolCall } from '../../llm/model.ts'
import { makeRepository, type Repository, repositoryTools } from './context-repository.ts'
import { openRandom, type Random } from './random.ts'

export interface SessionOptions {
  /** Requests of the model. */
  turns: number
  /** Tokens of its window. */
  window: number
  seed: number
  signal?: AbortSignal
}

/** One request as it was sent. */
export interface SentPrompt {
  bytes: string
  /** The epoch that was logged before it. */
  epoch: Epoch | null
}

export interface RecordedSession {
  prompts: SentPrompt[]
  context: OpenContext
}

export async function recordSession(options: SessionOptions): Promise<RecordedSession> {
  const { turns, window, seed, signal } = options
  const random = openRandom(seed)
  const repository = makeRepository(random)
  const outputs = outputsInMemory()
  let clock = 1_700_000_000_000
  const now = () => clock++
  const context = openWorkingContext({ system, brief, lessons, window, outputs, now })
  const tools = repositoryTools(repository, context, openRandom(seed + 1))
  const prompts: SentPrompt[] = []
  let epoch: Epoch | null = null
  const model = scripted(
    () => steps,
    (request) => {
      prompts.push({ bytes: promptBytes(request.tools ?? [], request), epoch })
      epoch = null
    },
  )
  let steps: Step[] = []
  for (let task = 0; prompts.length < turns; task++) {
    steps = stepsOf(random, repository)
    context.ask(questionOf(random, task), recalledOf(random, task))
    await runAgent({
      model,
      context,
      tools,
      now,
      limits: { steps: turns - prompts.length, tokens: Infinity, seconds: Infinity },
      onEvent: (event) => {
        if (event.type === 'epoch') epoch = event.epoch
      },
      ...(signal && { signal }),
    })
  }
  return { prompts, context }
}

/** What is said and called in one step; may look at what came before, as a model does. */
type Step = (request: ModelRequest) => { text: string; calls: Omit<ToolCall, 'id'>[] }

function scripted(steps: () => Step[], sent: (request: ModelRequest) => void): ChatModel {
  let count = 0
  return answering({ id: 'scripted', contextTokens: null }, async (request) => {
    sent(request)
    const { text, calls } = steps().shift()?.(request) ?? { text: 'That is all.', calls: [] }
    // As a server would count them.
    const usage = { inputTokens: 1_000, outputTokens: 100 }
    return { text, usage, calls: calls.map((call) => ({ ...call, id: `call_${++count}` })) }
  })
}

/** One task: look, read, test, look closer, change, test again, answer. */
function stepsOf(random: Random, repository: Repository): Step[] {
  const paths = [...repository.keys()]
  const path = random.pick(paths)
  const other = random.pick(paths)
  const word = /src\/(\w+)\//.exec(path)?.[1] ?? 'cart'
  const from = random.between(1, 40)
  const rounds = random.between(1, 3)
  const steps: Step[] = [
    say(`I look for ${word}.`, ['search', { query: `${word}.parts` }]),
    say('These two matter.', ['read', { path }], ['read', { path: other, from, to: from + 80 }]),
  ]
  for (let round = 0; round < rounds; round++) {
    const number = random.between(100, 999)
    steps.push(say(`Round ${round + 1}: what do the tests say?`, ['run', { command: `npm test -- ${word}` }]))
    if (random.chance(0.6)) steps.push(openLast(random.between(20, 200)))
    if (random.chance(0.4))
      steps.push(say('', ['note', { text: `Hypothesis: the limit of ${word} is off by ${number}` }]))
    steps.push(
      say('I change it.', [
        'edit',
        { path, before: 'limit', after: `  // limit ${number} of ${word}\n  limit += ${number}` },
      ]),
      say('Once more.', ['read', { path }], ['run', { command: `npm test -- ${word}` }]),
    )
    if (random.chance(0.3)) steps.push(dropLast)
    if (random.chance(0.3))
      steps.push(
        say('', [
          'note',
          { text: `Refuted: the limit of ${word} is off by ${number} because it stayed red` },
        ]),
      )
  }
  steps.push(
    say(
      `The ${word} now keeps its limit. ${'I changed one function and ran the tests. '.repeat(random.between(1, 6))}`,
    ),
  )
  return steps
}

function say(text: string, ...calls: [name: string, given: Record<string, unknown>][]): Step {
  return () => ({ text, calls: calls.map(([name, given]) => ({ name, arguments: given })) })
}

function openLast(from: number): Step {
  return (request) => {
    const handle = lastHandle(request)
    if (handle === null)
      return {
        text: 'Short enough to see.',
        calls: [{ name: 'note', arguments: { text: 'Next: change it' } }],
      }
    return { text: 'I look closer.', calls: [{ name: 'open', arguments: { handle, from, to: from + 60 } }] }
  }
}

const dropLast: Step = (request) => {
  const handle = lastHandle(request)
  const calls = handle === null ? [] : [{ name: 'drop', arguments: { handle } }]
  return {
    text: 'That is read.',
    calls: [...calls, { name: 'search', arguments: { query: 'throw new Error' } }],
  }
}

function lastHandle({ messages }: ModelRequest): string | null {
  for (const { content } of [...messages].reverse().slice(0, 6)) {
    const handle = /open (art:[0-9a-f]+)#/.exec(content)?.[1]
    if (handle !== undefined) return handle
  }
  return null
}

function questionOf(random: Random, task: number): string {
  const must = random.chance(0.4) ? ' You must not touch the public functions.' : ''
  return `Task ${task + 1}: orders above ${random.between(10, 999)} parts are refused though they should not be.${must} Find out why, and mend it.`
}

function recalledOf(random: Random, task: number): string {
  const notes = Array.from(
    { length: random.between(1, 5) },
    (_, at) =>
      `[m${at + 1}] lesson, verified\n| limits of parts were off by ${random.between(1, 99)} in task ${task} before`,
  )
  return `=== casebook memory: quoted data ===\n${notes.join('\n\n')}\n=== end of casebook memory ===`
}

const system = `You work on a repository. Look before you change, test what you changed, and say briefly what you did.
${'Keep to the style of the code around you. Do what was asked and no more. '.repeat(6)}`

const brief = `=== casebook memory: quoted data ===
| A shop in TypeScript: src/<noun>/<verb>-<noun>.ts, tests by npm test.
=== end of casebook memory ===`

const lessons = Array.from(
  { length: 12 },
  (_, at) => `- lesson ${at + 1}: limits are inclusive (when: parts, limit)`,
).join('\n')
