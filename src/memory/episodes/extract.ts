/** A foreign session into episodes: what was wanted, each try with what it met, and the verdict with its evidence. */

import { roleOf } from '../code/trees.ts'
import type { Attempt, Content, EpisodeBody } from '../episode.ts'
import type { RecordDraft } from '../record.ts'
import { errorSignatures } from '../signatures.ts'
import { isCorrection, isFollowUp, issuesOf, plainRequest } from './goal.ts'
import type { Place, Session, Step, StepOf } from './session.ts'
import { simpleCommands } from './shell.ts'
import { folderAt, testRunOf } from './test-command.ts'
import { failedFirst, type RunResult, testRuns, verdictOf } from './verdict.ts'
import { withoutRolledBack, workOf } from './work.ts'

/** Makes the path of a step relative to the repository: empty for its root, null: it lies elsewhere. */
export type Relative = (path: string, session: Session) => string | null

export interface Extracted {
  draft: RecordDraft
  /** Where each kind of evidence stands in the source. */
  places: Place[]
  /** A test failed before the change and passed after it: what ExpeRepair learns from. */
  isDemonstration: boolean
}

const longestGoal = 4_000
const mostCommands = 200
/** Longer paths are no paths (see `entities` of a record). */
const longestPath = 400

/** Episodes of one session that belong to the repository, in order. Work that changed nothing there gives none. */
export function extractEpisodes(session: Session, relative: Relative): Extracted[] {
  const steps = withoutRolledBack(session.steps)
  return workOf(steps).flatMap((work, index) => {
    const folders = new Map<Step, string | null>()
    const own = work.flatMap((step) => localised(step, { session, relative, folders }) ?? [])
    const edits = own.filter((step) => step.type === 'edit')
    const paths = unique(edits.flatMap((edit) => (edit.applied ? edit.path : [])))
    if (paths.length === 0) return []
    const { draft, isDemonstration } = draftOf(session, own, { index, paths, folders })
    return [{ draft, places: own.map((step) => step.place), isDemonstration }]
  })
}

interface Locating {
  session: Session
  relative: Relative
  /** Folder of the repository that each command ran in. */
  folders: Map<Step, string | null>
}

/** A step with its paths as the repository has them; null: it is about another place. */
function localised(step: Step, { session, relative, folders }: Locating): Step | null {
  if (step.type === 'edit') {
    const path = relative(step.path, session)
    return path === null || path === '' || path.length > longestPath ? null : { ...step, path }
  }
  if (step.type === 'signal' && step.path !== undefined) {
    const path = relative(step.path, session)
    return path === null ? null : { ...step, path }
  }
  if (step.type !== 'command') return step
  const folder = folderOf(step, session, relative)
  if (folder === 'elsewhere' && !namesOurs(step.command, session, relative)) return null
  folders.set(step, folder === 'elsewhere' ? '' : folder)
  return step
}

/** Where a command ran, as a folder of the repository; null: nobody knows. */
function folderOf(step: StepOf<'command'>, session: Session, relative: Relative): string | null {
  const commands = simpleCommands(step.command)
  const base = step.cwd ?? session.folders[0]
  const moved = fromHome(folderAt(commands, testRunOf(step.command)?.at ?? commands.length), base)
  if (moved === null) return 'elsewhere'
  if (/^(?:~|\$|-$)/.test(moved)) return null
  const isWhole = /^(?:[\\/]|[A-Za-z]:)/.test(moved)
  if (!isWhole && base === undefined) return null
  const folder = isWhole ? moved : moved === '' ? base : `${base}/${moved}`
  return relative(folder ?? '', session) ?? 'elsewhere'
}

const homes = /^(?:\/(?:home|Users)\/[^/]+|\/root|[A-Za-z]:[\\/]Users[\\/][^\\/]+)(?=[\\/]|$)/i

/** `~/x` as the folder that it stands for; null: another one than that of the session. */
function fromHome(folder: string, base: string | undefined): string | null {
  if (!/^~(?:[\\/]|$)/.test(folder)) return folder
  const home = homes.exec(base ?? '')?.[0]
  if (home !== undefined) return home + folder.slice(1)
  return base === undefined || `${base}/`.includes(`${folder.slice(1)}/`) ? folder : null
}

