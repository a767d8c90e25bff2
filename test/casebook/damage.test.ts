import assert from 'node:assert/strict'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { eventually } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { breakIndex, manyFiles } from './damage.ts'
import { openMemory, pathsFound } from './open-memory.ts'

async function brokenRepo(t: TestContext) {
  const repo = makeRepo(manyFiles)
  t.after(repo.cleanup)
  const casebook = await openMemory(t, repo.dir)
  await casebook.index({ reason: 'test' })
  await casebook.close()
  breakIndex(repo.dir)
  return repo
}

describe('damage behind the first pages', () => {
  it('met by a question is said, and the next opening builds a new index for that reason', async (t) => {
    const repo = await brokenRepo(t)
    const broken = await openMemory(t, repo.dir)
    const asking = pathsFound(broken, 'walk_59_3')
    await assert.rejects(asking, { name: 'UserError', message: /damaged/, remedy: /Index again/ })
    assert.equal(broken.status().state.kind, 'failed')
    await broken.close()
    const healed = await openMemory(t, repo.dir)
    assert.equal((await healed.index({ reason: 'test' })).parsed, 60)
    assert.match(healed.status().lastRun?.reason ?? '', /damaged and is set aside/)
    assert.equal((await pathsFound(healed, 'walk_59_3'))[0], 'm59.py')
    assert.deepEqual(
      readdirSync(join(repo.dir, '.git/casebook')).filter((name) => name.includes('distrusted')),
      [],
    )
  })

  it('met by a run is set aside by that run, which begins once more', async (t) => {
    const repo = await brokenRepo(t)
    const casebook = await openMemory(t, repo.dir)
    repo.commit('one more', { 'new.py': 'def newcomer():\n    pass\n' })
    assert.equal((await casebook.index({ reason: 'test', fresh: true })).parsed, 61)
    assert.ok(existsSync(join(repo.dir, '.git/casebook/index.db.damaged')))
    assert.equal((await pathsFound(casebook, 'newcomer'))[0], 'new.py')
  })

  it('heals by itself in a window', async (t) => {
    const repo = await brokenRepo(t)
    const casebook = await openMemory(t, repo.dir, { watch: true })
    await assert.rejects(casebook.search('walk_59_3'), { remedy: /built again now/ })
    assert.ok(await eventually(() => casebook.status().lastRun?.parsed === 60))
    assert.equal((await pathsFound(casebook, 'walk_59_3'))[0], 'm59.py')
  })

  it('never sets aside the new index that another window has begun', async (t) => {
    const repo = await brokenRepo(t)
    const [first, second] = [await openMemory(t, repo.dir), await openMemory(t, repo.dir)]
    await assert.rejects(first.search('walk_59_3'))
    await first.index({ reason: 'test' })
    await assert.rejects(second.search('walk_59_3'))
    await second.close()
    const third = await openMemory(t, repo.dir)
    assert.equal((await third.index({ reason: 'test' })).parsed, 0)
  })
})

describe('an opening that fails', () => {
  it('leaves no file open', { skip: process.platform !== 'linux' }, async (t) => {
    using repo = makeRepo({ 'a.py': 'a = 1\n' })
    const before = await openMemory(t, repo.dir)
    await before.close()
    const memory = new DatabaseSync(join(repo.dir, '.git/casebook/memory.db'))
    memory.exec('pragma user_version = 99')
    memory.close()
    await assert.rejects(openMemory(t, repo.dir), { name: 'UserError', message: /newer Casebook/ })
    assert.deepEqual(openFiles(repo.dir), [])
  })
})

function openFiles(folder: string): string[] {
  const targets = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(join('/proc/self/fd', name))
    } catch {
      return ''
    }
  })
  return targets.filter((target) => target.startsWith(folder))
}
