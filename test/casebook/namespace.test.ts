import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type NamedMemory, normaliseRemote, openNamedMemory } from '../../src/casebook/namespace.ts'
import { openRepository } from '../../src/casebook/repository.ts'
import { defaultSettings } from '../../src/config.ts'
import { type Files, type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

async function open(t: TestContext, repo: string, store?: string): Promise<NamedMemory> {
  const repository = await openRepository({ repo, store, settings: defaultSettings })
  const memory = await openNamedMemory(repository)
  t.after(() => {
    if (memory.db.isOpen) memory.db.close()
    repository.dispose()
  })
  return memory
}

function made(t: TestContext, files: Files, git = true): FixtureRepo {
  const repo = makeRepo(files, { git })
  t.after(repo.cleanup)
  return repo
}

describe('the name of a repository', () => {
  it('is the same in every clone', async (t) => {
    const repo = made(t, { 'a.py': 'x = 1\n' })
    const place = made(t, {}, false)
    repo.git('clone', '--quiet', repo.dir, join(place.dir, 'clone'))
    const [here, there] = [await open(t, repo.dir), await open(t, join(place.dir, 'clone'))]
    assert.equal(here.namespace, `git-${repo.git('rev-parse', 'HEAD')}`)
    assert.equal(there.namespace, here.namespace)
  })

  it('is the first commit of the main branch, whatever is checked out', async (t) => {
    const repo = made(t, { 'a.py': 'x = 1\n' })
    const root = repo.git('rev-parse', 'HEAD')
    repo.git('checkout', '--quiet', '--orphan', 'pages')
    repo.commit('pages', { 'index.html': '<p>hello</p>\n' })
    assert.equal((await open(t, repo.dir)).namespace, `git-${root}`)
  })

  it('comes from the remote where a shallow clone does not know the beginning', async (t) => {
    const repo = made(t, { 'a.py': 'x = 1\n' })
    repo.commit('second', { 'a.py': 'x = 2\n' })
    const place = made(t, {}, false)
    const clone = join(place.dir, 'clone')
    repo.git('clone', '--quiet', '--depth', '1', `file://${repo.dir}`, clone)
    const { namespace } = await open(t, clone)
    assert.match(namespace, /^remote-[0-9a-f]{32}$/)
  })

  it('is given once to a folder without commits, and made better by the first commit', async (t) => {
    const repo = made(t, {})
    const first = await open(t, repo.dir)
    assert.match(first.namespace, /^random-/)
    first.db.close()
    const again = await open(t, repo.dir)
    assert.equal(again.namespace, first.namespace)
    again.db.close()
    const sha = repo.commit('first', { 'a.py': 'x = 1\n' })
    assert.equal((await open(t, repo.dir)).namespace, `git-${sha}`)
  })

  it('keeps the memories of two repositories apart that share a store folder', async (t) => {
    const [one, other, place] = [made(t, { 'a.py': '1\n' }), made(t, { 'b.py': '2\n' }), made(t, {}, false)]
    const store = join(place.dir, 'store')
    const first = await open(t, one.dir, store)
    const second = await open(t, other.dir, store)
    assert.notEqual(first.namespace, second.namespace)
    assert.notEqual(first.file, second.file)
    assert.equal((await open(t, one.dir, store)).file, first.file)
    assert.equal((await open(t, other.dir, store)).file, second.file)
  })
})

describe('the address of a remote', () => {
  it('is one in all its spellings', () => {
    const spellings = [
      'git@example.org:team/project.git',
      'https://example.org/team/project',
      'https://user:secret@Example.org/team/project.git/',
      'ssh://git@example.org:22/team/project.git',
    ]
    assert.deepEqual([...new Set(spellings.map(normaliseRemote))], ['example.org/team/project'])
    assert.equal(normaliseRemote('../project.git'), '../project')
  })
})
