/** The markdown history of Aider, taken apart: who said what, and what it means (session-formats, section 8). */

import { bounded } from '../fields.ts'
import { blockAt } from '../search-replace.ts'
import type { Place, Step, StepOf } from '../session.ts'
import { isSamePath, type Proposal, proposals, wholeFile } from './aider-edits.ts'

/** Neighbouring lines of one speaker. */
export interface Entry {
  speaker: 'person' | 'program' | 'model'
  lines: string[]
  /** 1-based, in the file. */
  line: number
}

const personLine = /^####(?: (.*))?$/
const programLine = /^>(?: (.*))?$/
/** What the program says without the two blanks at its end, since more lines followed. */
const knownLine =
  /^> (?:Commit [0-9a-f]{7}|Applied edit to |Running |Added |Removed: |Now at: |Tokens: |You can use \/undo|Committing )/

/**
 * Aider ends its own lines and the person's with two blanks: where it did, lines without them are the model's
 * headings and quotations. Blocks of an edit are the model's to their end, whatever they hold.
 */
export function entriesOf(lines: readonly string[], firstLine: number): Entry[] {
  const isMarked = lines.some((line) => /^#### .* {2}$/.test(line))
  const entries: Entry[] = []
  let isApart = false
  const add = (speaker: Entry['speaker'], at: number, words: readonly string[]) => {
    const last = entries.at(-1)
    if (last?.speaker === speaker && !isApart) last.lines.push(...words)
    else if (speaker !== 'model' || words.some((word) => word.trim() !== ''))
      entries.push({ speaker, lines: [...words], line: firstLine + at })
    isApart = false
  }
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const block = blockAt(lines, at)
    if (block !== null) {
      add('model', at, lines.slice(at, block[1] + 1))
      at = block[1]
      continue
    }
    const own = !isMarked || line.endsWith('  ')
    const said = own ? personLine.exec(line) : null
    const told = own || knownLine.test(line) ? programLine.exec(line) : null
    if (said !== null) add('person', at, [(said[1] ?? '').trimEnd()])
    else if (told !== null) add('program', at, [(told[1] ?? '').trimEnd()])
    else if (line.trim() !== '' || entries.at(-1)?.speaker === 'model') add('model', at, [line])
    // An empty line parts two requests.
    else isApart = true
  }
  return entries
}

interface Waiting extends Proposal {
  place: Place
}

/** What is known while the entries are gone through. */
interface Reading {
  file: string
  entries: readonly Entry[]
  timeOf: (request: string) => number | null
  at: number | null
  steps: Step[]
  model: string | null
  /** Of `--test-cmd` and `--auto-test` in the line that started it. */
  testCommand: string | null
  testsItself: boolean
  reply: { text: string; line: number }
  /** Edits of the reply that nothing was said about yet. */
  waiting: Waiting[]
  /** The person's own changes are committed before the edits: that commit is not the patch. */
  isForeignCommit: boolean
  /** Edits that Aider's own test run has still to judge; false where it may not have run. */
  untested: boolean
  /** Lines of the program since the last edit that are none of its usual ones: output. */
  output: string[]
}

/** Steps of one session, in order, and the model that it names. */
export function stepsOf(
  entries: readonly Entry[],
  { file, timeOf }: Pick<Reading, 'file' | 'timeOf'>,
): { steps: Step[]; model: string | null } {
  const reading: Reading = {
    file,
    entries,
    timeOf,
    at: null,
    steps: [],
    model: null,
    testCommand: null,
    testsItself: false,
    reply: { text: '', line: 0 },
    waiting: [],
    isForeignCommit: false,
    untested: false,
    output: [],
  }
  entries.forEach((entry, index) => {
    if (entry.speaker === 'person') takeRequest(reading, entry, index)
    else if (entry.speaker === 'model') takeReply(reading, entry)
    else for (const [at, text] of entry.lines.entries()) takeTold(reading, text, entry.line + at)
  })
  giveUp(reading)
  return reading
}

