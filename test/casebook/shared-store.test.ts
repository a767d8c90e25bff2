import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { eventually } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory, pathsFound } from './open-memory.ts'

const first = { reason: 'test' }

async function twoClones(t: TestContext) {
  const repo = makeRepo({ 'a.py': 'def alphaone():\n    pass\n' })
  const place = makeRepo({}, { git: false })
  t.after(repo.cleanup)
  t.after(place.cleanup)
  const clone = join(place.dir, 'clone')
  repo.git('clone', '--quiet', repo.dir, clone)
  repo.write({ 'b.py': 'def betatwo():\n    pass\n' })
  const store = join(place.dir, 'store')
  const here = await openMemory(t, repo.dir, { store })
  const there = await openMemory(t, clone, { store })
  await here.index(first)
  await there.index(first)
  return { repo, clone, store, here, there }
}

describe('two clones on one store', () => {
  it('each find their own files', async (t) => {
    const { here, there } = await twoClones(t)
    assert.equal((await pathsFound(here, 'betatwo'))[0], 'b.py')
    assert.deepEqual(await pathsFound(there, 'betatwo'), [])
    assert.deepEqual([here.status().files, there.status().files], [2, 1])
  })

  it('keep each other through upkeep, and forget a clone that is gone', async (t) => {
    const { repo, clone, store, here, there } = await twoClones(t)
    repo.write({ 'c.py': 'def gammathree():\n    pass\n' })
    await here.index(first)
    assert.equal(views(store).length, 2)
    await there.close()
    rmSync(clone, { recursive: true })
    repo.write({ 'd.py': 'def deltafour():\n    pass\n' })
    await here.index(first)
    assert.deepEqual(views(store), [`clone:${join(repo.dir, '.git')}`])
  })
})

function views(store: string): string[] {
  const db = new DatabaseSync(join(store, 'index.db'))
  const keys = db.prepare('select key from view').all()
  db.close()
  return keys.map(({ key }) => String(key))
}

describe('two windows on one store', () => {
  it('index again when the other one threw the index away', async (t) => {
    const repo = makeRepo({ 'a.py': 'def alphaone():\n    pass\n' })
    t.after(repo.cleanup)
    const place = makeRepo({}, { git: false })
    t.after(place.cleanup)
    const tree = join(place.dir, 'tree')
    repo.git('worktree', 'add', '--quiet', tree, '-b', 'side')
    const main = await openMemory(t, repo.dir, { watch: true })
    const side = await openMemory(t, tree)
    await main.index(first)
    await side.index({ ...first, fresh: true })
    await pathsFound(main, 'alphaone')
    const again = 'another window rebuilt the index'
    assert.ok(await eventually(() => main.status().lastRun?.reason === again))
    assert.deepEqual(await pathsFound(main, 'alphaone'), ['a.py'])
    assert.equal(main.status().commits, 1)
  })
})
