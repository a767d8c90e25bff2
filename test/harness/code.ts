#!/usr/bin/env node
/**
 * Stands in for the `code` executable of a desktop: takes the arguments that `@vscode/test-electron` gives,
 * runs the tests in a real VS Code server seen by Chromium, and ends with their exit code.
 */

import { existsSync } from 'node:fs'
import { inspect } from 'node:util'
import { openWorkbench, type WorkbenchOptions, workbenchUrl } from './workbench.ts'

/** Milliseconds after which a run that never reported its end has failed. */
const limit = 240_000

/** What VS Code says on a machine that cannot reach the gallery and has no sign-in. */
const harmless = /open-vsx|Service Worker|authentication provider/

const args = process.argv.slice(2)
const options: WorkbenchOptions = {
  development: flag('extensionDevelopmentPath') ?? null,
  testsPath: flag('extensionTestsPath') ?? '',
  askForTrust: args.includes('--ask-for-trust'),
  ...(process.env.CASEBOOK_TEST_HOME !== undefined && { home: process.env.CASEBOOK_TEST_HOME }),
}
const folder = args.find((arg) => !arg.startsWith('-') && existsSync(arg))
if (folder !== undefined) options.folder = folder

const workbench = await openWorkbench(options)
const code = await runTests()
if (code !== 0) await workbench.screenshot('editor-tests-failed')
await workbench.close()
process.exit(code)

async function runTests(): Promise<number> {
  const { page } = workbench
  const ended = new Promise<number>((resolve) => {
    page.exposeFunction('codeAutomationExit', (exitCode: number) => resolve(exitCode)).catch(() => resolve(1))
    setTimeout(() => {
      console.error(`The tests did not end within ${limit / 1000} s.\n${workbench.server.output()}`)
      resolve(1)
    }, limit)
  })
  const errors: string[] = []
  await page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => {
    const text = inspect(values)
    if (type === 'error' && !harmless.test(text)) errors.push(text)
    if (process.env.CASEBOOK_EDITOR_LOG !== undefined) console.error(type, text)
  })
  await page.goto(workbenchUrl(workbench.server.authority, options))
  const exitCode = await ended
  if (exitCode !== 0) console.error(errors.join('\n'))
  return exitCode
}

function flag(name: string): string | undefined {
  const prefix = `--${name}=`
  return args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length)
}