function base({ file, at }: Reading, line: number): { at: number | null; place: Place } {
  return { at, place: { file, line } }
}

const spoken = /^\/(?:ask|code|architect|context|chat|help)\s+(?=\S)/
const order = /^(?:\/([a-z][a-z-]*)(?=\s|$)|(!))\s*/

function takeRequest(reading: Reading, { lines, line }: Entry, index: number): void {
  passQuietly(reading, line)
  giveUp(reading)
  Object.assign(reading, { untested: false, output: [], reply: { text: '', line: 0 } })
  const request = lines.join('\n').trim()
  reading.at = reading.timeOf(request) ?? reading.at
  const words = request.replace(spoken, '')
  const [head, name, shell] = order.exec(words) ?? []
  if (words === '' || words === '<blank>') return
  if (head === undefined) reading.steps.push({ ...base(reading, line), type: 'user', text: bounded(words) })
  else takeOrder(reading, { name: shell ?? name ?? '', rest: words.slice(head.length), line, index })
}

interface Order {
  name: string
  rest: string
  line: number
  index: number
}

function takeOrder(reading: Reading, { name, rest, line, index }: Order): void {
  const when = base(reading, line)
  const told =
    reading.entries[index + 1]?.speaker === 'program' ? (reading.entries[index + 1]?.lines ?? []) : []
  if (name === 'undo') reading.steps.push({ ...when, ...undoOf(told) })
  else if (name === 'test') {
    const command = rest || reading.testCommand
    if (command !== null)
      reading.steps.push(testStep(command, { ...when, told, next: followers(reading, index) }))
  } else if ((name === 'run' || name === '!') && rest !== '')
    reading.steps.push(commandStep(rest, { ...when, output: told.filter(isOutput) }))
  else if (name === 'git' && rest !== '')
    reading.steps.push(commandStep(`git ${rest}`, { ...when, output: told }))
  else
    reading.steps.push({
      ...when,
      type: 'tool',
      name: `/${name.slice(0, 100)}`,
      input: bounded(rest),
      output: bounded(told.join('\n')),
      isError: null,
    })
}

/** Who speaks after an order, up to the next request; the last one is `person` where there is a next request. */
function followers({ entries }: Reading, index: number): Entry['speaker'][] {
  const next = entries.findIndex((entry, at) => at > index && entry.speaker === 'person')
  return entries.slice(index + 1, next < 0 ? undefined : next + 1).map(({ speaker }) => speaker)
}

function undoOf(told: readonly string[]): Pick<StepOf<'signal'>, 'type' | 'signal' | 'detail'> {
  const removed = told.find((line) => line.startsWith('Removed: '))?.slice('Removed: '.length)
  const refused = told.find((line) =>
    /\b(?:unable|not made by aider|no git|no commits|not yet been|cannot|can't|has uncommitted|been pushed)\b/i.test(
      line,
    ),
  )
  if (removed === undefined && refused !== undefined)
    return {
      type: 'signal',
      signal: 'rejected',
      detail: bounded(`/undo, which was not possible: ${refused}`),
    }
  return { type: 'signal', signal: 'undone', detail: bounded(`/undo ${removed ?? ''}`.trim()) }
}

interface Ran {
  at: number | null
  place: Place
  told: readonly string[]
  next: readonly Entry['speaker'][]
}

/**
 * `/test` shows its output to the model only where the tests failed. So silence up to the next request means that
 * they passed; at the end of the file it may mean that they still ran.
 */
function testStep(command: string, { at, place, told, next }: Ran): StepOf<'command'> {
  const failed = next.includes('model') || told.some((line) => addedOutput.test(line))
  const isQuiet = next.length === 1 && next[0] === 'person'
  const exitCode = failed ? 1 : isQuiet ? 0 : null
  return {
    at,
    place,
    type: 'command',
    command: bounded(command),
    exitCode,
    evidence: exitCode === null ? null : 'status',
    output: bounded(told.filter(isOutput).join('\n')),
  }
}

