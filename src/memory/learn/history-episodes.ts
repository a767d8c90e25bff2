/**
 * Fixes and reverts of the history as episodes: what was wrong, what was changed, whether it stood. Pure.
 *
 * An episode never changes. A fix that is taken back after it was recorded keeps its words; the revert's episode and
 * the fix get a link `contradicts` to each other, and an `avoid` lesson says why. A restored one loses those links.
 */

import { roleOf } from '../code/trees.ts'
import type { EpisodeBody } from '../episode.ts'
import type { Anchor, RecordDraft } from '../record.ts'
import { errorSignatures } from '../signatures.ts'
import type { FixCommit, FixFile } from '../types.ts'

export const fixMethod = 'history/fix-commit'
export const revertMethod = 'history/revert'

const mostAnchors = 20
const mostPaths = 60
const mostSymbols = 30
/** Characters of the message that are kept as the issue's text, and words of it in the summary. */
const longestGoal = 2_000
const summaryWords = 80
/** More files than this are a sweep: it says little about each, and is no lesson for one. */
const sweep = 40

/** Null for what touches no code: a fix of texts, tests or the build repairs nothing that a user meets. */
export function toEpisode(commit: FixCommit, branch: string | null): RecordDraft | null {
  const code = codeFiles(commit)
  if (code.length === 0 || commit.files.length > sweep * 5) return null
  const text = message(commit)
  const symbols = [...new Set(code.flatMap((file) => file.symbols.map(({ name }) => name)))].slice(
    0,
    mostSymbols,
  )
  const issues = commit.issues.slice(0, 20)
  return {
    kind: 'episode',
    text: summary(commit, code),
    cue: commit.subject.slice(0, 300),
    entities: issues.map((issue) => (/^\d/.test(issue) ? `#${issue}` : issue)),
    tags: commit.kind === 'revert' ? ['history', 'revert'] : ['history'],
    anchors: anchorsOf(code, commit.sha),
    provenance: {
      sources: [{ type: 'commit', ref: commit.sha }],
      author: 'indexer',
      method: commit.kind === 'revert' ? revertMethod : fixMethod,
    },
    confidence: 'observed',
    status: 'active',
    branch,
    commit: commit.sha,
    validFrom: commit.time * 1000,
    episode: {
      ...nothingTried,
      goal: text.slice(0, longestGoal),
      issues,
      startedAt: Math.min(commit.authoredAt, commit.time) * 1000,
      endedAt: commit.time * 1000,
      files: commit.files.slice(0, mostPaths).map(({ path, status }) => ({ path, change: status })),
      symbols,
      tests: commit.files
        .filter(({ path }) => roleOf(path) === 'test')
        .map(({ path }) => path)
        .slice(0, mostPaths),
      patch: { commit: commit.sha, added: commit.added, removed: commit.removed },
      signatures: errorSignatures(text)
        .map((signature) => signature.slice(0, 400))
        .slice(0, 4),
      outcome: outcomeOf(commit),
    },
  }
}

/** What git does not know. */
const nothingTried: Pick<
  EpisodeBody,
  'origin' | 'agent' | 'sessionId' | 'attempts' | 'commands' | 'corrections'
> = {
  origin: 'history',
  agent: null,
  sessionId: null,
  attempts: [],
  commands: [],
  corrections: [],
}

const codeRoles = new Set(['source', 'vendored', 'generated'])

/** Files of a commit that the product is made of, those that most likely matter first. */
export function codeFiles(commit: Pick<FixCommit, 'files'>): FixFile[] {
  return commit.files.filter(({ path }) => codeRoles.has(roleOf(path)))
}

function anchorsOf(files: readonly FixFile[], commit: string): Anchor[] {
  const kept = files.filter((file) => file.blob !== null).slice(0, mostAnchors)
  return kept.map(({ path, blob, symbols }) => {
    const symbol = symbols.find(({ top }) => top)?.name
    return { path, blob: blob ?? '', commit, ...(symbol !== undefined && { symbol }) }
  })
}

const trailers = /^(?:[A-Z][\w-]*-by|co-authored-by|change-id|git-svn-id|cc|\(cherry picked).*$/gim

/** Subject, body and the title of the pull request: the issue's text as far as git has it. */
function message({ subject, body, request }: FixCommit): string {
  const title = request === null || request.title === '' || request.title === subject ? '' : request.title
  const words = body.replace(trailers, '').trim()
  return [subject, words, title && `#${request?.number ?? ''} ${title}`].filter(Boolean).join('\n\n')
}

function summary(commit: FixCommit, code: readonly FixFile[]): string {
  const words = commit.body.replace(trailers, '').split(/\s+/).filter(Boolean)
  const said = words.slice(0, summaryWords).join(' ').slice(0, 900)
  const files = code.slice(0, 8).map(({ path, symbols }) => {
    const names = symbols.slice(0, 4).map(({ name }) => name)
    return names.length === 0 ? path : `${path} (${names.join(', ')})`
  })
  const more = code.length > 8 ? ` and ${code.length - 8} more` : ''
  return [
    commit.subject.slice(0, 300),
    said,
    `Changed: ${files.join('; ')}${more}.`,
    commit.revertedBy === null ? '' : `${takenBack(commit.revertedBy)}`,
  ]
    .filter(Boolean)
    .join('\n')
}

function takenBack({ sha, reason }: NonNullable<FixCommit['revertedBy']>): string {
  return `reverted by ${sha.slice(0, 12)}${reason === '' ? '' : `: ${reason}`}`
}

function outcomeOf(commit: FixCommit): EpisodeBody['outcome'] {
  const evidence =
    commit.revertedBy !== null
      ? takenBack(commit.revertedBy)
      : commit.kind === 'revert'
        ? `takes back ${commit.reverts.map((sha) => sha.slice(0, 12)).join(', ') || 'an earlier change'}`
        : 'stands in the history'
  return {
    verdict: commit.revertedBy === null ? 'passed' : 'failed',
    source: 'history',
    command: null,
    exitCode: null,
    log: null,
    evidence: [evidence],
  }
}
