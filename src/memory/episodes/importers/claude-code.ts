/** Sessions of Claude Code: JSON lines below the folder of projects (session-formats, section 1). */

import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { statedExit } from '../exit.ts'
import { blockText, bounded, type Fields, fields, filled, instant, list, text } from '../fields.ts'
import { jsonLines } from '../json-lines.ts'
import type { FoundSession, Importer, Place, Session, Skips, Step } from '../session.ts'

export const claudeCode: Importer = {
  agent: 'claude-code',
  title: 'Claude Code',
  places({ env, home }) {
    return [join(env.CLAUDE_CONFIG_DIR ?? join(home, '.claude'), 'projects')]
  },
  find,
  read,
}

async function* find(place: string, _skips: Skips): AsyncGenerator<FoundSession> {
  const projects = await readdir(place, { withFileTypes: true })
  const found: FoundSession[] = []
  for (const project of projects.filter((entry) => entry.isDirectory())) {
    const folder = join(place, project.name)
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.jsonl') || name.startsWith('agent-')) continue
      const file = join(folder, name)
      const { mtimeMs, size, isFile } = await stat(file).then((s) => ({ ...s, isFile: s.isFile() }))
      if (isFile)
        found.push({ agent: 'claude-code', ref: file, files: [file], modifiedAt: mtimeMs, bytes: size })
    }
  }
  yield* found.sort((a, b) => b.modifiedAt - a.modifiedAt)
}

/** One line of the file, as far as it matters. */
interface Entry {
  uuid: string
  parent: string | null
  isResult: boolean
  steps: Step[]
}

/** Lines of these kinds hold no work. */
const idle =
  /"type":"(?:progress|queue-operation|file-history-snapshot|permission-mode|mode|last-prompt|agent-name|agent-setting|bridge-session)"/

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const file = found.ref
  const id = basename(file, '.jsonl')
  const reading = openReading(id, file)
  const wanted = (head: string) => !idle.test(head)
  for await (const { line, value } of jsonLines(file, { skips, wanted, ...(signal && { signal }) }))
    take(reading, value, { file, line })
  const side = join(dirname(file), id, 'subagents')
  for (const name of await readdir(side).catch(() => [])) {
    if (!name.endsWith('.jsonl')) continue
    const other = join(side, name)
    for await (const { line, value } of jsonLines(other, { skips, wanted, ...(signal && { signal }) }))
      take(reading, { ...value, isSidechain: true }, { file: other, line })
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
  calls: Map<string, { name: string; input: Fields; place: Place }>
}

function openReading(sessionId: string, source: string): Reading {
  const session: Session = {
    agent: 'claude-code',
    sessionId,
    parentSessionId: null,
    folders: [],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: 0,
    endedAt: 0,
    title: '',
    model: null,
    steps: [],
    source,
  }
  return { session, entries: new Map(), last: null, calls: new Map() }
}

function take(reading: Reading, value: Fields, place: Place): void {
  const { session, entries } = reading
  const type = text(value.type)
  if (type === 'summary' || type === 'custom-title' || type === 'ai-title') {
    session.title ||=
      text(value.summary) || text(value.title) || text(value.customTitle) || text(value.aiTitle)
    return
  }
  const at = instant(value.timestamp)
  note(session, value, at)
  const steps = stepsOf(reading, value, { at, place })
  const uuid = text(value.uuid) || `${place.file}:${place.line}`
  // Resumed sessions repeat lines: the earliest stands.
  if (entries.has(uuid)) return
  const isSide = value.isSidechain === true
  const stated = filled(value.parentUuid)
  const parent = stated !== undefined && entries.has(stated) ? stated : reading.last
  const isResult = type === 'user' && list(fields(value.message).content).some(isToolResult)
  entries.set(uuid, {
    uuid,
    parent,
    isResult: isResult || isSide || (type !== 'user' && type !== 'assistant'),
    steps: isSide ? steps.map((step) => ({ ...step, subagent: true })) : steps,
  })
  if (!isSide) reading.last = uuid
}

function note(session: Session, value: Fields, at: number | null): void {
  const folder = filled(value.cwd)
  if (folder !== undefined && !session.folders.includes(folder)) session.folders.push(folder)
  session.branch ??= filled(value.gitBranch) ?? null
  session.model ??= filled(fields(value.message).model) ?? null
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
  if (value.isCompactSummary === true) return [{ ...when, type: 'compaction', text: blockText(content) }]
  const results = list(content).filter(isToolResult)
  if (results.length > 0)
    return results.flatMap((result) => resultSteps(reading, fields(result), value.toolUseResult, when))
  const request = blockText(content).trim()
  return value.isMeta === true || !isRequest(request) ? [] : [{ ...when, type: 'user', text: request }]
}

/** Texts that the program put in the person's place. */
function isRequest(request: string): boolean {
  return (
    request !== '' &&
    !/^<(?:command-name|command-message|local-command-stdout|local-command-caveat|system-reminder|bash-stdout|bash-stderr)>/.test(
      request,
    ) &&
    !/^\[Request interrupted by user/.test(request)
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
      reading.calls.set(text(id), { name: text(name), input: fields(input), place: when.place })
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
  if (isError && refusal.test(output))
    return [
      { ...when, type: 'signal', signal: 'rejected', detail: `${call.name} was refused`, ...pathOf(call) },
    ]
  if (call.name === 'Bash') return [commandStep(call.input, { output, isError, extra: fields(extra) }, when)]
  if (editTools.has(call.name))
    return editSteps(call.input, { isError, extra: fields(extra) }, { ...when, place })
  const input = bounded(JSON.stringify(call.input))
  return [{ ...when, type: 'tool', name: call.name, input, output, isError }]
}

const editTools = new Set(
  'Write Edit MultiEdit NotebookEdit str_replace_editor create_file edit_file append_to_file'.split(' '),
)

function pathOf(call: { input: Fields }): { path?: string } {
  const path = filled(call.input.file_path) ?? filled(call.input.path)
  return path === undefined ? {} : { path }
}

/** Success has no exit code in the format: `is_error` is false then. */
function commandStep(
  input: Fields,
  { output, isError, extra }: { output: string; isError: boolean; extra: Fields },
  when: When,
): Step {
  const whole = [text(extra.stdout), text(extra.stderr)].filter(Boolean).join('\n')
  const stated = isError ? statedExit(output) : null
  const isCut =
    extra.interrupted === true ||
    filled(input.run_in_background) !== undefined ||
    input.run_in_background === true
  const ending = stated ?? (isCut ? null : { exitCode: isError ? 1 : 0, evidence: 'status' as const })
  return {
    ...when,
    type: 'command',
    command: text(input.command),
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
  const givenUp = new Map<string, boolean>()
  const isGivenUp = (entry: Entry): boolean => {
    if (chain.has(entry.uuid)) return false
    const known = givenUp.get(entry.uuid)
    if (known !== undefined) return known
    const parent = entry.parent === null ? undefined : entries.get(entry.parent)
    const isRoot = parent === undefined || chain.has(parent.uuid)
    // A result that hangs beside the chain is one of several parallel calls, not another way.
    const verdict = isRoot ? !entry.isResult : isGivenUp(parent)
    givenUp.set(entry.uuid, verdict)
    return verdict
  }
  const kept = [...entries.values()].filter((entry) => !isGivenUp(entry))
  return { ...session, steps: kept.flatMap(({ steps }) => steps) }
}
