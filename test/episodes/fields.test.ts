/** Texts that are cut keep nothing of what was left out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { bounded } from '../../src/memory/episodes/fields.ts'
import { longestText } from '../../src/memory/episodes/session.ts'

test('short texts stay as they are, long ones are cut in the middle and say so', () => {
  assert.equal(bounded('short'), 'short')
  const cut = bounded(`begin${'x'.repeat(longestText)}end`)
  assert.ok(cut.startsWith('begin') && cut.endsWith('end'))
  assert.match(cut, /\n\.\.\. 8 characters left out \.\.\.\n/)
})

test('many cut texts need little memory', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const before = process.memoryUsage().heapUsed
  const megabytes = 2 * 1024 * 1024
  const kept = Array.from({ length: 60 }, (_, at) =>
    bounded(JSON.parse(`"${String(at % 10).repeat(megabytes)}"`)),
  )
  collect()
  const grown = process.memoryUsage().heapUsed - before
  assert.equal(kept.length, 60)
  assert.ok(grown < 20 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MB for 60 texts of 40 KB`)
})
