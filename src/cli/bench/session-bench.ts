/** `casebook bench sessions`: how fast past sessions become episodes, and how much memory that takes. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import type { Log } from '../../memory/ports.ts'
import type { SessionImport } from '../../protocol-sessions.ts'
import { type BenchReport, type Figure, machineFacts, peakResidentMb, timed } from './measure.ts'
import { git } from './run-git.ts'
import { runSelf } from './run-self.ts'
import { type WrittenLogs, writeSessionLogs } from './session-logs.ts'

export interface SessionBenchOptions {
  /** Megabytes of logs to make up. */
  size: number
  seed: number
  signal: AbortSignal
  note(text: string): void
}

/** What one import in a process of its own took. */
export interface ImportMeasure {
  surveySeconds: number
  importSeconds: number
  againSeconds: number
  /** Of all threads of that process, while it imported. */
  cpuSeconds: number
  peakMb: number
  summary: SessionImport
}

const agents = ['claude-code', 'codex']

/** Everything is made in the temporary folder, and removed in the end. */
export async function benchSessions(options: SessionBenchOptions): Promise<BenchReport> {
  const { size, seed, signal, note } = options
  const folder = await mkdtemp(join(tmpdir(), 'casebook-bench-'))
  try {
    const [home, repo] = [join(folder, 'home'), join(folder, 'shop')]
    await makeRepository(repo, signal)
    note(`writing ${size} MB of session logs`)
    const logs = await writeSessionLogs({ home, repo, bytes: size * 1e6, seed, signal })
    note(`importing ${logs.sessions} sessions in a new process`)
    const line = ['bench', 'sessions', '--home', home, '--repo', repo, '--json']
    const measure = JSON.parse(await runSelf(line, signal)) as ImportMeasure
    const subject = `${logs.sessions} made-up sessions of ${agents.join(' and ')}, seed ${seed}`
    return { bench: 'sessions', subject, machine: machineFacts(), figures: figuresOf(logs, measure) }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function makeRepository(repo: string, signal: AbortSignal): Promise<void> {
  await mkdir(repo, { recursive: true })
  await writeFile(join(repo, 'README.md'), '# Shop\n')
  await git(repo, ['init', '--quiet', '--initial-branch=main'], signal)
  await git(repo, ['add', '--all'], signal)
  await git(repo, ['commit', '--quiet', '--message', 'The beginning'], signal)
}

/** Floors of the issue: 1 GB in under 60 s with under 300 MB resident; smaller sizes are held to their share. */
function figuresOf({ bytes, lines }: WrittenLogs, measure: ImportMeasure): Figure[] {
  const { surveySeconds, importSeconds, againSeconds, cpuSeconds, peakMb, summary } = measure
  const { episodes, demonstrations, imported, verdicts, learned } = summary
  const made = `${demonstrations} demonstrations; ${verdicts.passed} passed, ${verdicts.unknown} unknown`
  return [
    { name: 'logs', value: bytes / 1e6, unit: 'MB', note: `${lines} lines` },
    { name: 'finding them', value: surveySeconds, unit: 's' },
    {
      name: 'import, episodes recorded and learned from',
      value: importSeconds,
      unit: 's',
      floor: (60 * bytes) / 1e9,
    },
    { name: '  in processor time', value: cpuSeconds, unit: 's' },
    { name: '  sessions', value: imported, unit: '' },
    { name: '  episodes', value: episodes, unit: '', note: made },
    { name: '  learned without a model', value: learned?.admitted ?? 0, unit: '' },
    { name: '  logs read', value: bytes / 1e6 / importSeconds, unit: '/s', note: 'MB' },
    { name: 'importing again, nothing new', value: againSeconds, unit: 's' },
    { name: 'peak resident memory', value: peakMb, unit: 'MB', floor: 300 },
  ]
}

export interface MeasureOptions {
  home: string
  repo: string
  settings: Settings
  log: Log
  signal: AbortSignal
}

/** To be run in a process that has done nothing else. */
export async function measureImport({
  home,
  repo,
  settings,
  log,
  signal,
}: MeasureOptions): Promise<ImportMeasure> {
  const machine = { platform: process.platform, home, env: {}, repositories: [repo] }
  const casebook = await openCasebook({ repo, settings, log, machine })
  try {
    const { sessions } = casebook
    const [surveySeconds] = await timed(() => sessions.sources({ signal }))
    const before = process.cpuUsage()
    const [importSeconds, summary] = await timed(() => sessions.import({ agents, signal }))
    const { user, system } = process.cpuUsage(before)
    const cpuSeconds = (user + system) / 1e6
    const peakMb = peakResidentMb()
    const [againSeconds] = await timed(() => sessions.import({ agents, signal }))
    return { surveySeconds, importSeconds, againSeconds, cpuSeconds, peakMb, summary }
  } finally {
    await casebook.close()
  }
}
