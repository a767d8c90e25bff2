/** Sessions of Claude Code: JSON lines below the folder of projects (session-formats, section 1). */

import { basename, join } from 'node:path'
import { statedExit } from '../exit.ts'
import {
  blockText,
  bounded,
  type Fields,
  fields,
  filled,
  instant,
  jsonText,
  label,
  list,
  text,
} from '../fields.ts'
import { byAge, filesIn, foldersIn, type SeenFile, seen } from '../files.ts'
import { firstObject, jsonLines } from '../json-lines.ts'
import {
  type FoundSession,
  type Importer,
  openSession,
  type Place,
  type Session,
  type Skips,
  type Step,
  type StepOf,
} from '../session.ts'

export const claudeCode: Importer = {
  agent: 'claude-code',
  title: 'Claude Code',
  places({ env, home }) {
    return [join(env.CLAUDE_CONFIG_DIR ?? join(home, '.claude'), 'projects')]
  },
  find,
  read,
}

async function* find(place: string, skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const found: FoundSession[] = []
  for (const folder of await foldersIn(place)) {
    signal?.throwIfAborted()
    const files = (await filesIn(folder)).filter((file) => file.endsWith('.jsonl'))
    const [agents, sessions] = [files.filter(isAgent), files.filter((file) => !isAgent(file))]
    const beside = await bySession(agents)
    for (const file of sessions) {
      const side = await filesIn(join(file.slice(0, -'.jsonl'.length), 'subagents'))
      const own = await seen([
        file,
        ...(beside.get(basename(file, '.jsonl')) ?? []),
        ...side.filter((name) => name.endsWith('.jsonl')),
      ])
      beside.delete(basename(file, '.jsonl'))
      if (own[0]?.file === file) found.push(foundOf(own))
    }
    for (const [file] of beside.values())
      if (file !== undefined) skips.skip('a subagent without its session', { file })
  }
  yield* byAge(found)
}

function foundOf(own: readonly SeenFile[]): FoundSession {
  return {
    agent: 'claude-code',
    ref: own[0]?.file ?? '',
    files: own.map(({ file }) => file),
    modifiedAt: Math.max(...own.map(({ modifiedAt }) => modifiedAt)),
    bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

function isAgent(file: string): boolean {
  return basename(file).startsWith('agent-')
}

/** Older versions lay subagents beside the sessions and name the session inside. */
async function bySession(files: readonly string[]): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>()
  for (const file of files) {
    const id = text((await firstObject(file))?.sessionId)
    groups.set(id, [...(groups.get(id) ?? []), file])
  }
  return groups
}

/** One line of the file, as far as it matters. */
interface Entry {
  uuid: string
  parent: string | null
  isResult: boolean
  /** From a file of its own: its place among the others is told by time. */
  isSide: boolean
  steps: Step[]
}

/** Lines of these kinds hold no work. */
const idle =
  /"type":"(?:progress|queue-operation|file-history-snapshot|permission-mode|mode|last-prompt|agent-name|agent-setting|bridge-session)"/

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const reading = openReading(basename(found.ref, '.jsonl'), found.ref)
  const options = { skips, wanted: (head: string) => !idle.test(head), ...(signal && { signal }) }
  for (const file of found.files) {
    const isSide = file !== found.ref
    for await (const { line, value } of jsonLines(file, options))
      take(reading, isSide ? { ...value, isSidechain: true } : value, { file, line })
  }
  const session = finish(reading)
  if (session.steps.length > 0) yield session
}

interface Reading {
  session: Session
  entries: Map<string, Entry>
  /** Uuid of the newest entry of the main conversation. */
  last: string | null
  /** Tool calls that wait for their result. */
  calls: Map<string, Call>
  /** Folder of the line that is being read. */
  cwd: string | null
  /** Commands that were only started, by the id of their task. */
  started: Map<string, StepOf<'command'>>
}

interface Call {
  name: string
  input: Fields
  place: Place
  /** Folder that the line was written in. */
  cwd: string | null
}

function openReading(sessionId: string, source: string): Reading {
  const session = openSession({ agent: 'claude-code', sessionId, source })
  return { session, entries: new Map(), last: null, calls: new Map(), cwd: null, started: new Map() }
}

function take(reading: Reading, value: Fields, place: Place): void {
  const { session, entries } = reading
  const type = text(value.type)
  if (type === 'summary' || type === 'custom-title' || type === 'ai-title') {
    session.title ||=
      label(value.summary) ?? label(value.title) ?? label(value.customTitle) ?? label(value.aiTitle) ?? ''
    return
  }
  const at = instant(value.timestamp)
  note(session, value, at)
  const isMain = place.file === session.source
  const isSide = value.isSidechain === true
  const named = text(value.uuid)
  const uuid = isMain && named !== '' ? named : `${place.file}:${named || place.line}`
  // Resumed sessions repeat lines: the earliest stands.
  if (entries.has(uuid)) return
  reading.cwd = label(value.cwd)
  const steps = stepsOf(reading, value, { at, place })
  const stated = isMain ? filled(value.parentUuid) : undefined
  const parent = stated !== undefined && entries.has(stated) ? stated : reading.last
  const isResult = type === 'user' && list(fields(value.message).content).some(isToolResult)
  entries.set(uuid, {
    uuid,
    parent,
    isResult: isResult || isSide || (type !== 'user' && type !== 'assistant'),
    isSide: !isMain,
    steps: isSide ? steps.map((step) => Object.assign(step, { subagent: true })) : steps,
  })
  if (!isSide) reading.last = uuid
}

