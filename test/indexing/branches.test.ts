/** Facts about branches from real repositories: which is the default, what is visible, what became of those that went. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Git, openGit } from '../../src/memory/git.ts'
import { branchFate } from '../../src/memory/indexing/branch-fate.ts'
import { birthBranch, readBranches, visibleBranches } from '../../src/memory/indexing/branches.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

interface Opened {
  repo: FixtureRepo
  git: Git
}

async function open(
  t: TestContext,
  repo = makeRepo({ 'a.txt': 'one\n', 'b.txt': 'two\n' }),
): Promise<Opened> {
  t.after(() => repo.cleanup())
  const git = await openGit(repo.dir)
  assert.ok(git)
  return { repo, git }
}

/** The fate of a branch that was last seen at `tip`. */
async function fateOf({ git }: Opened, name: string, tip: string | null, diverged = true): Promise<string> {
  const { fate } = await branchFate(git, await readBranches(git), { name, tip, diverged })
  return 'into' in fate ? `${fate.fate} into ${fate.into}` : fate.fate
}

test('finds the default branch by the remote, by its usual name, by the setting, or takes the only one', async (t) => {
  const { repo, git } = await open(t)
  const standard = async () => (await readBranches(git)).standard
  assert.equal(await standard(), 'main')
  repo.git('checkout', '--quiet', '-b', 'feature/x')
  assert.equal(await standard(), 'main')
  repo.git('update-ref', 'refs/remotes/origin/next', 'HEAD')
  repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/next')
  assert.equal(await standard(), 'next')
  repo.git('update-ref', '-d', 'refs/remotes/origin/next')
  repo.git('branch', '--quiet', '-m', 'main', 'stable')
  repo.git('config', 'init.defaultBranch', 'stable')
  assert.equal(await standard(), 'stable')
  repo.git('config', '--unset', 'init.defaultBranch')
  assert.equal(await standard(), 'feature/x')
})

test('a memory is born on the branch that is checked out, unless that is the default one or there is none', async (t) => {
  const { repo, git } = await open(t)
  const birth = async () => birthBranch(await readBranches(git))
  assert.equal(await birth(), null)
  repo.git('checkout', '--quiet', '-b', 'feature/x')
  assert.equal(await birth(), 'feature/x')
  repo.git('checkout', '--quiet', '--detach')
  assert.equal(await birth(), null)
})

test('a repository without commits has a branch and nothing else', async (t) => {
  const { git } = await open(t, makeRepo())
  const branches = await readBranches(git)
  assert.deepEqual([branches.current, branches.head, branches.standard], ['main', null, 'main'])
  assert.deepEqual(await visibleBranches(git), [])
})

test('the branch at hand and those that it is stacked on are visible, others are not', async (t) => {
  const { repo, git } = await open(t)
  repo.git('checkout', '--quiet', '-b', 'below')
  repo.commit('below', { 'c.txt': '1\n' })
  repo.git('checkout', '--quiet', '-b', 'above')
  repo.commit('above', { 'd.txt': '1\n' })
  repo.git('branch', 'fresh', 'main')
  assert.deepEqual((await visibleBranches(git)).sort(), ['above', 'below'])
  repo.git('checkout', '--quiet', '--detach')
  assert.deepEqual((await visibleBranches(git)).sort(), ['above', 'below'])
  repo.git('checkout', '--quiet', 'below')
  assert.deepEqual(await visibleBranches(git), ['below'])
  repo.git('checkout', '--quiet', 'fresh')
  assert.deepEqual(await visibleBranches(git), ['fresh'])
  repo.git('checkout', '--quiet', 'main')
  assert.deepEqual(await visibleBranches(git), [])
})

test('a branch without a commit of its own is open, not merged', async (t) => {
  const opened = await open(t)
  opened.repo.git('branch', 'feature/x')
  assert.equal(await fateOf(opened, 'feature/x', null, false), 'open')
  opened.repo.commit('main goes on', { 'a.txt': 'more\n' })
  assert.equal(await fateOf(opened, 'feature/x', null, false), 'open')
})

function feature({ repo }: Opened): string {
  repo.git('checkout', '--quiet', '-b', 'feature/x')
  repo.commit('first half', { 'a.txt': 'one\nhalf\n', 'new.txt': '1\n' })
  const tip = repo.commit('second half', { 'a.txt': 'one\nwhole\n', 'b.txt': null })
  repo.git('checkout', '--quiet', 'main')
  return tip
}

