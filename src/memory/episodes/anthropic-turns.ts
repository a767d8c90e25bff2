/** Conversations kept as messages of Anthropic's form, with native tool calls or ones written as tags, into steps. */

import { blockText, bounded, type Fields, fields, filled, list, text } from './fields.ts'
import type { Place, Step } from './session.ts'
import { type SpokenCall, spokenCalls, tagged } from './spoken-calls.ts'
import { pathText } from './tame.ts'
import { editsOf, editTools } from './task-edits.ts'
import {
  type Answer,
  answerOf,
  endingOf,
  type Operation,
  operationEnding,
  operationsOf,
  withoutSurroundings,
} from './task-results.ts'

export interface Turn {
  role: string
  content: unknown
  at: number | null
  place: Place
}

interface Call extends SpokenCall {
  place: Place
}

/** A conversation while it is read. */
export interface Talk {
  /** `tagged`: what a person says stands in tags, the rest of a user's message is the program's. */
  requests: 'tagged' | 'plain'
  steps: Step[]
  /** Folders that the program told the model about, in order. */
  folders: string[]
  /** Native calls that wait for their result, by id. */
  calls: Map<string, Call>
  /** Calls written as tags that wait for theirs. */
  spoken: Call[]
  /** Last texts of files, as far as they are known. */
  texts: Map<string, string>
  /** The model says that it is done; a person may still say no. */
  completion: Step | null
}

export function openTalk(requests: Talk['requests']): Talk {
  const waiting = { calls: new Map<string, Call>(), spoken: [], texts: new Map<string, string>() }
  return { requests, steps: [], folders: [], ...waiting, completion: null }
}

export function takeTurn(talk: Talk, turn: Turn): void {
  if (turn.role === 'assistant') takeAssistant(talk, turn)
  else if (turn.role === 'user') takeUser(talk, turn)
}

/** Call when all is read: what the model said last was not contradicted. */
export function endTalk(talk: Talk): void {
  if (talk.completion !== null) talk.steps.push(talk.completion)
  talk.completion = null
}

type When = Pick<Turn, 'at' | 'place'>

function blocksOf(content: unknown): Fields[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : list(content).map(fields)
}

function takeAssistant(talk: Talk, { content, at, place }: Turn): void {
  const when = { at, place }
  // Results stand in the very next message: older calls were not carried out.
  talk.spoken = []
  for (const block of blocksOf(content)) {
    if (block.type === 'text') {
      const { said, calls } = spokenCalls(text(block.text))
      sayAssistant(talk, said, when)
      for (const call of calls) begin(talk, { ...call, place }, { when, id: null })
    } else if (block.type === 'tool_use') {
      const call = { name: text(block.name), input: inputOf(block.input), place }
      begin(talk, call, { when, id: text(block.id) })
    }
  }
}

function inputOf(value: unknown): Fields {
  if (typeof value === 'string') return { input: value, command: value }
  return Array.isArray(value) ? { commands: value } : fields(value)
}

function sayAssistant(talk: Talk, said: string, when: When): void {
  if (said.trim() !== '') talk.steps.push({ ...when, type: 'assistant', text: bounded(said.trim()) })
}

const endings = new Set(['attempt_completion', 'submit_and_exit'])

function begin(talk: Talk, call: Call, { when, id }: { when: When; id: string | null }): void {
  if (endings.has(call.name)) {
    sayAssistant(talk, text(call.input.result) || text(call.input.summary), when)
    talk.completion = {
      ...when,
      type: 'signal',
      signal: 'completed',
      detail: 'the agent said that it is done',
    }
  }
  if (id === null) talk.spoken.push(call)
  else talk.calls.set(id, call)
}