function note(session: Session, value: Fields, at: number | null): void {
  const folder = label(value.cwd)
  if (folder !== null && !session.folders.includes(folder)) session.folders.push(folder)
  session.branch ??= label(value.gitBranch)
  session.model ??= label(fields(value.message).model)
  if (at === null) return
  session.startedAt = session.startedAt === 0 ? at : Math.min(session.startedAt, at)
  session.endedAt = Math.max(session.endedAt, at)
}

interface When {
  at: number | null
  place: Place
}

function stepsOf(reading: Reading, value: Fields, when: When): Step[] {
  const type = text(value.type)
  if (type === 'pr-link')
    return [
      { ...when, type: 'signal', signal: 'pull-request', detail: text(value.prUrl) || 'a pull request' },
    ]
  if (type === 'system')
    return text(value.subtype) === 'compact_boundary' ? [{ ...when, type: 'compaction', text: '' }] : []
  const { content } = fields(value.message)
  if (type === 'assistant') return assistantSteps(reading, content, when)
  if (type !== 'user') return []
  if (value.isCompactSummary === true || continued.test(blockText(content)))
    return [{ ...when, type: 'compaction', text: blockText(content) }]
  const results = list(content).filter(isToolResult)
  if (results.length > 0)
    return results.flatMap((result) => resultSteps(reading, fields(result), value.toolUseResult, when))
  const request = blockText(content).trim()
  if (request.startsWith('[Request interrupted by user'))
    return [{ ...when, type: 'signal', signal: 'aborted', detail: 'the person stopped it' }]
  return value.isMeta === true || !isRequest(request) ? [] : [{ ...when, type: 'user', text: request }]
}

/** Before summaries had a mark of their own. */
const continued = /^This session is being continued from a previous conversation/

/** Texts that the program put in the person's place. */
function isRequest(request: string): boolean {
  return (
    request !== '' &&
    !/^<(?:command-name|command-message|local-command-stdout|local-command-caveat|system-reminder|bash-stdout|bash-stderr)>/.test(
      request,
    )
  )
}

function isToolResult(block: unknown): boolean {
  return fields(block).type === 'tool_result'
}

function assistantSteps(reading: Reading, content: unknown, when: When): Step[] {
  return list(content).flatMap((block): Step[] => {
    const { type, id, name, input, text: said } = fields(block)
    if (type === 'text' && text(said).trim() !== '')
      return [{ ...when, type: 'assistant', text: bounded(text(said)) }]
    if (type === 'tool_use')
      reading.calls.set(text(id), {
        name: text(name),
        input: fields(input),
        place: when.place,
        cwd: reading.cwd,
      })
    return []
  })
}

