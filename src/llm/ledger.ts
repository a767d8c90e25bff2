/** The book of model calls: what was asked of whom, for what, and what it took. */

/** One request that left this process. Holds no text of it. */
export interface LedgerEntry {
  /** Unix milliseconds. */
  at: number
  /** As in `ModelRequest`, or `embed`. */
  purpose: string
  /** `model@host`. */
  model: string
  /** Texts left this machine. */
  remote: boolean
  /** Nobody waited for it: the daily cap counts and stops only such calls, without embeddings. */
  background: boolean
  inputTokens: number
  outputTokens: number
  /** Counted here by length, since the server counted nothing. */
  estimated: boolean
  /** US dollars; null: the price is not known. */
  dollars: number | null
  outcome: 'answered' | 'failed' | 'stopped'
  milliseconds: number
  /** Folder of the repository that it was for; null: none. */
  root: string | null
}

/** Sums of a span of time. */
export interface LedgerTotals {
  calls: number
  inputTokens: number
  outputTokens: number
  /** Sum of the known prices; null: none is known. */
  dollars: number | null
  /**
   * Tokens in and out of the calls that nobody waited for. Embeddings are left out: the person agreed to them with
   * their cost, and a first fill would use up the cap of everything else.
   */
  backgroundTokens: number
}

export interface Ledger {
  add(entry: LedgerEntry): Promise<void>
  /** Of the local day of `at`, by default today. */
  day(at?: number): Promise<LedgerTotals>
  /** Newest first. */
  entries(options?: { since?: number; limit?: number }): Promise<LedgerEntry[]>
}
