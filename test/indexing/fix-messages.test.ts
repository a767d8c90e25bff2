/** Which messages speak of a repair, which of a revert. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeMessage, revertReason, revertTargets } from '../../src/memory/indexing/fix-messages.ts'

const fixes = [
  'fix(reactivity): track length of arrays',
  'fix!: stop the leak',
  'Fixed #12345 -- Prevented a crash of the admin.',
  '[4.2.x] Fixed #34512 -- Restored inheritance.',
  '🐛 wrong offset after paste',
  ':bug: wrong offset after paste',
  'Fix #9752: autodoc: Failed to detect type annotation for slots',
  'Closes #976: gettext does not extract index entries',
  'ABC-123: fix wrong rounding of totals',
  'Prevent TypeError when query parameters are arrays',
  'Avoid segfault on empty input',
  'core: fix rounding for objects implementing __int__',
  "Sometimes the module can be False; don't crash when it is",
  'Regression in the parser of dates',
]

const others = [
  'Fix typo in docs',
  'Fix a few typos',
  'fix formatting',
  'Fix flake8 errors',
  'style: fix lint',
  'fix(docs): correct the guide',
  'fix(ci): pin the runner',
  'docs: fix reference to the cache fixture',
  'chore(deps): bump left-pad from 1.0 to 1.1 (fixes #12)',
  'build(deps): bump actions/stale',
  'Bump version to fix the build',
  'feat: crash reporter',
  'Add a test for the regression of gh-29637',
  'Apply fixes from StyleCI (#61059)',
  'fixup! Fix the parser',
  'minor fixes',
  'Fix.',
  'Fix failing tests',
  'fix mypy errors',
  'Address review comments and fix names',
  'Close #12: add an option for colours',
  'Revert to the standard algorithm',
  '',
]

for (const message of fixes) {
  test(`sees a repair in "${message}"`, () => assert.equal(judgeMessage(message, ''), 'fix'))
}
for (const message of others) {
  test(`sees no repair in "${message}"`, () => assert.equal(judgeMessage(message, ''), 'other'))
}

test("reads the body where the subject is silent, but not another tracker's number", () => {
  assert.equal(judgeMessage('Totals are rounded once', 'This was wrong since 1.2.\n\nFixes #44'), 'fix')
  assert.equal(judgeMessage('Totals are rounded once', 'See #44'), 'other')
})

test('sees reverts in each of their forms', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567'
  assert.equal(judgeMessage('Revert "Fix the parser"', `This reverts commit ${sha}.`), 'revert')
  assert.equal(judgeMessage('Go back', `This reverts commit ${sha}.`), 'revert')
  assert.equal(judgeMessage('revert: "feat: new parser"', ''), 'revert')
  assert.equal(judgeMessage(`Revert ${sha.slice(0, 10)}`, ''), 'revert')
  assert.equal(judgeMessage('Reapply "Fix the parser"', ''), 'revert')
})

test('knows what a revert names, by id and by subject', () => {
  assert.deepEqual(revertTargets('Revert "Fix the parser" (#12)', 'This reverts commit 0123456789ab.'), {
    ids: ['0123456789ab'],
    subject: 'Fix the parser',
  })
  assert.equal(revertTargets('Revert "Revert "Fix it""', '').subject, 'Revert "Fix it"')
  assert.equal(revertTargets('Reapply "Fix it"', '').subject, 'Revert "Fix it"')
})

test('the reason of a revert is what people wrote, without the sentence of git and trailers', () => {
  const body = 'This reverts commit 0123456789abcdef.\n\nIt broke Windows.\n\nSigned-off-by: A <a@b.c>'
  assert.equal(revertReason(body), 'It broke Windows.')
  assert.equal(revertReason('This reverts commit 0123456789abcdef, reversing\nchanges made to 987.'), '')
})