const header = /^\s*(?:Tool #\d+: )?\[([a-z_]{2,40})(?=[ \]])/

function takeUser(talk: Talk, { content, at, place }: Turn): void {
  const when = { at, place }
  let open: { call: Call | null; texts: string[] } | null = null
  const close = () => {
    if (open?.call != null) finish(talk, open.call, { content: open.texts.join('\n'), isError: false, when })
    open = null
  }
  for (const block of blocksOf(content)) {
    if (block.type === 'tool_result') {
      close()
      finishNative(talk, block, when)
    }
    if (block.type !== 'text') continue
    const words = surroundings(talk, text(block.text))
    const name = header.exec(words)?.[1]
    const body = name === undefined ? -1 : words.indexOf('] Result:')
    if (name !== undefined && body >= 0) {
      close()
      open = { call: spokenCall(talk, name), texts: [words.slice(body + 9)] }
    } else if (open !== null && !/^\s*<(?:task|user_message)>/.test(words)) {
      // Words of the person stand in tags inside of the answer, too: `finish` finds them.
      ;(open as { texts: string[] }).texts.push(words)
    } else request(talk, words, when)
  }
  close()
}

/** Results come in the order of the calls; one that is not there was not asked for. */
function spokenCall(talk: Talk, name: string): Call | null {
  const at = talk.spoken.findIndex((call) => call.name === name)
  return at < 0 ? null : (talk.spoken.splice(0, at + 1).at(-1) ?? null)
}

/** Takes the words without what the program adds about the editor, which names the folder. */
function surroundings(talk: Talk, words: string): string {
  const named = /# Current (?:Working|Workspace) Directory \(([^\n]{1,4096}?)\) Files/.exec(words)?.[1]
  const folder = pathText(named)
  if (folder !== undefined && !talk.folders.includes(folder)) talk.folders.push(folder)
  return withoutSurroundings(words)
}

const personTags = ['task', 'feedback', 'user_message', 'answer', 'user_input']

function request(talk: Talk, words: string, when: When): void {
  const inTags = tagged(words, personTags).map((inside) => inside.trim())
  const isFirst = !talk.steps.some(({ type }) => type === 'user')
  const plain = (talk.requests === 'plain' || isFirst) && !/^\s*(?:\[|# task_progress)/.test(words)
  for (const said of inTags.length > 0 ? inTags : plain ? [words.trim()] : []) sayUser(talk, said, when)
}

function sayUser(talk: Talk, said: string, when: When): void {
  if (said === '') return
  // Whoever goes on asking does not take the work as done.
  talk.completion = null
  talk.steps.push({ ...when, type: 'user', text: bounded(said) })
}

interface Result {
  content: unknown
  isError: boolean
  when: When
}

function finishNative(talk: Talk, block: Fields, when: When): void {
  const call = talk.calls.get(text(block.tool_use_id))
  if (call === undefined) return
  talk.calls.delete(text(block.tool_use_id))
  finish(talk, call, { content: block.content, isError: block.is_error === true, when })
}

const commandTools = new Set(['execute_command', 'run_commands', 'run_command', 'bash', 'shell'])

function finish(talk: Talk, call: Call, { content, isError, when: { at } }: Result): void {
  const when = { at, place: call.place }
  const operations = operationsOf(content)
  const answer = answerOf(operations === null ? content : operationText(operations), isError)
  if (answer.verdict === 'skipped') return
  if (operations?.some(({ success }) => success === false) === true && answer.verdict === 'done')
    answer.verdict = 'failed'
  const { name, input } = call
  if (commandTools.has(name)) talk.steps.push(...commandSteps(call, { operations, answer, when }))
  else if (editTools.has(name)) talk.steps.push(...editSteps(talk, call, { answer, when }))
  else if (!endings.has(name))
    talk.steps.push({
      ...when,
      type: 'tool',
      name: name.slice(0, 200),
      input: bounded(JSON.stringify(input)),
      output: answer.output,
      isError: answer.verdict !== 'done',
    })
  if (endings.has(name) && answer.verdict === 'denied') talk.completion = null
  for (const said of answer.feedback) sayUser(talk, said, when)
}

function operationText(operations: readonly Operation[]): string {
  return operations.map(({ result, error }) => [error, result].filter(Boolean).join('\n')).join('\n')
}

interface Finished {
  operations: Operation[] | null
  answer: Answer
  when: When
}

function commandSteps(call: Call, { operations, answer, when }: Finished): Step[] {
  const commands = commandsOf(call.input)
  if (answer.verdict === 'denied')
    return [
      {
        ...when,
        type: 'tool',
        name: call.name,
        input: bounded(commands.join('\n')),
        output: answer.output,
        isError: true,
      },
    ]
  const cwd = pathText(call.input.cwd)
  const step = (command: string, output: string, ending: ReturnType<typeof endingOf>): Step => ({
    ...when,
    type: 'command',
    command: bounded(command),
    ...(cwd !== undefined && { cwd }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output: bounded(output),
  })
  if (operations !== null && operations.length > 0)
    return operations.map((operation, at) =>
      step(
        commands[at] ?? operation.query,
        [operation.result, operation.error].filter(Boolean).join('\n'),
        operationEnding(operation),
      ),
    )
  return commands.map((command) =>
    step(command, answer.output, commands.length === 1 ? endingOf(answer.output) : null),
  )
}

/** One line, several, or programs with their arguments. */
function commandsOf(input: Fields): string[] {
  const given = input.commands ?? input.command ?? input.cmd
  return (Array.isArray(given) ? given : [given]).flatMap((one) => {
    if (typeof one === 'string') return one === '' ? [] : [one]
    const { command, args } = fields(one)
    const words = [command, ...list(args)].filter((word) => typeof word === 'string')
    return words.length === 0
      ? []
      : [words.map((word) => (/[\s"]/.test(word) && args ? JSON.stringify(word) : word)).join(' ')]
  })
}

const mostTexts = 200
const longestText = 200_000

function editSteps(talk: Talk, call: Call, { answer, when }: Omit<Finished, 'operations'>): Step[] {
  const applied = answer.verdict === 'done'
  const edits = editsOf(call, talk.texts, answer.created)
  const steps = edits.flatMap((edit): Step[] => {
    const step: Step = { ...when, type: 'edit', ...edit, applied }
    const { path } = edit
    if (answer.verdict === 'denied')
      return [
        step,
        { ...when, type: 'signal', signal: 'rejected', detail: `the edit of ${path} was refused`, path },
      ]
    if (!answer.modified) return [step]
    const detail = `the person changed the edit of ${path}`
    return [step, { ...when, type: 'signal', signal: 'modified', detail, path }]
  })
  if (applied) for (const { path } of edits) remember(talk, path, answer.finalText ?? ownText(call))
  return steps
}

function ownText({ name, input }: Call): string | null {
  return name === 'write_to_file' ? (filled(input.content) ?? null) : null
}

function remember({ texts }: Talk, path: string, content: string | null): void {
  texts.delete(path)
  if (content !== null && content.length <= longestText) texts.set(path, content)
  const [oldest] = texts.keys()
  if (texts.size > mostTexts && oldest !== undefined) texts.delete(oldest)
}

/** Words of a summary that took the place of earlier turns. */
export function summaryStep({ content, at, place }: Turn): Step {
  return { at, place, type: 'compaction', text: blockText(content) }
}