function commandStep(
  command: string,
  { at, place, output }: { at: number | null; place: Place; output: readonly string[] },
): StepOf<'command'> {
  const shown = bounded(output.join('\n'))
  return {
    at,
    place,
    type: 'command',
    command: bounded(command),
    exitCode: null,
    evidence: null,
    output: shown,
  }
}

const addedOutput = /^Added \d+ lines? of output to the chat/
const usual =
  /^(?:Added \d+ lines? of output|Tokens: |Cost: |You can use \/undo|Commit [0-9a-f]{7}|Committing |Applied edit to |Add .*output to the chat\?|Attempt to fix |Fix lint errors|Use \/help|Running |Run shell commands?\?|https:\/\/aider\.chat|Added .* to the chat)/

function isOutput(line: string): boolean {
  return line !== '' && !usual.test(line)
}

function takeReply(reading: Reading, { lines, line }: Entry): void {
  const words = lines.join('\n')
  const place = { file: reading.file, line }
  reading.steps.push({ ...base(reading, line), type: 'assistant', text: bounded(words.trim()) })
  const found = proposals(words)
  // A commit message of several lines looks like a reply, and changes nothing.
  if (found.length === 0 && reading.waiting.length > 0) return
  giveUp(reading)
  reading.reply = { text: words, line }
  reading.waiting = found.map((one) => ({ ...one, place: { ...place, line: line + one.line } }))
}

/** What nobody said to be applied was not. */
function giveUp(reading: Reading): void {
  for (const { path, place, line: _, ...texts } of reading.waiting)
    if (path !== null)
      reading.steps.push({ at: reading.at, place, type: 'edit', path, ...texts, applied: false })
  reading.waiting = []
}

function takeTold(reading: Reading, told: string, line: number): void {
  const [, applied] = /^Applied edit to (.+)$/.exec(told) ?? []
  const [, sha, message = ''] = /^Commit ([0-9a-f]{7,64})\b\s*(.*)$/.exec(told) ?? []
  const [, ran] = /^Running (.+)$/.exec(told) ?? []
  if (applied !== undefined) takeApplied(reading, applied.trim(), line)
  else if (sha !== undefined) takeCommit(reading, `${sha} ${message}`.trim(), line)
  else if (/^Committing .* before applying edits/.test(told)) reading.isForeignCommit = true
  else if (ran !== undefined) reading.steps.push(commandStep(ran, { ...base(reading, line), output: [] }))
  else if (/SEARCH\/REPLACE blocks? failed to match/.test(told)) takeFailed(reading, line)
  else if (/^Attempt to fix test errors\?|^Fix test errors\?/.test(told)) takeTestErrors(reading, line)
  else if (/^(?:Attempt to fix|Fix) lint errors\?/.test(told)) takeLintErrors(reading, line)
  else takeOther(reading, told, line)
}

function takeOther(reading: Reading, told: string, line: number): void {
  const refusal =
    /^(?:Create new file|Allow edits to file.*|Edit the files|Run shell commands?)\?.*\]?:?\s+n(?:o)?$/i
  const [, path] = /^Skipping edits to (.+)$/.exec(told) ?? []
  const [, model] = /^(?:Main model|Models?): (\S+)/.exec(told) ?? []
  reading.model ??= model?.slice(0, 200) ?? null
  if (reading.testCommand === null && /(?:^|[\\/])aider(?:\.exe|\.py)?\s|^aider\b/.test(told))
    takeLaunch(reading, told)
  if (path !== undefined) {
    const detail = bounded(`an edit of ${path} was not allowed`)
    reading.steps.push({
      ...base(reading, line),
      type: 'signal',
      signal: 'rejected',
      detail,
      path: bounded(path),
    })
  } else if (refusal.test(told) && /^Edit the files/.test(told))
    reading.steps.push({
      ...base(reading, line),
      type: 'signal',
      signal: 'rejected',
      detail: 'the person did not let it edit',
    })
  if (/\^C|KeyboardInterrupt|reflections allowed|did not conform|before sending|token limit/i.test(told))
    reading.untested = false
  if (isOutput(told)) reading.output.push(told)
}

