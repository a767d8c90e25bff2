/** Reading fixes and reverts of real repositories: what they touched, what became of them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openGit } from '../../src/memory/git.ts'
import { readFixes, readMessages } from '../../src/memory/indexing/fix-history.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

async function read(repo: FixtureRepo, limit = 1_000) {
  const git = await openGit(repo.dir)
  assert.ok(git !== null)
  const messages = await readMessages(git, 'HEAD', limit)
  return { git, messages, fixes: await readFixes(git, messages.fixes) }
}

const parser = `class Parser:
    def read(self, text):
        return text.split(',')

    def write(self, rows):
        return ','.join(rows)


def parse(text):
    return Parser().read(text)
`

test('a fix tells its files, blob ids, lines and definitions', async () => {
  using repo = makeRepo({ 'parser.py': parser, 'tests/test_parser.py': 'def test_a():\n    pass\n' })
  const sha = repo.commit('Fix #7: split at semicolons', {
    'parser.py': parser.replace("split(',')", "split(';')").replace('Parser().read', 'Parser( ).read'),
    'tests/test_parser.py': 'def test_a():\n    assert 1\n',
    'old name "x".py': 'a = 1\n',
  })
  repo.commit('Add a page', { 'page.md': 'hello' })
  const { fixes, messages } = await read(repo)
  assert.equal(messages.commits, 3)
  assert.equal(fixes.length, 1)
  const [fix] = fixes
  assert.equal(fix?.sha, sha)
  assert.deepEqual(fix?.issues, ['7'])
  assert.deepEqual([fix?.added, fix?.removed], [4, 3])
  assert.deepEqual(
    fix?.files.map(({ path, status, symbols }) => [path, status, symbols]),
    [
      ['old name "x".py', 'A', []],
      [
        'parser.py',
        'M',
        [
          { name: 'read', top: false },
          { name: 'parse', top: true },
        ],
      ],
      ['tests/test_parser.py', 'M', [{ name: 'test_a', top: true }]],
    ],
  )
  assert.equal(fix?.files[1]?.blob, repo.git('rev-parse', `${sha}:parser.py`))
})

test('content that looks like the headers of a patch is content', async () => {
  using repo = makeRepo({ 'a.py': 'x = 1\n' })
  repo.commit('Fix the value', { 'a.py': '-- a/b.py\n++ b/b.py\n@@ -1,9 +1,9 @@ def f():\n:100644 x\n' })
  const { fixes } = await read(repo)
  assert.deepEqual(
    fixes[0]?.files.map(({ path }) => path),
    ['a.py'],
  )
  assert.deepEqual([fixes[0]?.added, fixes[0]?.removed], [4, 1])
})

test('a deleted file has no blob id', async () => {
  using repo = makeRepo({ 'a.py': 'x = 1\n', 'b.py': 'y = 1\n' })
  repo.commit('Fix the crash', { 'a.py': null, 'b.py': 'y = 2\n' })
  const { fixes } = await read(repo)
  assert.deepEqual(
    fixes[0]?.files.map(({ status, blob }) => [status, blob === null]),
    [
      ['D', true],
      ['M', false],
    ],
  )
})

test('a reverted fix knows who took it back, and why; a revert of the revert restores it', async () => {
  using repo = makeRepo({ 'a.py': 'x = 1\n' })
  const fix = repo.commit('Fix the rounding', { 'a.py': 'x = 2\n' })
  const revert = repo.commit('Revert "Fix the rounding" (#9)', { 'a.py': 'x = 1\n' })
  const reason = 'It broke\nWindows.'
  const byId = repo.commit(`Undo\n\nThis reverts commit ${revert}.\n\n${reason}`, { 'a.py': 'x = 2\n' })
  const find = (list: readonly { sha: string }[], sha: string) => list.findIndex((one) => one.sha === sha)
  const { messages } = await read(repo)
  const restored = messages.fixes[find(messages.fixes, fix)]
  assert.equal(restored?.revertedBy, null)
  assert.equal(restored?.restoredBy, byId)
  const taken = messages.fixes[find(messages.fixes, revert)]
  assert.equal(taken?.revertedBy?.sha, byId)
  assert.equal(taken?.revertedBy?.reason, 'It broke Windows.')
  assert.deepEqual(taken?.reverts, [fix])
  repo.commit('Revert "Undo"', { 'a.py': 'x = 1\n' })
  repo.commit('Revert "Fix the rounding"', { 'a.py': 'x = 0\n' })
  const again = await read(repo)
  assert.ok(again.messages.fixes[find(again.messages.fixes, fix)]?.revertedBy)
})

test('the newest earlier commit of the quoted subject is meant', async () => {
  using repo = makeRepo({ 'a.py': 'x = 1\n' })
  const first = repo.commit('Fix it all over', { 'a.py': 'x = 2\n' })
  const second = repo.commit('Fix it all over', { 'a.py': 'x = 3\n' })
  repo.commit('Revert "Fix it all over"', { 'a.py': 'x = 2\n' })
  const { messages } = await read(repo)
  const reverted = messages.fixes.filter(({ revertedBy }) => revertedBy !== null).map(({ sha }) => sha)
  assert.deepEqual(reverted, [second])
  assert.ok(messages.fixes.some(({ sha }) => sha === first))
})

test('commits of a merged pull request carry its number and title', async () => {
  using repo = makeRepo({ 'a.py': 'x = 1\n' })
  repo.git('checkout', '--quiet', '-b', 'topic')
  const fix = repo.commit('Fix the rounding', { 'a.py': 'x = 2\n' })
  repo.commit('Add a test', { 'test_a.py': 'pass\n' })
  repo.git('checkout', '--quiet', 'main')
  repo.commit('Fix another thing', { 'b.py': 'x = 2\n' })
  repo.git(
    'merge',
    '--quiet',
    '--no-ff',
    'topic',
    '-m',
    'Merge pull request #31 from a/topic\n\nTotals are wrong',
  )
  const { fixes } = await read(repo)
  const requests = fixes.map(({ sha, request, issues }) => [sha === fix, request?.title, issues])
  assert.deepEqual(requests.toSorted(), [
    [false, undefined, []],
    [true, 'Totals are wrong', ['31']],
  ])
})

test('no more than the asked commits are read, and an abort stops at once', async () => {
  const commits = Array.from({ length: 5 }, (_, at) => ({
    message: `Fix ${at} of it`,
    files: { 'a.py': `${at}\n` },
  }))
  using repo = makeRepo({ 'a.py': 'x = 1\n' }, { commits })
  const { git, messages } = await read(repo, 3)
  assert.equal(messages.commits, 3)
  assert.equal(messages.fixes[0]?.subject, 'Fix 4 of it')
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(readMessages(git, 'HEAD', 3, signal))
  await assert.rejects(readFixes(git, messages.fixes, signal), /enough|abort/i)
})
