import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openGit } from '../../src/memory/git.ts'
import { issueNumbers, listCommits, readCommits, revertedCommits } from '../../src/memory/indexing/history.ts'
import type { Commit } from '../../src/memory/types.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

async function history(repo: FixtureRepo, limit = 100): Promise<Commit[]> {
  const git = await openGit(repo.dir)
  assert.ok(git)
  const shas = await listCommits(git, 'HEAD', limit)
  const commits: Commit[] = []
  for await (const commit of readCommits(git, shas)) commits.push(commit)
  return commits
}

describe('the history', () => {
  it('gives message, time, author and files of each commit, newest first', async () => {
    using repo = makeRepo({ 'a.py': '1' }, { message: 'begin' })
    const body = 'Two lines\nof reasons.\n\nFixes #12'
    const sha = repo.commit(`fix the thing\n\n${body}`, { 'a.py': null, 'sub dir/b.py': '2' })
    const [newest, oldest] = await history(repo)
    assert.deepEqual(newest, {
      sha,
      time: 1_704_067_200 + 3600,
      author: 'Ada Example',
      subject: 'fix the thing',
      body,
      files: [
        { path: 'a.py', status: 'D' },
        { path: 'sub dir/b.py', status: 'A' },
      ],
      issues: ['12'],
      reverts: [],
    })
    assert.deepEqual([oldest?.subject, oldest?.files.length], ['begin', 1])
  })

  it('leaves merges out, keeps the limit and reads empty commits', async () => {
    using repo = makeRepo({ 'a.py': '1' })
    repo.git('switch', '--quiet', '-c', 'side')
    repo.commit('on the side', { 'side.py': '1' })
    repo.git('switch', '--quiet', 'main')
    repo.commit('on main', { 'main.py': '1' })
    repo.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side')
    repo.commit('empty')
    const subjects = (await history(repo)).map(({ subject }) => subject)
    assert.deepEqual(subjects, ['empty', 'on main', 'on the side', 'first commit'])
    assert.equal((await history(repo, 2)).length, 2)
  })

  it('finds what git revert wrote', async () => {
    using repo = makeRepo({ 'a.py': '1' })
    const bad = repo.commit('bad idea', { 'a.py': '2' })
    repo.git('revert', '--no-edit', bad)
    assert.deepEqual((await history(repo))[0]?.reverts, [bad])
  })

  it('reads issue numbers of forges and trackers, and no other numbers', () => {
    const text = 'Fix #12, GH-7 and JRA-311 (https://x.org/o/r/issues/99, /pull/100) in UTF-8, version 3 #12'
    assert.deepEqual(issueNumbers(text), ['12', '7', 'JRA-311', '99', '100'])
    assert.deepEqual(revertedCommits('This reverts commit abc'), [])
  })
})
