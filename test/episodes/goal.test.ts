/** The words of a person, out of whatever a program wrapped them in. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isCorrection,
  isFollowUp,
  issuesOf,
  plainRequest,
  saysItFailed,
} from '../../src/memory/episodes/goal.ts'

const wrapped: readonly [string, string][] = [
  ['Fix the total', 'Fix the total'],
  ['<system-reminder>be nice</system-reminder>\nFix the total', 'Fix the total'],
  [
    '<task>\nFix the total\n</task>\n<environment_details>\n# Files\na.py\n</environment_details>',
    'Fix the total',
  ],
  ['<ide_opened_file>a.py</ide_opened_file>Fix the total', 'Fix the total'],
  [
    '<uploaded_files>\n/repo\n</uploaded_files>\nI uploaded it.\n<issue_description>\nFix the total\n</issue_description>\nDo it.',
    'Fix the total',
  ],
  [
    'We are solving this. Here is the issue text:\nISSUE:\nFix the total\n\nINSTRUCTIONS:\nNow go.',
    'Fix the total',
  ],
  ['Please solve this issue: Fix the total\n\nYou can execute bash commands.', 'Fix the total'],
  ['<user_query>\nFix the total\n</user_query>', 'Fix the total'],
]

for (const [text, goal] of wrapped)
  test(`takes "${goal}" out of ${JSON.stringify(text.slice(0, 60))}`, () =>
    assert.equal(plainRequest(text), goal))

test('any text gives a text, and in time', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<task>', '</task>', '<issue>', 'a', '\n', ' ', '<') }),
      (text) => {
        assert.ok(plainRequest(text).length <= text.length)
      },
    ),
    { seed: 4 },
  )
})

test('words that only push on are no goal', () => {
  for (const text of ['yes', 'Continue.', 'ok, go ahead', 'please proceed', '1', 'Thanks!'])
    assert.ok(isFollowUp(text), text)
  for (const text of ['Fix the total', 'continue with the tax file', 'no']) assert.ok(!isFollowUp(text), text)
})

test('issues are numbers and ids of trackers, not names of standards', () => {
  assert.deepEqual(issuesOf('Fix #12 and GH-7, see issues/3, SHOP-44 (UTF-8, SHA-256)'), [
    '12',
    '7',
    '3',
    'SHOP-44',
  ])
})

test('what is said against the work is told from thanks', () => {
  assert.ok(isCorrection('No, the other file') && !isCorrection('No worries') && !isCorrection('now the tax'))
  assert.ok(saysItFailed("it doesn't work") && saysItFailed('please revert that'))
  assert.ok(!saysItFailed('works now, thanks') && !saysItFailed('add a test for failing payments'))
})
