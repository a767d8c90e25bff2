/** The steps of mini-swe-agent: messages with shell commands, and what came of each. */

import { statedExit } from '../exit.ts'
import { blockText, bounded, type Fields, fields, instant, integer, list, text } from '../fields.ts'
import type { Place, Step, StepOf } from '../session.ts'
import { simpleCommands } from '../shell.ts'
import { filesWritten } from '../submission.ts'
import type { Item } from './swe-agent-steps.ts'

interface Source {
  file: string
  cwd: string | undefined
  /** Whether a patch says what was changed; without it, what the commands wrote counts. */
  isSubmitted: boolean
}

/** Steps in order; messages that no command belongs to are the person's only in the beginning. */
export function miniSteps(messages: readonly Item[], source: Source): Step[] {
  const steps: Step[] = []
  let at: number | null = null
  let isBegun = false
  for (let next = 0; next < messages.length; next++) {
    const { value, line } = messages[next] as Item
    at = instant(fields(value.extra).timestamp) ?? at
    const when = { at, place: { file: source.file, line } }
    if (value.role === 'assistant') {
      isBegun = true
      const said = blockText(value.content).trim()
      if (said !== '') steps.push({ ...when, type: 'assistant', text: said })
      const results = resultsAfter(messages, next)
      steps.push(...commandSteps(commandsOf(value), results, { ...source, ...when }))
    } else if (value.role === 'user') {
      const request = isBegun ? addedTask(value) : blockText(value.content).trim()
      if (request !== '') steps.push({ ...when, type: 'user', text: request })
    }
  }
  return isBegun ? steps : []
}

/** A person who looks on may give another task or refuse a command. */
function addedTask(value: Fields): string {
  const said = blockText(value.content)
  return /^The user added a new task:\s*([\s\S]+)$/.exec(said)?.[1]?.trim() ?? ''
}

interface Call {
  command: string
  id: string
}

function commandsOf(message: Fields): Call[] {
  const actions = list(fields(message.extra).actions).map(fields)
  const given = actions.flatMap(({ command, tool_call_id }) =>
    typeof command === 'string' && command.trim() !== '' ? [{ command, id: text(tool_call_id) }] : [],
  )
  if (given.length > 0) return given
  const said = blockText(message.content)
  const [, fenced] = /```(?:bash|sh|mswea_bash_command)\s*\n([\s\S]*?)\n?```/.exec(said) ?? []
  const [, tagged] = /<mswea_bash_command>([\s\S]*?)<\/mswea_bash_command>/.exec(said) ?? []
  const command = (fenced ?? tagged ?? '').trim()
  return command === '' ? [] : [{ command, id: '' }]
}

/** What was said until the model spoke again. */
function resultsAfter(messages: readonly Item[], from: number): Fields[] {
  const end = messages.findIndex(({ value }, at) => at > from && value.role === 'assistant')
  return messages
    .slice(from + 1, end < 0 ? undefined : end)
    .map(({ value }) => value)
    .filter(({ role }) => role === 'tool' || role === 'user')
}

interface When extends Source {
  at: number | null
  place: Place
}

function commandSteps(calls: readonly Call[], results: readonly Fields[], when: When): Step[] {
  const left = [...results]
  return calls.flatMap((call): Step[] => {
    const own = left.findIndex(({ tool_call_id }) => call.id !== '' && tool_call_id === call.id)
    const [result] = left.splice(Math.max(0, own), 1)
    const { at, place, cwd } = when
    const refused = result === undefined ? null : refusalOf(result)
    if (refused !== null)
      return [
        { at, place, type: 'signal', signal: 'rejected', detail: bounded(`${call.command}: ${refused}`) },
      ]
    const wrote = when.isSubmitted ? [] : filesWritten(call.command)
    const edits = wrote.map((file): Step => ({ at, place, type: 'edit', ...file, applied: true }))
    const folder = cwd === undefined ? {} : { cwd }
    const command = bounded(call.command)
    return [...edits, { at, place, type: 'command', command, ...folder, ...endingOf(result) }]
  })
}

function refusalOf(result: Fields): string | null {
  const said = blockText(result.content)
  if (!/^Command not executed\b/.test(said) && fields(result.extra).interrupt_type !== 'UserRejection')
    return null
  return said.slice(0, 1_000)
}

function endingOf(result: Fields | undefined): Pick<StepOf<'command'>, 'exitCode' | 'evidence' | 'output'> {
  if (result === undefined) return { exitCode: null, evidence: null, output: '' }
  const extra = fields(result.extra)
  const said = blockText(result.content)
  const output = bounded(/<output(?:_head)?>\n?([\s\S]*?)\s*<\/output(?:_tail)?>/.exec(said)?.[1] ?? said)
  // A command that was killed did not end by itself.
  const isKilled =
    text(extra.exception_info) !== '' ||
    /<exception>|timed out and has been killed/.test(said.slice(0, 2_000))
  const code = isKilled ? null : integer(extra.returncode)
  if (code !== null) return { exitCode: code, evidence: 'field', output }
  const stated = isKilled ? null : statedExit(said)
  return { exitCode: stated?.exitCode ?? null, evidence: stated?.evidence ?? null, output }
}

/** The whole path that the first command went to: a run on one's own machine does not record where it began. */
export function folderOfCommands(steps: readonly Step[]): string | undefined {
  for (const step of steps) {
    const words = step.type === 'command' ? (simpleCommands(step.command)[0]?.words ?? []) : []
    if (words[0] === 'cd' && /^(?:\/|[A-Za-z]:[\\/])/.test(words[1] ?? '')) return words[1]
  }
  return undefined
}
