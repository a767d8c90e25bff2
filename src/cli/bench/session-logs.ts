/** Made-up session logs in the forms of Claude Code and Codex: the same seed gives the same bytes. */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openRandom, type Random } from './random.ts'

export interface LogOptions {
  /** A home folder; `.claude` and `.codex` are made in it. */
  home: string
  /** The repository that all of them worked in. */
  repo: string
  bytes: number
  seed: number
  signal: AbortSignal
}

export interface WrittenLogs {
  sessions: number
  bytes: number
  lines: number
}

/** Bytes of one session; real ones lie between some kB and 100 MB. */
const usualSession = 4_000_000
const begin = Date.UTC(2026, 0, 1)

/** Streams: at no time is more than one session in memory. */
export async function writeSessionLogs(options: LogOptions): Promise<WrittenLogs> {
  const random = openRandom(options.seed)
  const written: WrittenLogs = { sessions: 0, bytes: 0, lines: 0 }
  while (written.bytes < options.bytes) {
    options.signal.throwIfAborted()
    const number = written.sessions++
    const most = Math.min(options.bytes - written.bytes, usualSession * (random.chance(0.1) ? 4 : 1))
    const form = number % 2 === 0 ? claudeForm : codexForm
    const session: Logged = { number, repo: options.repo, random, time: begin + number * 36_000_000 }
    const { file, lines } = form(session, options.home)
    await mkdir(dirname(file), { recursive: true })
    const stream = createWriteStream(file)
    let size = 0
    for (const line of lines) {
      const text = `${JSON.stringify(line)}\n`
      size += text.length
      written.lines++
      if (!stream.write(text)) await once(stream, 'drain')
      if (size >= most) break
    }
    stream.end()
    await once(stream, 'close')
    written.bytes += size
  }
  return written
}

interface Logged {
  number: number
  repo: string
  random: Random
  /** Unix milliseconds. */
  time: number
}

interface Form {
  file: string
  lines: Generator<object>
}

const words =
  'account amount balance batch buffer cache cart check client column config count currency customer date delete discount entry error event export field filter format handle header import index input invoice item label ledger limit line list load lookup map match merge message number offset option order output page parse path payment price print product query queue range rate read record remove report request result retry return round route row rule schema score search send session shift sort source split state status stock store stream string sum table target task tax test text time token total update user value vector view week window write year zone'.split(
    ' ',
  )

function sentence(random: Random, length: number): string {
  return Array.from({ length }, () => random.pick(words)).join(' ')
}

function code(random: Random, lines: number): string {
  const line = () =>
    `    ${random.pick(words)}_${random.pick(words)} = ${random.pick(words)}(${random.between(0, 999)})`
  return Array.from({ length: lines }, line).join('\n')
}

/** What happens in one turn, free of the form: failing test, looks, change, passing or failing test. */
interface Turn {
  goal: string
  path: string
  looks: string[]
  before: string
  after: string
  test: string
  failed: string
  passed: string | null
  time: number
}

function* turns({ random, time }: Logged): Generator<Turn> {
  for (let number = 1; ; number++) {
    time += 3_600_000
    const name = `${random.pick(words)}_${random.pick(words)}`
    const test = `pytest tests/test_${name}.py`
    yield {
      goal: `Issue #${random.between(1, 9999)}: ${sentence(random, 30)}`,
      path: `src/${random.pick(words)}/${name}.py`,
      looks: Array.from({ length: random.between(6, 14) }, () => code(random, random.between(40, 600))),
      before: code(random, 6),
      after: code(random, 8),
      test,
      failed: `${code(random, 30)}\nE   AssertionError: ${number} != ${number + 1}\n1 failed, 12 passed in 0.41s`,
      passed: random.chance(0.7) ? `${sentence(random, 40)}\n13 passed in 0.39s` : null,
      time,
    }
  }
}

/** A second a step. */
function openClock(start: number): { tick: () => number; now: () => number } {
  let time = start
  return {
    now: () => time,
    tick: () => {
      time += 1000
      return time
    },
  }
}

function claudeForm(session: Logged, home: string): Form {
  const id = `00000000-0000-4000-8000-${String(session.number).padStart(12, '0')}`
  return { file: join(home, '.claude/projects/bench', `${id}.jsonl`), lines: claudeLines(session, id) }
}

/** Writes lines as the program does: each names the one before it. */
function claudeScribe({ repo }: Logged, sessionId: string) {
  let number = 0
  let last: string | null = null
  const entry = (type: string, time: number, more: object) => {
    const uuid = `${sessionId}-${++number}`
    const base = { isSidechain: false, userType: 'external', cwd: repo, sessionId, gitBranch: 'main' }
    const timestamp = new Date(time).toISOString()
    const line = { parentUuid: last, ...base, version: '2.1.0', type, ...more, uuid, timestamp }
    last = uuid
    return line
  }
  return {
    says: (time: number, content: string) => entry('user', time, { message: { role: 'user', content } }),
    answers: (time: number, text: string) =>
      entry('assistant', time, {
        message: { id: `m${number}`, role: 'assistant', content: [{ type: 'text', text }] },
      }),
    calls: (time: number, name: string, input: object) => {
      const content = [{ type: 'tool_use', id: `t${number}`, name, input }]
      return entry('assistant', time, {
        message: { id: `m${number}`, role: 'assistant', model: 'made-up', content },
      })
    },
    returns: (time: number, content: string, toolUseResult: unknown, isError = false) => {
      const block = { type: 'tool_result', tool_use_id: `t${number - 1}`, content, is_error: isError }
      return entry('user', time, { message: { role: 'user', content: [block] }, toolUseResult })
    },
  }
}