/** A command from outside that names files of the repository is about it. */
function namesOurs(line: string, session: Session, relative: Relative): boolean {
  return simpleCommands(line).some(({ words }) =>
    words.slice(1).some((word) => /^(?:\/|[A-Za-z]:[\\/])/.test(word) && relative(word, session) !== null),
  )
}

function draftOf(
  session: Session,
  steps: readonly Step[],
  { index, paths, folders }: { index: number; paths: string[]; folders: ReadonlyMap<Step, string | null> },
): { draft: RecordDraft; isDemonstration: boolean } {
  const runs = testRuns(steps)
  const outcome = verdictOf(steps, paths, (step) => folders.get(step) ?? null)
  const goal = goalOf(steps, session)
  const times = steps.flatMap(({ at }) => at ?? [])
  const endedAt = times.length > 0 ? Math.max(...times) : session.endedAt
  const signatures = unique(
    runs.filter(({ passed }) => passed === false).flatMap(({ step }) => errorSignatures(step.output)),
  )
  const body: EpisodeBody = {
    origin: 'session',
    agent: session.agent,
    sessionId: session.sessionId,
    goal,
    issues: issuesOf(goal),
    startedAt: times.length > 0 ? Math.min(...times) : session.startedAt,
    endedAt,
    attempts: attemptsOf(steps, runs).slice(0, 200),
    commands: commandsOf(steps),
    files: paths.slice(0, 300).map((path) => ({ path, change: changeOf(steps, path) })),
    symbols: [],
    tests: paths.filter((path) => roleOf(path) === 'test').slice(0, 300),
    patch: patchOf(steps),
    signatures: signatures.slice(0, 8),
    corrections: correctionsOf(steps),
    outcome,
  }
  const isDemonstration =
    outcome.verdict === 'passed' && outcome.evidence.some((line) => line.startsWith(failedFirst))
  const draft: RecordDraft = {
    kind: 'episode',
    text: textOf(body),
    cue: firstLine(goal).slice(0, 300),
    entities: unique([...paths, ...body.signatures, ...body.issues])
      .filter((entity) => entity !== '')
      .slice(0, 200),
    tags: [session.agent.slice(0, 60), ...(isDemonstration ? ['demonstration'] : [])],
    confidence: 'imported',
    validFrom: endedAt,
    provenance: {
      author: 'importer',
      method: `session/${session.agent}`,
      sources: [
        {
          type: 'session',
          ref: `${session.agent}:${session.sessionId}#${index}`,
          agent: session.agent,
          place: placeText(steps[0]?.place ?? { file: session.source }),
        },
      ],
    },
    episode: body,
  }
  return { draft, isDemonstration }
}

/** `file:line` or `file#key`: what "open the source turn" goes to. */
export function placeText({ file, line, key }: Place): string {
  return line !== undefined ? `${file}:${line}` : key !== undefined ? `${file}#${key}` : file
}

/** The first request that says more than "go on"; the title where none does. */
function goalOf(steps: readonly Step[], session: Session): string {
  const requests = steps.flatMap((step) =>
    step.type === 'user' && step.subagent !== true ? plainRequest(step.text) : [],
  )
  const said = requests.filter((request) => request !== '')
  const text = said.find((request) => !isFollowUp(request)) ?? (session.title.trim() || said[0])
  return (text ?? 'unknown').slice(0, longestGoal)
}

/** The edits between two test runs are one try; the run after them is its feedback. */
function attemptsOf(steps: readonly Step[], runs: readonly RunResult[]): Attempt[] {
  const attempts: Attempt[] = []
  let edits: StepOf<'edit'>[] = []
  const results = new Map(runs.map((run) => [run.at, run]))
  const close = (result: RunResult | null) => {
    if (edits.length === 0) return
    attempts.push(attemptOf(edits, result))
    edits = []
  }
  steps.forEach((step, at) => {
    if (step.type === 'edit' && step.applied) edits.push(step)
    const result = results.get(at)
    if (result !== undefined) close(result)
  })
  close(null)
  return attempts
}

