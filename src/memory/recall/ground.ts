/** Everything that the channels of `locate` share while they answer one question. */

import type { Role } from '../code/trees.ts'
import type { Statements } from '../store/database.ts'
import { openStemmer } from '../store/stems.ts'
import { averageOf, type Collection, type Field } from './bm25.ts'
import type { RecallContext } from './context.ts'
import { type Corpus, readCorpus } from './corpus.ts'
import { onceForCorpus } from './kept-corpus.ts'
import { openPostings, type Postings } from './postings.ts'
import type { Query, Term } from './query.ts'

/** One number a file, by position in `corpus.files`. */
export type FileScores = Float64Array

export interface Ground {
  db: Statements
  viewId: number
  query: Query
  /** Commits after this moment (Unix seconds) are not seen. */
  before: number
  corpus: Corpus
  /** Chunks of files that can be an answer, chunks of tests: each with its own frequencies. */
  code: Collection
  tests: Collection
  /** Terms with their postings among the chunks; the commonest are left out beyond the budget. */
  chunkPostings(terms: readonly Term[], budget?: number): { term: Term; postings: Postings }[]
  stems(words: readonly string[]): Map<string, string>
  /** Postings of a stem among the chunks where they were read already. */
  known(stem: string): Postings | undefined
}

/** Occurrences that one call may read: about 0.5 microseconds each. */
const defaultBudget = 400_000

export function openGround(context: RecallContext, query: Query, before = Number.POSITIVE_INFINITY): Ground {
  const { viewId } = context
  const corpus = context.kept?.corpus(context.db, viewId) ?? readCorpus(context.db, viewId)
  const db = context.kept?.statements(context.db) ?? context.db
  const stems = openStemmer(db, context.stems)
  const kept = postingsOf({ corpus })
  const read = remembered(db, kept)
  const { code, tests } = collections({ corpus })
  const chunkPostings = (terms: readonly Term[], budget = defaultBudget) =>
    withinBudget(mergeStems(terms, stems), read, budget)
  return {
    db,
    viewId,
    query,
    before,
    corpus,
    code,
    tests,
    chunkPostings,
    stems,
    known: (stem) => kept.byStem.get(stem),
  }
}

/** A name that is defined here says more than one that is used. Long chunks lose less than long documents do. */
const fields: readonly Field[] = [
  { weight: 3, b: 0.3 },
  { weight: 1, b: 0.6 },
  { weight: 1, b: 0.6 },
]

const collections = onceForCorpus(({ corpus }) => ({
  code: collect(corpus, isRanked),
  tests: collect(corpus, (role) => role === 'test'),
}))

function collect(corpus: Corpus, wanted: (role: Role) => boolean): Collection {
  const roleOfBlob = new Map(corpus.files.map(({ blobId, role }) => [blobId, role]))
  const has = Uint8Array.from(corpus.chunkBlob, (blobId) =>
    wanted(roleOfBlob.get(blobId) ?? 'docs') ? 1 : 0,
  )
  const lengths = corpus.chunkLength.filter((_, at) => has[at] === 1)
  return {
    at(document) {
      const at = corpus.chunkAt[document] ?? -1
      return at >= 0 && has[at] === 1 ? at : -1
    },
    size: lengths.length,
    lengths: corpus.chunkLength,
    averageLength: averageOf(lengths),
    fields,
  }
}

interface KnownPostings {
  documents: number
  byStem: Map<string, Postings>
}

/** Documents in postings that are kept for the next question, whose words come again: about 10 MB. */
const mostKept = 250_000

const postingsOf = onceForCorpus(
  (_: { corpus: Corpus }): KnownPostings => ({ documents: 0, byStem: new Map() }),
)

/** Begins anew before a question, never within one, which asks for the same words several times. */
function remembered(db: Statements, known: KnownPostings): (stem: string) => Postings {
  if (known.documents > mostKept) Object.assign(known, { documents: 0, byStem: new Map() })
  const read = openPostings(db, 'chunk_fts')
  return (stem) => {
    const kept = known.byStem.get(stem)
    if (kept !== undefined) return kept
    const found = read(stem)
    known.byStem.set(stem, found)
    known.documents += found.documents.length
    return found
  }
}

/** `hooks` and `hook` are one term: the greater weight counts, and a little of the other. */
export function mergeStems(
  terms: readonly Term[],
  stems: (words: readonly string[]) => Map<string, string>,
): Term[] {
  const stemOf = stems(terms.map(({ text }) => text))
  const merged = new Map<string, number>()
  for (const { text, weight } of terms) {
    const stem = stemOf.get(text) ?? text
    const before = merged.get(stem)
    merged.set(stem, before === undefined ? weight : Math.max(before, weight) + Math.min(before, weight) / 3)
  }
  return [...merged].map(([text, weight]) => ({ text, weight }))
}

function withinBudget(terms: readonly Term[], read: (stem: string) => Postings, budget: number) {
  const found = terms.map((term) => ({ term, postings: read(term.text) }))
  found.sort((a, b) => a.postings.documents.length - b.postings.documents.length)
  let spent = 0
  return found.filter(({ postings }) => {
    spent += postings.documents.length
    return postings.documents.length > 0 && spent <= budget
  })
}

const rankedRoles: ReadonlySet<Role> = new Set<Role>(['source', 'vendored', 'generated', 'example', 'data'])

/** Tests and documents lead to code; they are not the code that an issue is about. */
export function isRanked(role: Role): boolean {
  return rankedRoles.has(role)
}

export function noScores(ground: Ground): FileScores {
  return new Float64Array(ground.corpus.files.length)
}