function* claudeLines(session: Logged, sessionId: string): Generator<object> {
  const scribe = claudeScribe(session, sessionId)
  for (const turn of turns(session)) {
    const { tick, now } = openClock(turn.time)
    const filePath = join(session.repo, turn.path)
    yield scribe.says(tick(), turn.goal)
    yield scribe.calls(tick(), 'Bash', { command: turn.test })
    yield scribe.returns(tick(), `Exit code 1\n${turn.failed}`, 'Error', true)
    for (const look of turn.looks) {
      yield scribe.calls(tick(), 'Read', { file_path: filePath })
      const file = { filePath, content: look, numLines: 1, startLine: 1, totalLines: 1 }
      yield scribe.returns(tick(), look, { type: 'text', file })
      const data = { type: 'hook', text: sentence(session.random, 20) }
      yield { type: 'progress', sessionId, data, timestamp: new Date(now()).toISOString() }
    }
    const [old_string, new_string] = [turn.before, turn.after]
    yield scribe.calls(tick(), 'Edit', { file_path: filePath, old_string, new_string })
    const structuredPatch = [{ oldStart: 3, oldLines: 6, newStart: 3, newLines: 8, lines: diffOf(turn) }]
    const strings = { oldString: old_string, newString: new_string, originalFile: turn.looks[0] }
    yield scribe.returns(tick(), 'The file was updated.', { filePath, ...strings, structuredPatch })
    if (turn.passed === null) continue
    yield scribe.calls(tick(), 'Bash', { command: turn.test })
    yield scribe.returns(tick(), turn.passed, { stdout: turn.passed, stderr: '' })
    yield scribe.answers(tick(), sentence(session.random, 80))
  }
}

function diffOf({ before, after }: Turn): string[] {
  return [...before.split('\n').map((line) => `-${line}`), ...after.split('\n').map((line) => `+${line}`)]
}

function codexForm(session: Logged, home: string): Form {
  const id = `00000000-0000-7000-8000-${String(session.number).padStart(12, '0')}`
  const day = new Date(session.time).toISOString()
  const folder = day.slice(0, 10).replaceAll('-', '/')
  const name = `rollout-${day.slice(0, 19).replaceAll(':', '-')}-${id}.jsonl`
  return { file: join(home, '.codex/sessions', folder, name), lines: codexLines(session, id) }
}

function codexScribe({ repo }: Logged) {
  let number = 0
  const line = (type: string, time: number, payload: object) => ({
    timestamp: new Date(time).toISOString(),
    type,
    payload,
  })
  const item = (time: number, payload: object) => line('response_item', time, payload)
  const json = (output: string, exit_code: number) => JSON.stringify({ output, metadata: { exit_code } })
  return {
    line,
    item,
    runs: (time: number, command: string) => {
      const words = JSON.stringify({ command: ['bash', '-lc', command], workdir: repo })
      return item(time, { type: 'function_call', name: 'shell', call_id: `c${++number}`, arguments: words })
    },
    prints: (time: number, text: string, code: number) =>
      item(time, { type: 'function_call_output', call_id: `c${number}`, output: json(text, code) }),
    patches: (time: number, input: string) =>
      item(time, { type: 'custom_tool_call', name: 'apply_patch', call_id: `c${++number}`, input }),
    patched: (time: number) => {
      const output = json('Success. Updated the following files', 0)
      return item(time, { type: 'custom_tool_call_output', call_id: `c${number}`, output })
    },
  }
}

function* codexLines(session: Logged, id: string): Generator<object> {
  const { repo, random, time } = session
  const scribe = codexScribe(session)
  const timestamp = new Date(time).toISOString()
  const program = { originator: 'codex_cli', cli_version: '0.50.0', source: 'cli', model_provider: 'made-up' }
  yield scribe.line('session_meta', time, { id, cwd: repo, ...program, timestamp, git: { branch: 'main' } })
  for (const turn of turns(session)) {
    const { tick } = openClock(turn.time)
    yield scribe.line('turn_context', tick(), { cwd: repo, model: 'made-up' })
    const content = [{ type: 'input_text', text: turn.goal }]
    yield scribe.item(tick(), { type: 'message', role: 'user', content })
    yield scribe.line('event_msg', tick(), { type: 'user_message', message: turn.goal })
    yield scribe.runs(tick(), turn.test)
    yield scribe.prints(tick(), turn.failed, 1)
    for (const look of turn.looks) {
      const encrypted_content = 'Zm9v'.repeat(random.between(200, 900))
      yield scribe.item(tick(), { type: 'reasoning', summary: [], encrypted_content })
      yield scribe.runs(tick(), `sed -n 1,200p ${turn.path}`)
      yield scribe.prints(tick(), look, 0)
      yield scribe.line('event_msg', tick(), {
        type: 'token_count',
        info: { total: random.between(1, 99_999) },
      })
    }
    const head = ['*** Begin Patch', `*** Update File: ${turn.path}`, '@@']
    yield scribe.patches(tick(), [...head, ...diffOf(turn), '*** End Patch'].join('\n'))
    yield scribe.patched(tick())
    if (turn.passed === null) continue
    yield scribe.runs(tick(), turn.test)
    yield scribe.prints(tick(), turn.passed, 0)
  }
}
