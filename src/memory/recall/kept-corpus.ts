/** The corpus of a view kept between questions: reading it anew takes half of the time of `locate`. */

import { cachedStatements, type DatabaseSync, type Statements } from '../store/database.ts'
import { viewGeneration } from '../store/files.ts'
import { type Corpus, readCorpus } from './corpus.ts'

/** Larger views are read anew each time: kept, they and what is derived of them would take over 100 MB. */
const mostChunks = 200_000
/** Milliseconds without a question after which the memory is given back. */
const patience = 300_000

interface Kept {
  db: DatabaseSync
  viewId: number
  generation: number
  corpus: Corpus
}

/** Keeps one corpus: the one that was asked for last, for as long as its view stays as it is. */
export class KeptCorpus {
  #kept: Kept | null = null
  #timer: NodeJS.Timeout | null = null
  #statements: { db: DatabaseSync; prepared: Statements } | null = null

  /** Preparing them takes a tenth of a question. */
  statements(db: DatabaseSync): Statements {
    if (this.#statements?.db !== db) this.#statements = { db, prepared: cachedStatements(db) }
    return this.#statements.prepared
  }

  corpus(db: DatabaseSync, viewId: number): Corpus {
    // Asked before the view is read: what changes in between is seen the next time.
    const generation = viewGeneration(db, viewId)
    const kept = this.#kept
    this.#wait()
    if (kept?.db === db && kept.viewId === viewId && kept.generation === generation) return kept.corpus
    const corpus = readCorpus(db, viewId)
    this.#kept = corpus.chunkIds.length > mostChunks ? null : { db, viewId, generation, corpus }
    return corpus
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#kept = null
      this.#statements = null
    }, patience).unref()
    this.#timer.refresh()
  }
}

/**
 * Remembers what is derived of a corpus, and of the index at the same generation, for as long as the corpus is kept.
 * `work` must depend on nothing else that was asked.
 */
export function onceForCorpus<Asked extends { corpus: Corpus }, Result extends object>(
  work: (asked: Asked) => Result,
): (asked: Asked) => Result {
  const known = new WeakMap<Corpus, Result>()
  return (asked) => {
    const found = known.get(asked.corpus) ?? work(asked)
    known.set(asked.corpus, found)
    return found
  }
}
