/** Mutations of real sources: nothing that changed is ever taken for fresh. */

import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { measureAnchors } from '../../src/cli/bench/anchor-mutations.ts'
import { measureAnchorSpeed } from '../../src/cli/bench/anchor-speed.ts'
import { fixtureFolder } from '../harness/fixture-repo.ts'

function textsOf(folder: string): Record<string, string> {
  const paths = globSync('**/*.*', { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile())
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

for (const name of ['python-small', 'typescript-small', 'polyglot'] as const) {
  test(`no change of ${name} goes unnoticed, and no false alarm is raised`, async (t) => {
    const report = await measureAnchors({ texts: textsOf(fixtureFolder(name)), targets: 12, seed: 1 })
    const { asked, stale, detected, unlabelled, falseAlarms, misses } = report
    t.diagnostic(JSON.stringify({ ...report, rows: undefined, misses: undefined }))
    assert.ok(asked > 100, `${asked}`)
    assert.deepEqual([unlabelled, detected], [0, stale], JSON.stringify(misses))
    assert.equal(falseAlarms, 0, JSON.stringify(misses))
    assert.ok(report.rows.length >= 20)
  })
}

test('an index of 10,000 pieces answers for a record in a moment', () => {
  const { fresh, mixed } = measureAnchorSpeed({ chunks: 10_000, seed: 1 })
  assert.ok(fresh.p50 < 5 && mixed.p50 < 5, JSON.stringify({ fresh, mixed }))
})
