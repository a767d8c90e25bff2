/** `casebook brief` and `casebook hook`: what an agent's session should know when it begins, and its end noted. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { mostBriefBytes, sessionBrief } from '../../agent/brief.ts'
import { knowledgeOf } from '../../knowledge.ts'
import { UserError } from '../../memory/ports.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { withCasebook } from '../with-casebook.ts'
import { onlyArgument, textOption } from '../with-memories.ts'

export const brief: Command = {
  name: 'brief',
  summary: 'Print what an agent should know of this memory when its session begins',
  usage: '',
  options: {
    bytes: { type: 'string', value: 'N', help: `at most so many bytes; ${mostBriefBytes} without it` },
  },
  async run(call) {
    const bytes = bytesOf(call)
    const text = await withCasebook(call, (casebook) => sessionBrief(knowledgeOf(casebook), bytes))
    return { data: { brief: text }, text: () => text || 'The memory of this repository is empty.' }
  },
}

function bytesOf({ values }: Call): number {
  const given = textOption(values.bytes)
  if (given === undefined) return mostBriefBytes
  const bytes = Number(given)
  if (Number.isInteger(bytes) && bytes >= 200 && bytes <= 100_000) return bytes
  throw new UsageError(`--bytes takes a number from 200 to 100000, not '${given}'.`, brief)
}

const moments = ['session-start', 'session-end'] as const

/** Milliseconds, well below the 30 seconds after which agents end a hook. */
const patience = 15_000

export const hook: Command = {
  name: 'hook',
  summary: 'Answer a hook of an agent: its session begins or ended',
  usage: moments.join('|'),
  details: `Reads what the agent tells on standard input, and answers in the form that its hooks expect.
session-start: the brief, for the agent to read. session-end: new sessions of the agents that were chosen with
'casebook sessions choose' are imported. Where there is no memory yet, nothing happens and none is made.
A hook never fails: what went wrong is told with --verbose.`,
  options: {},
  async run(call) {
    const moment = onlyArgument(call, hook, `the moment: ${moments.join(' or ')}`)
    const known = moments.find((one) => one === moment)
    if (known === undefined) throw new UsageError(`'${moment}' is none of ${moments.join(', ')}.`, hook)
    const answer = await quietly(call, () => answerHook(call, known))
    return { data: answer, text: () => JSON.stringify(answer) }
  },
}

async function answerHook(call: Call, moment: (typeof moments)[number]): Promise<Record<string, unknown>> {
  // Of all that hooks tell, only the folder is needed.
  const { cwd } = Object(JSON.parse((await readAll(process.stdin)) || '{}')) as { cwd?: unknown }
  const named = call.values.repo === undefined && typeof cwd === 'string' && isAbsolute(cwd)
  const repo = named ? cwd : call.repo
  if (!hasMemory(repo, call)) return {}
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patience)])
  const asked = { ...call, repo, signal }
  if (moment === 'session-start')
    return startAnswer(await withCasebook(asked, (casebook) => sessionBrief(knowledgeOf(casebook))))
  await withCasebook(asked, (casebook) => casebook.sessions.import({ quietFor: 0, signal }))
  return {}
}

/** In the words of both schemas: VS Code's own agent and Claude Code read the second, Copilot's agents the first. */
function startAnswer(additionalContext: string): Record<string, unknown> {
  if (additionalContext === '') return {}
  return { additionalContext, hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext } }
}

/** A hook runs in whatever folder an agent works: it must not leave a store behind in each of them. */
function hasMemory(repo: string, { store, settings }: Call): boolean {
  if (store !== undefined) return existsSync(join(store, 'memory.db'))
  if (settings.storeLocation === 'user') return true
  for (let at = resolve(repo); ; at = dirname(at)) {
    const places = [join(at, '.casebook'), join(gitFolder(join(at, '.git')), 'casebook')]
    if (places.some((place) => existsSync(join(place, 'memory.db')))) return true
    if (at === dirname(at) || existsSync(join(at, '.git'))) return false
  }
}

/** The folder that worktrees share. Git's own file formats: `gitdir:` in `.git`, and `commondir` beside it. */
function gitFolder(dotGit: string): string {
  const found = statSync(dotGit, { throwIfNoEntry: false })
  if (!found?.isFile()) return dotGit
  const target = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1]?.trim()
  if (target === undefined) return dotGit
  const own = resolve(dirname(dotGit), target)
  const common = join(own, 'commondir')
  return existsSync(common) ? resolve(own, readFileSync(common, 'utf8').trim()) : own
}

async function quietly(
  call: Call,
  work: () => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  try {
    return await work()
  } catch (error) {
    const remedy = error instanceof UserError ? ` ${error.remedy}` : ''
    call.log.info(`the hook did nothing: ${error instanceof Error ? error.message : error}${remedy}`)
    return {}
  }
}
