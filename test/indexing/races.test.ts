import assert from 'node:assert/strict'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openMemory, pathsFound } from '../casebook/open-memory.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

const first = { reason: 'test' }
const aardvark = 'def aardvark():\n    return 1\n'
const baboon = 'def baboon():\n    return 2\n'

describe('what was read', () => {
  it('is known by its own bytes: a checkout during a run poisons nothing', async (test) => {
    const repo = makeRepo({ 'a.py': aardvark })
    test.after(repo.cleanup)
    repo.git('switch', '--quiet', '-c', 'other')
    repo.commit('other', { 'a.py': baboon })
    repo.git('switch', '--quiet', 'main')
    const casebook = await openMemory(test, repo.dir)
    casebook.pause()
    const run = casebook.index(first)
    while (casebook.status().files === 0) await sleep(10)
    repo.git('switch', '--quiet', 'other')
    casebook.resume()
    await run
    repo.git('switch', '--quiet', 'main')
    await casebook.index(first)
    assert.equal((await pathsFound(casebook, 'aardvark'))[0], 'a.py')
    assert.deepEqual(await pathsFound(casebook, 'baboon'), [])
  })

  it('is not read again although it differs from git by line ends', async (test) => {
    const repo = makeRepo({ '.gitattributes': '*.py text eol=crlf\n', 'a.py': aardvark })
    test.after(repo.cleanup)
    repo.write({ 'a.py': aardvark.replaceAll('\n', '\r\n') })
    const old = new Date(Date.now() - 60_000)
    utimesSync(join(repo.dir, 'a.py'), old, old)
    repo.git('status')
    const casebook = await openMemory(test, repo.dir)
    assert.equal((await casebook.index(first)).parsed, 2)
    assert.equal((await casebook.index(first)).parsed, 0)
    assert.equal((await pathsFound(casebook, 'aardvark'))[0], 'a.py')
  })
})

describe('saves', () => {
  it('of one file one after the other end with the last content', async (test) => {
    const repo = makeRepo({ 'a.py': aardvark })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir, { settings: { workers: 2 } })
    await casebook.index(first)
    for (let round = 0; round < 5; round++) {
      repo.write({ 'a.py': aardvark.repeat(400) })
      const slow = casebook.touch(['a.py'])
      await sleep(round * 3)
      repo.write({ 'a.py': baboon })
      await Promise.all([slow, casebook.touch(['a.py'])])
      assert.equal((await pathsFound(casebook, 'baboon'))[0], 'a.py')
      assert.deepEqual(await pathsFound(casebook, 'aardvark'), [])
    }
  })

  it('during a run are not undone by it', async (test) => {
    const files = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`f${at}.py`, aardvark + at]))
    const repo = makeRepo({ ...files, 'a.py': aardvark })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    for (let round = 0; round < 5; round++) {
      repo.git('checkout', '--quiet', '.')
      repo.git('clean', '-fdq')
      await casebook.index({ ...first, fresh: true })
      const run = casebook.index(first)
      await sleep(round * 8)
      repo.write({ 'a.py': baboon, 'new.py': 'def caracal():\n    pass\n' })
      await casebook.touch(['a.py', 'new.py'])
      await run
      assert.equal((await pathsFound(casebook, 'baboon'))[0], 'a.py', `round ${round}`)
      assert.equal((await pathsFound(casebook, 'caracal'))[0], 'new.py', `round ${round}`)
    }
  })
})
