/** Comparison lessons: what was tried first and failed, what it said, and what worked after it. */

import type { Attempt } from '../episode.ts'
import type { RecordDraft } from '../record.ts'
import { errorSignatures } from '../signatures.ts'
import { plainCommand } from './distil-commands.ts'
import { brief, learnedFrom, type Work } from './work.ts'

export interface TriedPair {
  failed: Attempt
  passed: Attempt
}

/** Each failed attempt with the first later one of its kind that passed (ExpeRepair's pairing). */
export function triedPairs(attempts: readonly Attempt[]): TriedPair[] {
  return attempts.flatMap((failed, at) => {
    if (failed.passed !== false) return []
    const passed = attempts.slice(at + 1).find((later) => later.kind === failed.kind && later.passed === true)
    return passed === undefined ? [] : [{ failed, passed }]
  })
}

/**
 * Why an attempt failed, by its files (ViLoMem's two streams): none in common with the final change is a wrong place,
 * some is the right place and a wrong change. Null: one of them changed no file.
 */
export function attribution(
  failed: readonly string[],
  final: readonly string[],
): 'localisation' | 'reasoning' | null {
  if (failed.length === 0 || final.length === 0) return null
  const changed = new Set(final)
  return failed.some((path) => changed.has(path)) ? 'reasoning' : 'localisation'
}

/** Lessons of one episode: more would repeat it. */
const mostLessons = 3

export function comparisonLessons(work: Work): RecordDraft[] {
  const drafts = triedPairs(work.episode.attempts).flatMap((pair) => {
    const stream = attribution(pair.failed.files, pair.passed.files)
    if (stream === 'localisation') return [wrongPlace(work, pair)]
    return stream === 'reasoning' && pair.failed.kind === 'patch' ? [wrongChange(work, pair)] : []
  })
  const first = new Map(drafts.toReversed().map((draft) => [draft.text, draft]))
  return [...first.values()].reverse().slice(0, mostLessons)
}

/** Shown before searching: the symptom leads to the place. */
function wrongPlace(work: Work, { failed, passed }: TriedPair): RecordDraft {
  const [wrong, right] = [failed.files.slice(0, 3).join(', '), passed.files.slice(0, 3).join(', ')]
  const symptom = brief(work.episode.goal, 140)
  return {
    ...learnedFrom([work], 'distil/comparison'),
    kind: 'lesson',
    text: `For "${symptom}" a change of ${wrong} did not help; the fix was in ${right}.`,
    cue: `Looking for the place of: ${symptom}`,
    entities: entitiesOf(work, [...passed.files, ...failed.files]),
    tags: ['localisation', 'comparison'],
    lesson: {
      polarity: 'avoid',
      stream: 'localisation',
      role: null,
      order: null,
      params: {},
      procedure: steps({ failed, passed }),
    },
  }
}

/** Shown before editing: the right place, and a change that did not do. */
function wrongChange(work: Work, { failed, passed }: TriedPair): RecordDraft {
  const said = failureOf(failed)
  const shared = passed.files.filter((path) => failed.files.includes(path)).slice(0, 3)
  const why = said === '' ? '' : ` with "${brief(said, 160)}"`
  return {
    ...learnedFrom([work], 'distil/comparison'),
    kind: 'lesson',
    text: `In ${shared.join(', ')}, for "${brief(work.episode.goal, 140)}": the first change failed${why}; the procedure shows what worked.`,
    cue:
      said === ''
        ? `Editing ${shared.join(', ')}`
        : `Editing ${shared.join(', ')}, or seeing "${brief(said, 120)}"`,
    entities: entitiesOf(work, shared, said),
    tags: ['reasoning', 'comparison'],
    lesson: {
      polarity: 'do',
      stream: 'reasoning',
      role: null,
      order: null,
      params: {},
      procedure: steps({ failed, passed }),
    },
  }
}

function failureOf({ feedback }: Attempt): string {
  return feedback === null ? '' : (errorSignatures(feedback.text)[0] ?? '')
}

function entitiesOf({ episode }: Work, files: readonly string[], signature = ''): string[] {
  const own = episode.signatures.slice(0, 2)
  const all = [...files, ...(signature === '' ? own : [signature]), ...episode.symbols.slice(0, 5)]
  return [...new Set(all)].map((entity) => entity.slice(0, 400)).filter(Boolean)
}

function steps({ failed, passed }: TriedPair): string[] {
  const said = failed.feedback === null ? '' : lastLines(failed.feedback.text)
  return [
    `tried: ${essence(failed.content.text)}`,
    ...(said === '' ? [] : [`failed with: ${brief(said, 300)}`]),
    `worked: ${essence(passed.content.text)}`,
  ]
}

/** The changed lines of a diff, or the beginning of any other text. */
function essence(text: string): string {
  const changed = text.split('\n').filter((line) => /^[+-](?![+-]{2})/.test(line) && line.trim().length > 1)
  return brief(changed.length === 0 ? text : changed.slice(0, 12).join('\n'), 400)
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ')
}

/** A program that could not do its work, in contrast to one that found something wrong. */
const unusable =
  /command not found|not recognized|no such file or directory|no module named|cannot find module|unknown (?:option|command|argument)|unrecognized (?:option|argument)|invalid option|missing script|is not a .{0,20}command|permission denied/i

/** A command that could not run, and the next one of its purpose that went well: how to call it here. */
export function workflowLessons(work: Work): RecordDraft[] {
  const { commands } = work.episode
  const drafts = commands.flatMap((failed, at) => {
    const broken =
      failed.exitCode === 126 ||
      failed.exitCode === 127 ||
      (failed.exitCode !== 0 && unusable.test(failed.output?.text ?? ''))
    if (!broken || failed.exitCode === null || failed.purpose === 'other') return []
    const worked = commands
      .slice(at + 1)
      .find((later) => later.purpose === failed.purpose && later.exitCode === 0)
    if (worked === undefined) return []
    const [one, other] = [plainCommand(failed.command).command, plainCommand(worked.command).command]
    if (one === other || one.length > 160 || other.length > 160) return []
    const said = brief(unusableLine(failed.output?.text ?? ''), 160)
    const draft: RecordDraft = {
      ...learnedFrom([work], 'distil/comparison'),
      // The exit codes prove both halves.
      confidence: 'verified',
      kind: 'lesson',
      text: `Instead of \`${one}\`${said === '' ? ', which cannot run here,' : `, which fails here with "${said}",`} run \`${other}\`.`,
      cue: `About to run ${one}`,
      entities: [...work.episode.files.map(({ path }) => path)].filter((path) => other.includes(path)),
      tags: ['workflow', 'comparison'],
      lesson: {
        polarity: 'do',
        stream: 'workflow',
        role: null,
        order: null,
        params: { instead: one, run: other },
        procedure: [],
      },
    }
    return [draft]
  })
  return [...new Map(drafts.map((draft) => [draft.text, draft])).values()].slice(0, mostLessons)
}

function unusableLine(output: string): string {
  return output.split('\n').find((line) => unusable.test(line)) ?? ''
}
