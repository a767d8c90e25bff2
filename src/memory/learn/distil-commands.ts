/** Command facts from episodes: the last green command of each purpose and folder, and how reliable each program is. */

import type { EpisodeBody } from '../episode.ts'
import type { RecordDraft } from '../record.ts'
import { learnedFrom, type Work } from './work.ts'

export type Purpose = EpisodeBody['commands'][number]['purpose']

export interface PlainCommand {
  command: string
  /** Folder that it ran in or was given, `.` for the root. */
  scope: string
  /** Names single tests or files: says nothing about the whole. */
  narrow: boolean
}

const wrapper = /^(?:(?:sudo|time|nice|timeout\s+\S+|env)\s+|[A-Z_][A-Z0-9_]*=\S*\s+)*/
const tail = /\s*(?:2>&1|2?>\s*\/dev\/null|\|\s*(?:tail|head|grep|tee|cat|less)\b[^|]*|\|\|\s*true)\s*$/
const narrowing =
  /::|(?:^|\s)(?:-k|-t|--grep|--filter|--tests?|-run|--test-name-pattern|--testNamePattern)(?:[\s=]|$)/

/** The command that did the work in a line of shell, without the pipes that only shortened its output. */
export function plainCommand(line: string): PlainCommand {
  const parts = line.split(/\s*(?:&&|;|\n)\s*/).filter((part) => part !== '')
  let scope = '.'
  for (const part of parts) scope = /^cd\s+["']?([\w./@-]+)["']?$/.exec(part)?.[1] ?? scope
  let command = parts.findLast((part) => !/^(?:cd|echo|export|true|source|\.)\b/.test(part)) ?? line.trim()
  while (tail.test(command)) command = command.replace(tail, '')
  const plain = command.replace(wrapper, '').trim()
  const targets = plain
    .split(/\s+/)
    .slice(1)
    .filter((word) => !word.startsWith('-') && word.includes('/'))
  const single = targets.some((word) => /\.\w{1,5}(?:$|:)/.test(word))
  const folder = targets.length === 1 && !single && scope === '.' ? targets[0] : undefined
  return {
    command: command.trim(),
    scope: tidyScope(folder ?? scope),
    narrow: single || targets.length > 1 || narrowing.test(plain) || /[`$*]/.test(plain),
  }
}

function tidyScope(path: string): string {
  const tidy = path.replace(/^\.\//, '').replace(/\/+(?:\.\.\.)?$/, '')
  return tidy === '' || tidy.startsWith('/') || tidy.startsWith('..') ? '.' : tidy
}

const sentences = { test: 'Run the tests', build: 'Build', lint: 'Run the linter' } as const

/** Facts with the keys of the history's command facts, so that what ran green supersedes what files say. */
export function commandFacts(episodes: readonly Work[]): RecordDraft[] {
  const newest = new Map<string, { value: string; purpose: keyof typeof sentences; scope: string }>()
  const proofs = new Map<string, Work[]>()
  for (const episode of episodes)
    for (const { command: line, purpose, exitCode } of episode.episode.commands) {
      if (exitCode !== 0 || (purpose !== 'test' && purpose !== 'build' && purpose !== 'lint')) continue
      const { command, scope, narrow } = plainCommand(line)
      if (narrow || command === '' || command.length > 300) continue
      newest.set(`${purpose}-command(${scope})`, { value: command, purpose, scope })
      const proof = `${purpose}-command(${scope}) ${command}`
      const known = proofs.get(proof) ?? []
      if (known.at(-1) !== episode) known.push(episode)
      proofs.set(proof, known)
    }
  return [...newest].map(([key, { value, purpose, scope }]) => {
    const where = scope === '.' ? 'in the root folder' : `in ${scope}`
    return {
      ...learnedFrom(proofs.get(`${key} ${value}`) ?? [], 'distil/command'),
      // Its exit code is the proof, whatever became of the episode.
      confidence: 'verified',
      kind: 'fact',
      text: `${sentences[purpose]} ${where} with: ${value} (it has run with exit code 0).`,
      cue: `The ${purpose} command ${where} is needed.`,
      entities: scope === '.' ? [] : [scope],
      tags: ['command'],
      fact: { key, value, checker: purpose === 'test' ? value : null },
    }
  })
}

/** Runs that are counted, the newest ones (ReMe), and those that make a figure. */
const countedRuns = 20
const fewestRuns = 5

/** `reliability(program)`: how many of its last runs ended with exit code 0. */
export function reliabilityFacts(episodes: readonly Work[]): RecordDraft[] {
  const runs = new Map<string, { episode: Work; ok: boolean }[]>()
  for (const episode of episodes)
    for (const { command, exitCode } of episode.episode.commands) {
      const program = programOf(plainCommand(command).command)
      if (program === null || exitCode === null) continue
      const known = runs.get(program) ?? []
      known.push({ episode, ok: exitCode === 0 })
      runs.set(program, known)
    }
  return [...runs].flatMap(([program, all]) => {
    const last = all.slice(-countedRuns)
    const sources = [...new Set(last.map(({ episode }) => episode))]
    if (last.length < fewestRuns || sources.length < 2) return []
    const ok = last.filter((run) => run.ok).length
    const draft: RecordDraft = {
      ...learnedFrom(sources, 'distil/reliability'),
      confidence: 'observed',
      kind: 'fact',
      text: `${program} ended with exit code 0 in ${ok} of its last ${last.length} runs.`,
      cue: `Before running ${program}.`,
      entities: [],
      tags: ['reliability'],
      fact: { key: `reliability(${program})`, value: `${ok}/${last.length}`, checker: null },
    }
    return [draft]
  })
}

/** `npm test`, `pytest`, `git push`: the program with its subcommand where it has one. */
function programOf(command: string): string | null {
  const [program, next] = command.replace(wrapper, '').split(/\s+/)
  if (program === undefined || !/^[\w.@/-]{2,60}$/.test(program)) return null
  const takesSubcommand =
    /^(?:npm|pnpm|yarn|npx|cargo|go|git|docker|make|dotnet|gradle|\.\/gradlew|mvn|uv|poetry|tox|bun)$/
  return takesSubcommand.test(program) && /^[\w:-]+$/.test(next ?? '-!') ? `${program} ${next}` : program
}