const refusal = /^(?:The user doesn't want to|User rejected|The user rejected|Tool use was rejected)/

function resultSteps(reading: Reading, result: Fields, extra: unknown, { at, place }: When): Step[] {
  const call = reading.calls.get(text(result.tool_use_id))
  if (call === undefined) return []
  const when = { at, place: call.place }
  const output = blockText(result.content)
  const isError = result.is_error === true
  if (isError && refusal.test(output)) {
    // To refuse a command is no word against the change.
    const signal = editTools.has(call.name) ? 'rejected' : 'aborted'
    return [{ ...when, type: 'signal', signal, detail: `${call.name} was refused`, ...pathOf(call) }]
  }
  if (call.name === 'Bash' && !(isError && notStarted.test(output))) {
    const step = commandStep(call, { output, isError, extra: fields(extra) }, when)
    const task = filled(fields(extra).backgroundTaskId) ?? backgroundId.exec(output)?.[1]
    if (task !== undefined) reading.started.set(task, step)
    return [step]
  }
  settleStarted(reading, call, output)
  if (editTools.has(call.name))
    return editSteps(call.input, { isError, extra: fields(extra) }, { ...when, place })
  const input = jsonText(call.input)
  return [{ ...when, type: 'tool', name: call.name, input, output, isError }]
}

const editTools = new Set(
  'Write Edit MultiEdit NotebookEdit str_replace_editor create_file edit_file append_to_file'.split(' '),
)

function pathOf(call: Call): { path?: string } {
  const path = filled(call.input.file_path) ?? filled(call.input.path)
  return path === undefined ? {} : { path }
}

/** The program did not let the command begin. */
const notStarted =
  /^(?:<tool_use_error>|Claude requested permissions? |Permission to use |This command requires approval|(?:Pre\w+:)?\w* ?(?:hook )?operation blocked by hook)/

const backgroundId = /running in (?:the )?background with ID: (\S+)/

/** How a command in the background ended counts where it was started: edits since then were not part of it. */
function settleStarted({ started }: Reading, { name, input }: Call, output: string): void {
  if (!/^(?:BashOutput|TaskOutput|AgentOutputTool)$/.test(name)) return
  const task = text(input.bash_id) || text(input.task_id) || text(input.shell_id)
  const step = started.get(task)
  const code = /<exit_code>(-?\d+)<\/exit_code>/.exec(output)?.[1]
  if (step === undefined || code === undefined) return
  Object.assign(step, { exitCode: Number(code), evidence: 'text', output })
}

/** Success has no exit code in the format: `is_error` is false then. */
function commandStep(
  { input, cwd }: Call,
  { output, isError, extra }: { output: string; isError: boolean; extra: Fields },
  when: When,
): StepOf<'command'> {
  const whole = [text(extra.stdout), text(extra.stderr)].filter(Boolean).join('\n')
  const stated = isError ? statedExit(output) : null
  const isCut =
    extra.interrupted === true ||
    extra.backgroundTaskId !== undefined ||
    String(input.run_in_background) === 'true' ||
    backgroundId.test(output)
  const ending = stated ?? (isCut ? null : { exitCode: isError ? 1 : 0, evidence: 'status' as const })
  return {
    ...when,
    type: 'command',
    command: bounded(text(input.command)),
    ...(cwd !== null && { cwd }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output: bounded(whole || output),
  }
}

function editSteps(
  input: Fields,
  { isError, extra }: { isError: boolean; extra: Fields },
  when: When,
): Step[] {
  const path =
    filled(extra.filePath) ?? filled(input.file_path) ?? filled(input.path) ?? filled(input.notebook_path)
  if (path === undefined) return []
  const diff = hunks(extra.structuredPatch)
  const before = filled(extra.oldString) ?? filled(input.old_string) ?? filled(input.old_str)
  const after =
    filled(extra.newString) ?? filled(input.new_string) ?? filled(input.content) ?? filled(input.file_text)
  const edit: Step = {
    ...when,
    type: 'edit',
    path,
    applied: !isError,
    ...(diff !== '' && { diff: bounded(diff) }),
    ...(diff === '' && before !== undefined && { before: bounded(before) }),
    ...(diff === '' && after !== undefined && { after: bounded(after) }),
    ...(extra.type === 'create' && diff === '' && { before: '' }),
  }
  if (extra.userModified !== true) return [edit]
  return [
    edit,
    { ...when, type: 'signal', signal: 'modified', detail: `the person changed the edit of ${path}`, path },
  ]
}

function hunks(patch: unknown): string {
  return list(patch)
    .map((hunk) => {
      const { oldStart, oldLines, newStart, newLines, lines } = fields(hunk)
      const head = `@@ -${Number(oldStart)},${Number(oldLines)} +${Number(newStart)},${Number(newLines)} @@`
      return [head, ...list(lines).map(String)].join('\n')
    })
    .join('\n')
}

/** The conversation that stands: branches that the person went back from are taken out and counted as rolled back. */
function finish({ session, entries, last }: Reading): Session {
  const chain = new Set<string>()
  for (let at = last; at !== null && !chain.has(at); at = entries.get(at)?.parent ?? null) chain.add(at)
  const givenUp = new Map<string, boolean>([...chain].map((uuid) => [uuid, false]))
  for (const entry of entries.values()) {
    const parent = entry.parent === null ? undefined : entries.get(entry.parent)
    const isRoot = parent === undefined || chain.has(parent.uuid)
    // A result that hangs beside the chain is one of several parallel calls, not another way. Parents come first.
    if (!chain.has(entry.uuid))
      givenUp.set(entry.uuid, isRoot ? !entry.isResult : (givenUp.get(parent.uuid) ?? false))
  }
  const kept = [...entries.values()].filter(({ uuid }) => givenUp.get(uuid) !== true)
  return { ...session, steps: inTime(kept) }
}

/** Steps of a subagent's own file go where their time puts them; those of the session keep their order. */
function inTime(entries: readonly Entry[]): Step[] {
  const own = entries.filter(({ isSide }) => !isSide).flatMap(({ steps }) => steps)
  const side = entries.filter(({ isSide }) => isSide).flatMap(({ steps }) => steps)
  if (side.length === 0) return own
  const merged: Step[] = []
  const waiting = side.sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  let next = 0
  for (const step of own) {
    for (; next < waiting.length && step.at !== null && before(waiting[next], step.at); next++)
      merged.push(waiting[next] as Step)
    merged.push(step)
  }
  return [...merged, ...waiting.slice(next)]
}

function before(step: Step | undefined, at: number): boolean {
  return step?.at !== null && step !== undefined && step.at < at
}
