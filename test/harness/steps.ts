/** What `npm test` is made of: each step gives counts. */

import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runEditorTests } from './editor-tests.ts'
import { projectFolder } from './project.ts'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export interface Step {
  readonly name: string
  run(): Promise<Counts>
}

const bin = (name: string) => join(projectFolder, 'node_modules/.bin', name)

/** In the order in which they run: the cheap ones first. */
export const steps: readonly Step[] = [
  { name: 'lint', run: () => check(bin('biome'), ['check']) },
  { name: 'types', run: () => check(bin('tsc'), ['--noEmit']) },
  { name: 'house', run: () => nodeTests(['test/house/**/*.test.ts']) },
  { name: 'unit', run: () => nodeTests(unitFiles(), 'test-concurrency=2') },
  { name: 'editor', run: () => runEditorTests() },
  { name: 'ui', run: () => nodeTests(['test/editor/ui/*.test.ts'], 'test-concurrency=1') },
  { name: 'vsix', run: () => nodeTests(['test/editor/vsix/*.test.ts'], 'test-concurrency=1') },
]

function unitFiles(): string[] {
  return globSync('test/**/*.test.ts', { cwd: projectFolder })
    .filter((file) => !/^test[\\/](editor|house|fixtures)[\\/]/.test(file))
    .sort()
}

/** A tool that only says yes or no counts as one test. */
async function check(command: string, args: readonly string[]): Promise<Counts> {
  const code = await execute(command, args)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

async function nodeTests(files: readonly string[], ...flags: string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-report-'))
  const report = join(folder, 'report.tap')
  const code = await execute(process.execPath, [
    '--test',
    ...flags.map((flag) => `--${flag}`),
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
    ...files,
  ])
  const counts = countTap(readFileSync(report, 'utf8'))
  rmSync(folder, { recursive: true })
  // A run that failed without a failing test (an unreadable file), or that ran nothing, must not look green.
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) counts.failed = 1
  return counts
}

/** Reads the summary lines at the end of a TAP report by `node --test`. */
export function countTap(report: string): Counts {
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(report)?.[1] ?? 0)
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  }
}

function execute(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32'
    const child = spawn(command, args, { cwd: projectFolder, stdio: ['ignore', 'inherit', 'inherit'], shell })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
