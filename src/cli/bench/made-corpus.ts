/** A repository that was made for a benchmark, by `casebook bench corpus`. */

import { runSelf } from './run-self.ts'

/** What `casebook bench corpus` prints about the repository that it wrote. */
export interface CorpusSummary {
  files: number
  queries: string[]
}

export interface CorpusNumbers {
  files: number
  /** In each file. */
  functions: number
  queries: number
  seed: number
  commits: number
}

/** Makes it in an empty folder, in a process of its own: what that leaves in memory must not count. */
export async function makeCorpus(
  folder: string,
  numbers: CorpusNumbers,
  signal: AbortSignal,
): Promise<CorpusSummary> {
  const options = Object.entries(numbers).map(([name, value]) => `--${name}=${value}`)
  return JSON.parse(await runSelf(['bench', 'corpus', '--json', `--out=${folder}`, ...options], signal))
}