test('sees a merge, by fast-forward and by a commit, whether or not the branch is still there', async (t) => {
  for (const how of ['--ff-only', '--no-ff']) {
    const opened = await open(t)
    const tip = feature(opened)
    assert.equal(await fateOf(opened, 'feature/x', tip, false), 'open')
    opened.repo.git('merge', '--quiet', how, 'feature/x')
    assert.equal(await fateOf(opened, 'feature/x', tip), 'merged into main')
    opened.repo.git('branch', '--quiet', '-D', 'feature/x')
    assert.equal(await fateOf(opened, 'feature/x', tip), 'merged into main')
  }
})

test('sees a squash, also when the default branch went on and changed the same files', async (t) => {
  const opened = await open(t)
  const tip = feature(opened)
  const { repo } = opened
  repo.git('merge', '--quiet', '--squash', 'feature/x')
  repo.commit('feature x (#12)')
  assert.equal(await fateOf(opened, 'feature/x', tip), 'merged into main')
  repo.commit('afterwards', { 'a.txt': 'one\nother\n', 'b.txt': 'again\n' })
  assert.equal(await fateOf(opened, 'feature/x', tip), 'merged into main')
})

test('sees a rebase onto changes of the same file', async (t) => {
  const opened = await open(t, makeRepo({ 'a.txt': `top\n${'line\n'.repeat(30)}end\n`, 'b.txt': '' }))
  const { repo } = opened
  repo.git('checkout', '--quiet', '-b', 'feature/x')
  const tip = repo.commit('change the end', { 'a.txt': `top\n${'line\n'.repeat(30)}END\n` })
  repo.git('checkout', '--quiet', 'main')
  repo.commit('change the top', { 'a.txt': `TOP\n${'line\n'.repeat(30)}end\n` })
  repo.git('cherry-pick', tip)
  repo.git('branch', '--quiet', '-D', 'feature/x')
  assert.equal(await fateOf(opened, 'feature/x', tip), 'merged into main')
})

test('a half of it in the default branch is no merge; deleting it then abandons it', async (t) => {
  const opened = await open(t)
  const tip = feature(opened)
  opened.repo.commit('only one file of it', { 'new.txt': '1\n' })
  assert.equal(await fateOf(opened, 'feature/x', tip), 'open')
  opened.repo.git('branch', '--quiet', '-D', 'feature/x')
  assert.equal(await fateOf(opened, 'feature/x', tip), 'abandoned')
  opened.repo.git('branch', 'feature/x', tip)
  assert.equal(await fateOf(opened, 'feature/x', tip), 'open')
})

test('a branch that was renamed, or merged into another one, lives on there', async (t) => {
  const opened = await open(t)
  const tip = feature(opened)
  opened.repo.git('branch', '--quiet', '-m', 'feature/x', 'feature/y')
  assert.equal(await fateOf(opened, 'feature/x', tip), 'joined into feature/y')
})

test('a branch that only a remote still has is open', async (t) => {
  const opened = await open(t)
  const tip = feature(opened)
  opened.repo.git('update-ref', 'refs/remotes/origin/feature/x', tip)
  opened.repo.git('branch', '--quiet', '-D', 'feature/x')
  assert.equal(await fateOf(opened, 'feature/x', tip), 'open')
})

test('names and heads that look like options, and commits that are gone, harm nothing', async (t) => {
  const opened = await open(t)
  const { repo } = opened
  const shell = '$(echo>stolen);x'
  repo.git('update-ref', 'refs/heads/--output=stolen', 'HEAD')
  repo.git('update-ref', `refs/heads/${shell}`, 'HEAD')
  const { tips } = await readBranches(opened.git)
  assert.ok(tips.has('--output=stolen') && tips.has(shell))
  assert.equal(await fateOf(opened, '--output=stolen', null, false), 'open')
  assert.equal(await fateOf(opened, '--all', '--output=stolen'), 'abandoned')
  assert.equal(await fateOf(opened, 'lost', 'f'.repeat(40)), 'abandoned')
  repo.git('symbolic-ref', 'HEAD', 'refs/heads/--output=stolen')
  assert.deepEqual(await visibleBranches(opened.git), ['--output=stolen'])
  assert.ok(!repo.git('status', '--porcelain').includes('stolen'))
})

test('stops when it is told to', async (t) => {
  const { git } = await open(t)
  await assert.rejects(readBranches(git, AbortSignal.abort()), { name: 'AbortError' })
})
