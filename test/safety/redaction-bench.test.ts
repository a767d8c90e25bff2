/** The measure of masking itself: it counts what is planted and what diffs hold. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRandom } from '../../src/cli/bench/random.ts'
import { measureRedaction } from '../../src/cli/bench/redaction-bench.ts'
import { plantSecrets, secretKinds } from '../../src/cli/bench/secrets.ts'

test('counts planted secrets, and findings in diffs by thousand lines, without their values', async () => {
  const token = plantSecrets(openRandom(8)).find(({ kind }) => kind === 'slack-token')
  assert.ok(token)
  async function* diffs() {
    yield `@@ -1 +1 @@\n-old\n+${token?.text}\n`
    yield ' line\n'.repeat(997)
  }
  const figures = await measureRedaction(diffs(), { seeds: 1 })
  assert.equal(figures.kinds, secretKinds.length)
  assert.equal(figures.planted, secretKinds.length * 4)
  assert.deepEqual(figures.missed, [])
  assert.equal(figures.detected, figures.planted)
  assert.equal(figures.diffs.lines, 1_000)
  assert.equal(figures.diffs.masked, 1)
  assert.equal(figures.diffs.perThousandLines, 1)
  assert.deepEqual(figures.diffs.kinds, { 'slack-token': 1 })
  assert.equal(figures.findings.length, 1)
  assert.ok(!JSON.stringify(figures).includes(token.secret))
})