function attemptOf(edits: readonly StepOf<'edit'>[], result: RunResult | null): Attempt {
  const files = unique(edits.map(({ path }) => path))
  const onlyTests = files.every((path) => roleOf(path) === 'test')
  return {
    kind: onlyTests ? 'test' : 'patch',
    content: content(edits.map(diffOf).join('\n')),
    feedback: result === null ? null : content(result.step.output),
    exitCode: result?.step.exitCode ?? null,
    passed: result?.passed ?? null,
    analysis: result === null ? '' : result.because,
    advice: '',
    files: files.slice(0, 300),
    at: edits.at(-1)?.at ?? null,
  }
}

/** What the format gives: its own diff, or the text before and after as removed and added lines. */
function diffOf({ path, before, after, diff }: StepOf<'edit'>): string {
  const head = `--- a/${path}\n+++ b/${path}`
  if (diff !== undefined) return diff.startsWith('---') ? diff : `${head}\n${diff}`
  const lines = (text: string | undefined, mark: string) =>
    text === undefined || text === ''
      ? []
      : text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => mark + line)
  return [head, ...lines(before, '-'), ...lines(after, '+')].join('\n')
}

function patchOf(steps: readonly Step[]): EpisodeBody['patch'] {
  const edits = steps.filter((step) => step.type === 'edit' && step.applied) as StepOf<'edit'>[]
  if (edits.length === 0) return null
  const text = edits.map(diffOf).join('\n')
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return { content: content(text), added: count(/^\+(?!\+\+)/gm), removed: count(/^-(?!--)/gm) }
}

/** Characters of one text; longer than `longestInline` it becomes an artifact where the record is written. */
const longestContent = 200_000

function content(text: string): Content {
  return { text: cut(text, longestContent) }
}

export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const half = Math.floor(length / 2) - 40
  return `${text.slice(0, half)}\n... ${text.length - 2 * half} characters left out ...\n${text.slice(-half)}`
}

function commandsOf(steps: readonly Step[]): EpisodeBody['commands'] {
  const commands = steps.filter((step) => step.type === 'command') as StepOf<'command'>[]
  return commands.slice(-mostCommands).map((step) => {
    const purpose = purposeOf(step.command)
    return {
      command: step.command.slice(0, 2_000),
      purpose,
      exitCode: step.exitCode,
      output: tells(step, purpose) ? { text: cut(step.output, 2_000) } : null,
      at: step.at,
    }
  })
}

/** What was merely looked at (listings, files) says nothing about the work, and would be most of the record. */
function tells({ output, exitCode }: StepOf<'command'>, purpose: string): boolean {
  return output !== '' && (purpose !== 'other' || (exitCode ?? 0) !== 0)
}

function purposeOf(command: string): EpisodeBody['commands'][number]['purpose'] {
  const run = testRunOf(command)
  if (run !== null) return run.kind === 'test' ? 'test' : 'lint'
  return /\b(?:build|compile|bundle|esbuild|webpack|cmake|make)\b/.test(command) ? 'build' : 'other'
}

function changeOf(steps: readonly Step[], path: string): string {
  const edits = steps.filter((step) => step.type === 'edit' && step.path === path) as StepOf<'edit'>[]
  return edits[0]?.before === '' || /^--- \/dev\/null/m.test(edits[0]?.diff ?? '') ? 'A' : 'M'
}

/** What the person said against it: refusals, changes of their own, and words such as "no, ...". */
function correctionsOf(steps: readonly Step[]): string[] {
  const firstEdit = steps.findIndex(({ type }) => type === 'edit')
  return steps
    .flatMap((step, at) => {
      if (step.type === 'signal' && ['rejected', 'modified', 'undone'].includes(step.signal))
        return [`${step.signal}: ${step.detail}`]
      const isLater = firstEdit >= 0 && at > firstEdit
      return step.type === 'user' && isLater && isCorrection(step.text) ? [step.text.trim()] : []
    })
    .slice(0, 100)
    .map((text) => text.slice(0, 2_000))
}

function textOf({ goal, attempts, files, outcome }: EpisodeBody): string {
  const failed = attempts.filter(({ passed }) => passed === false).length
  const names = files.slice(0, 8).map(({ path }) => path)
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : ''
  return [
    firstLine(goal).slice(0, 300),
    `Changed ${names.join(', ')}${more} in ${attempts.length} ${attempts.length === 1 ? 'try' : 'tries'}, ${failed} failed.`,
    `${outcome.verdict}: ${outcome.evidence[0] ?? ''}`,
  ].join('\n')
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? text
  )
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)]
}
