/** Commits as episodes, and their ids. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toEpisode } from '../../src/memory/learn/history-episodes.ts'
import { episodeId } from '../../src/memory/learn/history-ids.ts'
import { recordId } from '../../src/memory/record.ts'
import type { FixCommit } from '../../src/memory/types.ts'

const sha = 'c0ffee'.padEnd(40, '1')

export function fixCommit(change: Partial<FixCommit> = {}): FixCommit {
  return {
    sha,
    time: 1_700_000_000,
    authoredAt: 1_600_000_000,
    author: 'Ada',
    subject: 'Fix #7: TypeError: parse() takes 1 argument',
    body: 'It failed for rows.\n\nTypeError: parse() takes 1 argument\n\nSigned-off-by: Ada <ada@example.org>',
    kind: 'fix',
    issues: ['7', 'ABC-12'],
    request: { number: '9', title: 'Rows cannot be parsed' },
    reverts: [],
    revertedBy: null,
    files: [
      {
        path: 'src/parser.py',
        status: 'M',
        blob: 'b1',
        symbols: [
          { name: 'read', top: false },
          { name: 'parse', top: true },
        ],
      },
      { path: 'src/gone.py', status: 'D', blob: null, symbols: [] },
      { path: 'tests/test_parser.py', status: 'M', blob: 'b2', symbols: [{ name: 'test_rows', top: true }] },
      { path: 'CHANGES.md', status: 'M', blob: 'b3', symbols: [] },
    ],
    added: 4,
    removed: 2,
    ...change,
  }
}

test('a fix that stands is a passed episode with its issue, files, tests, symbols and anchors', () => {
  const draft = toEpisode(fixCommit(), 'topic')
  assert.equal(draft?.status, 'active')
  assert.equal(draft?.confidence, 'observed')
  assert.equal(draft?.branch, 'topic')
  assert.equal(draft?.validFrom, 1_700_000_000_000)
  assert.equal(draft?.cue, 'Fix #7: TypeError: parse() takes 1 argument')
  assert.deepEqual(draft?.anchors, [{ path: 'src/parser.py', blob: 'b1', commit: sha, symbol: 'parse' }])
  const episode = draft?.episode
  assert.equal(episode?.outcome.verdict, 'passed')
  assert.equal(episode?.outcome.source, 'history')
  assert.deepEqual(episode?.tests, ['tests/test_parser.py'])
  assert.deepEqual(episode?.symbols, ['read', 'parse'])
  assert.deepEqual(episode?.issues, ['7', 'ABC-12'])
  assert.deepEqual(episode?.patch, { commit: sha, added: 4, removed: 2 })
  assert.match(episode?.goal ?? '', /Rows cannot be parsed/)
  assert.doesNotMatch(episode?.goal ?? '', /Signed-off-by/)
  assert.ok((episode?.signatures.length ?? 0) > 0)
})

test('a fix that was taken back is a failed one, and says by whom and why', () => {
  const revertedBy = { sha: 'd'.repeat(40), reason: 'It broke Windows.', time: 1_700_000_100 }
  const draft = toEpisode(fixCommit({ revertedBy }), null)
  assert.equal(draft?.episode?.outcome.verdict, 'failed')
  assert.deepEqual(draft?.episode?.outcome.evidence, ['reverted by dddddddddddd: It broke Windows.'])
})

test('a fix of documents and tests alone is no episode', () => {
  const files = fixCommit().files.filter(({ path }) => !path.startsWith('src/'))
  assert.equal(toEpisode(fixCommit({ files }), null), null)
})

test('ids are valid, ordered by time, and the same for the same commit', () => {
  const early = episodeId(sha, 1_000_000_000)
  const late = episodeId(sha, 1_700_000_000)
  assert.ok(recordId.safeParse(early).success)
  assert.ok(early < late)
  assert.equal(late, episodeId(sha, 1_700_000_000))
  assert.notEqual(late, episodeId('f'.repeat(40), 1_700_000_000))
})

test('a very long message stays within what an episode may hold', () => {
  const body = 'word '.repeat(5_000)
  const draft = toEpisode(fixCommit({ body, subject: 'Fix '.repeat(400) }), null)
  assert.ok((draft?.text.split(/\s+/).length ?? 999) <= 400)
  assert.ok((draft?.episode?.goal.length ?? 9_999) <= 2_000)
})
