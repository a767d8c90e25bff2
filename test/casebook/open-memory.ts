/** Opens a repository's memory for a test and closes it at the end of the test. */

import '../harness/own-data-folder.ts'
import type { TestContext } from 'node:test'
import { type Casebook, type OpenOptions, openCasebook } from '../../src/casebook.ts'
import { parseSettings } from '../../src/config.ts'

export interface Spoken {
  warnings: string[]
}

export async function openMemory(
  test: TestContext,
  repo: string,
  options: Omit<Partial<OpenOptions>, 'settings'> & {
    settings?: Record<string, unknown>
    spoken?: Spoken
  } = {},
): Promise<Casebook> {
  const { settings, spoken, ...rest } = options
  const note = (message: string) => spoken?.warnings.push(message)
  const casebook = await openCasebook({
    repo,
    settings: parseSettings({ workers: 1, ...settings }),
    log: { info: () => undefined, warn: note, error: note },
    ...rest,
  })
  test.after(() => casebook.close())
  return casebook
}

/** Paths of the first hits in code. */
export async function pathsFound(casebook: Casebook, query: string): Promise<string[]> {
  const { hits } = await casebook.search(query)
  return hits.flatMap((hit) => (hit.type === 'chunk' ? [hit.path] : []))
}
