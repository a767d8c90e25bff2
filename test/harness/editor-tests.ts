/** Runs the suites of `test/editor/suite` inside a real VS Code and counts what they reported. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTests } from '@vscode/test-electron'
import type { EditorTestResult } from '../editor/suite-runner.ts'
import { makeRepo } from './fixture-repo.ts'
import { homeEnvironment, writeSessions } from './home.ts'
import { cacheFolder, pathWithThisNode, projectFolder } from './project.ts'
import type { Counts } from './steps.ts'

/**
 * The environment variable CASEBOOK_DESKTOP=1 downloads and uses the desktop VS Code of that version (`stable`
 * for 1) instead of the one that comes from the npm registry. Windows always does: it cannot start the stand-in.
 */
const desktop = process.env.CASEBOOK_DESKTOP ?? (process.platform === 'win32' ? '1' : undefined)

/** Each run opens a fresh repository made from `python-small`, with a home of its own that holds past sessions of it. */
export async function runEditorTests(): Promise<Counts> {
  using repo = makeRepo('python-small')
  const folder = mkdtempSync(join(tmpdir(), 'casebook-report-'))
  const report = join(folder, 'report.jsonl')
  writeSessions(folder, repo.dir)
  let ended = true
  try {
    await runTests({
      ...(desktop === undefined
        ? { vscodeExecutablePath: join(projectFolder, 'test/harness/code.ts') }
        : { version: desktop === '1' ? 'stable' : desktop, cachePath: cacheFolder }),
      extensionDevelopmentPath: projectFolder,
      extensionTestsPath: join(projectFolder, 'dist/test/suite-runner.cjs'),
      launchArgs: [repo.dir],
      extensionTestsEnv: {
        // The stand-in needs the person's home, where the editor is installed, and gives the editor this one.
        ...(desktop === undefined ? { CASEBOOK_TEST_HOME: folder } : homeEnvironment(folder)),
        CASEBOOK_TEST_REPORT: report,
        PATH: pathWithThisNode(),
      },
    })
  } catch {
    ended = false
  }
  const results = existsSync(report) ? readResults(readFileSync(report, 'utf8')) : []
  rmSync(folder, { recursive: true })
  return show(results, ended)
}

function readResults(text: string): EditorTestResult[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EditorTestResult)
}

function show(results: readonly EditorTestResult[], ended: boolean): Counts {
  for (const { suite, name, milliseconds, error } of results) {
    console.log(`${error === undefined ? '✔' : '✖'} ${suite}: ${name} (${milliseconds.toFixed(0)} ms)`)
    if (error !== undefined) console.log(error.replace(/^/gm, '    '))
  }
  const failed = results.filter(({ error }) => error !== undefined).length
  const silent = failed === 0 && (!ended || results.length === 0)
  if (silent) console.log('✖ the editor ended without a report')
  return { passed: results.length - failed, failed: silent ? 1 : failed, skipped: 0 }
}
