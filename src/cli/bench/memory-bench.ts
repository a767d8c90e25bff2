/** `casebook bench memory`: rewriting suites, a year with a known state, changed code, gates, secrets, pairs and speed, in one report. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import type { Log } from '../../memory/ports.ts'
import type { Memories } from '../../protocol-memories.ts'
import { type BenchReport, type Figure, machineFacts } from './measure.ts'
import { measureRewriting } from './memory-rewriting.ts'
import { measureTimeline } from './memory-timeline.ts'
import { git } from './run-git.ts'

export interface MemoryBenchOptions {
  /** Facts under which one must be found again (R1). */
  distractors: number
  /** Happenings of the made-up year. */
  events: number
  seed: number
  settings: Settings
  log: Log
  note(text: string): void
}

export async function benchMemoryState(options: MemoryBenchOptions): Promise<BenchReport> {
  const { distractors, events, seed, note } = options
  const fresh = <T>(work: (memories: Memories) => Promise<T>) => withFreshMemories(options, work)
  const suites = await measureRewriting({ fresh, distractors, seed, note })
  note('a made-up year')
  const year = await fresh((memories) => measureTimeline({ memories, events, seed }))
  const figures: Figure[] = [
    ...suites.map(
      ({ suite, title, asked, right, wrong }): Figure => ({
        name: `${suite} answered rightly, of ${asked}`,
        value: right,
        unit: '',
        note: [title, ...wrong].join('; '),
      }),
    ),
    {
      name: `timeline: right answers, of ${year.asked}`,
      value: year.right,
      unit: '',
      note: [`${year.events} events, ${year.checkpoints} checkpoints`, ...year.wrong].join('; '),
    },
    { name: 'timeline: outdated values shown', value: year.outdated, unit: '', floor: 0 },
    { name: 'timeline: recalls for a right answer', value: year.recallsPerAnswer, unit: '' },
    { name: 'timeline: share of repeated bytes', value: year.redundancy, unit: '' },
  ]
  return { bench: 'memory', subject: 'state of facts', machine: machineFacts(), figures }
}

/** A repository of its own with a store that is thrown away. */
export async function withFreshMemories<T>(
  { settings, log }: Pick<MemoryBenchOptions, 'settings' | 'log'>,
  work: (memories: Memories) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-memory-'))
  try {
    await writeFile(join(folder, 'app.py'), 'def main():\n    return 0\n')
    await git(folder, ['init', '--quiet', '--initial-branch=main'])
    await git(folder, ['add', '.'])
    await git(folder, ['commit', '--quiet', '-m', 'a beginning'])
    const own: Settings = { ...settings, storeLocation: 'repository', historyMemory: 0 }
    const casebook = await openCasebook({ repo: folder, settings: own, log })
    try {
      await casebook.index({ reason: 'a benchmark' })
      return await work(casebook.memories)
    } finally {
      await casebook.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
