/** Runs inside the editor's extension host: every suite in turn, with a report for the outside. */

import { appendFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a file in `suite/` exports as `tests`: behaviours by name, run in this order. */
export type EditorTests = Record<string, () => Promise<void> | void>

/** One line of the report file. */
export interface EditorTestResult {
  suite: string
  name: string
  milliseconds: number
  /** Absent when the test passed. */
  error?: string
}

/** Milliseconds; a test that takes longer has failed. */
const limit = 60_000

/** Called by the extension host. Rejects when a test failed, which ends the editor with exit code 1. */
export async function run(): Promise<void> {
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'suite')
  const load = createRequire(import.meta.url)
  const wanted = new RegExp(process.env.CASEBOOK_TEST_SUITE ?? '')
  let failed = 0
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.cjs'))) {
    const suite = file.replace('.test.cjs', '')
    if (!wanted.test(suite)) continue
    failed += await runSuite(suite, () => (load(join(folder, file)) as { tests: EditorTests }).tests)
  }
  if (failed > 0) throw new Error(`${failed} tests failed`)
}

async function runSuite(suite: string, read: () => EditorTests): Promise<number> {
  let tests: EditorTests = {}
  const loading = await runTest(suite, 'loads', () => {
    tests = read()
  })
  if (loading.error !== undefined) report(loading)
  const results: EditorTestResult[] = []
  for (const [name, test] of Object.entries(tests)) {
    results.push(await runTest(suite, name, test))
    report(results.at(-1))
  }
  return [loading, ...results].filter(({ error }) => error !== undefined).length
}

async function runTest(
  suite: string,
  name: string,
  test: () => Promise<void> | void,
): Promise<EditorTestResult> {
  const start = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${limit / 1000} s`)), limit)
  })
  const passed = { suite, name, milliseconds: 0 }
  try {
    await Promise.race([Promise.resolve().then(test), late])
    return { ...passed, milliseconds: performance.now() - start }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { ...passed, milliseconds: performance.now() - start, error: text }
  } finally {
    clearTimeout(timer)
  }
}

/** Line by line, so that a host that dies in the middle leaves what it did. */
function report(result: EditorTestResult | undefined): void {
  const file = process.env.CASEBOOK_TEST_REPORT
  if (file === undefined) console.log(result)
  else appendFileSync(file, `${JSON.stringify(result)}\n`)
}