/** The line that started it is the words joined by blanks: the test command ends at the next option. */
function takeLaunch(reading: Reading, told: string): void {
  const [, command] = /\s--test-cmd[ =](.+?)(?=\s--[a-z]|$)/.exec(told) ?? []
  reading.testCommand = command?.trim() ?? null
  reading.testsItself = /\s--auto-test\b/.test(told) && reading.testCommand !== null
}

function takeApplied(reading: Reading, path: string, line: number): void {
  const own = reading.waiting.filter((one) => one.path === null || isSamePath(one.path, path))
  reading.waiting = reading.waiting.filter((one) => !own.includes(one))
  Object.assign(reading, { isForeignCommit: false, untested: reading.testsItself, output: [] })
  const known = bounded(path)
  for (const { path: _, line: __, place, ...texts } of own)
    reading.steps.push({ at: reading.at, place, type: 'edit', path: known, ...texts, applied: true })
  if (own.length > 0) return
  const whole = wholeFile(reading.reply.text, path)
  const place = whole === undefined ? line : reading.reply.line + whole.line
  const texts = whole === undefined ? {} : { after: whole.after }
  reading.steps.push({ ...base(reading, place), type: 'edit', path: known, ...texts, applied: true })
}

function takeCommit(reading: Reading, detail: string, line: number): void {
  if (!reading.isForeignCommit)
    reading.steps.push({
      ...base(reading, line),
      type: 'signal',
      signal: 'committed',
      detail: bounded(detail),
    })
  reading.isForeignCommit = false
}

/** Of several blocks, those that matched were written although the others were not: the message shows the others. */
function takeFailed(reading: Reading, line: number): void {
  const entry = reading.entries.find((one) => line >= one.line && line < one.line + one.lines.length)
  const told = entry?.lines.slice(line - entry.line) ?? []
  const failed = proposals(told.join('\n'))
  const isPartly = told.some((text) => /other \d+ SEARCH\/REPLACE blocks? (?:was|were) applied/.test(text))
  reading.untested = false
  if (!isPartly) return
  const isFailed = (one: Waiting) =>
    failed.some(
      ({ before, after }) => before?.trim() === one.before?.trim() && after?.trim() === one.after?.trim(),
    )
  for (const { line: _, path, place, ...texts } of reading.waiting.filter((one) => !isFailed(one)))
    if (path !== null)
      reading.steps.push({ at: reading.at, place, type: 'edit', path, ...texts, applied: true })
  reading.waiting = reading.waiting.filter(isFailed)
}

/** Aider ran the tests after its edit, and they failed. */
function takeTestErrors(reading: Reading, line: number): void {
  const command = reading.testCommand ?? 'the tests of the settings'
  const step = commandStep(command, { ...base(reading, line), output: reading.output })
  reading.steps.push({ ...step, exitCode: 1, evidence: 'status' })
  Object.assign(reading, { untested: false, output: [] })
}

/** Its own tests do not run while it mends what the linter found. */
function takeLintErrors(reading: Reading, line: number): void {
  const output = bounded(reading.output.join('\n'))
  reading.steps.push({ ...base(reading, line), type: 'tool', name: 'lint', input: '', output, isError: true })
  Object.assign(reading, { untested: false, output: [] })
}

/** Tests that Aider runs by itself are told of only when they fail. */
function passQuietly(reading: Reading, line: number): void {
  if (!reading.untested || reading.testCommand === null) return
  const step = commandStep(reading.testCommand, { ...base(reading, line - 1), output: [] })
  reading.steps.push({ ...step, exitCode: 0, evidence: 'status' })
}
