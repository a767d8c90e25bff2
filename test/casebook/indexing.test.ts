import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../src/memory/ports.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory, pathsFound, type Spoken } from './open-memory.ts'

const first = { reason: 'test' }
const zebra = 'def paint_zebra(stripes):\n    """Paints the animal."""\n    return stripes * 2\n'
const giraffe = 'def feed_giraffe(leaves):\n    return leaves\n'

describe('an index', () => {
  it('holds every readable file and finds code in it, with history', async (test) => {
    const repo = makeRepo({
      'zoo/zebra.py': zebra,
      'zoo/giraffe.py': giraffe,
      'notes.xyz': 'the aardvark eats',
      'logo.png': 'x',
    })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    const summary = await casebook.index(first)
    assert.deepEqual([summary.files, summary.parsed, summary.commits, summary.excluded], [3, 3, 1, 1])
    assert.equal((await pathsFound(casebook, 'paint_zebra'))[0], 'zoo/zebra.py')
    assert.equal((await pathsFound(casebook, 'aardvark'))[0], 'notes.xyz')
    const status = casebook.status()
    assert.deepEqual([status.files, status.indexedFiles, status.excludedFiles], [3, 3, 1])
    assert.equal(status.head, repo.git('rev-parse', 'HEAD'))
    assert.deepEqual(casebook.excluded(), [{ path: 'logo.png', reason: 'binary' }])
  })

  it('does no work when nothing changed, also after closing and opening again', async (test) => {
    const repo = makeRepo({ 'a.py': zebra, 'b.py': giraffe })
    test.after(repo.cleanup)
    const before = await openMemory(test, repo.dir)
    await before.index(first)
    await before.close()
    const casebook = await openMemory(test, repo.dir)
    assert.equal((await casebook.index(first)).parsed, 0)
    assert.equal((await pathsFound(casebook, 'giraffe'))[0], 'b.py')
  })

  it('parses equal bytes once, wherever they lie', async (test) => {
    const repo = makeRepo({ 'a.py': zebra, 'copy/a.py': zebra, 'again.py': zebra })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    assert.equal((await casebook.index(first)).parsed, 1)
    assert.deepEqual((await pathsFound(casebook, 'paint_zebra')).length > 0, true)
    repo.git('mv', 'a.py', 'renamed.py')
    assert.equal((await casebook.index(first)).parsed, 0)
    assert.ok(!(await pathsFound(casebook, 'paint_zebra')).includes('a.py'))
  })

  it('shows only what the branch has, and parses nothing when switching back', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    await casebook.index(first)
    repo.git('switch', '--quiet', '-c', 'other')
    repo.commit('giraffe instead', { 'a.py': null, 'g.py': giraffe })
    assert.equal((await casebook.index(first)).parsed, 1)
    assert.deepEqual(await pathsFound(casebook, 'paint_zebra'), [])
    repo.git('switch', '--quiet', 'main')
    assert.equal((await casebook.index(first)).parsed, 0)
    assert.deepEqual(await pathsFound(casebook, 'feed_giraffe'), [])
    assert.equal((await pathsFound(casebook, 'paint_zebra'))[0], 'a.py')
  })

  it('is shared by worktrees, each with its own view', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const main = await openMemory(test, repo.dir)
    await main.index(first)
    const place = makeRepo({}, { git: false })
    test.after(place.cleanup)
    const tree = join(place.dir, 'tree')
    repo.git('worktree', 'add', '--quiet', tree, '-b', 'side')
    writeFileSync(join(tree, 'g.py'), giraffe)
    const side = await openMemory(test, tree)
    assert.equal((await side.index(first)).parsed, 1)
    assert.equal((await pathsFound(side, 'feed_giraffe'))[0], 'g.py')
    assert.deepEqual(await pathsFound(main, 'feed_giraffe'), [])
    assert.ok(!existsSync(join(tree, '.casebook')))
  })

  it('travels to a commit and sees nothing that came later', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const early = repo.git('rev-parse', 'HEAD')
    repo.commit('add the giraffe', { 'g.py': giraffe })
    const casebook = await openMemory(test, repo.dir, { at: early })
    const summary = await casebook.index(first)
    assert.deepEqual([summary.files, summary.commits], [1, 1])
    assert.deepEqual(await pathsFound(casebook, 'feed_giraffe'), [])
    assert.deepEqual(await casebook.commits('giraffe'), [])
  })

  it('follows a rewritten history', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    repo.commit('walrus commit that will vanish', { 'w.py': 'walrus = 1\n' })
    const casebook = await openMemory(test, repo.dir)
    await casebook.index(first)
    assert.equal((await casebook.commits('walrus')).length, 1)
    repo.git('reset', '--quiet', '--hard', 'HEAD~1')
    await casebook.index(first)
    assert.deepEqual(await casebook.commits('walrus'), [])
  })

  it('takes a saved file within a moment and forgets a deleted one', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    await casebook.index(first)
    await casebook.search('warm')
    repo.write({ 'new.py': giraffe })
    await casebook.touch(['new.py'])
    assert.equal((await pathsFound(casebook, 'feed_giraffe'))[0], 'new.py')
    repo.write({ 'new.py': null })
    await casebook.touch(['new.py'])
    assert.deepEqual(await pathsFound(casebook, 'feed_giraffe'), [])
  })

  it('notices commits and checkouts by itself when it watches', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir, { watch: true })
    await casebook.index(first)
    repo.commit('giraffes arrive', { 'g.py': giraffe })
    for (let tries = 0; tries < 100 && (await pathsFound(casebook, 'feed_giraffe')).length === 0; tries++)
      await sleep(50)
    assert.equal((await pathsFound(casebook, 'feed_giraffe'))[0], 'g.py')
  })

  it('works in a plain folder, keeps to its own place and to .gitignore', async (test) => {
    const repo = makeRepo({ 'a.py': zebra, '.gitignore': 'skip.py\n', 'skip.py': giraffe }, { git: false })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    const summary = await casebook.index(first)
    assert.equal(summary.files, 2)
    assert.ok(existsSync(join(repo.dir, '.casebook/.gitignore')))
    await sleep(150)
    repo.write({ 'b.py': 'b = 1\n' })
    assert.equal((await casebook.index(first)).parsed, 1)
  })

  it('touches nothing in .git but its own folder', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const before = readdirSync(join(repo.dir, '.git')).sort()
    const casebook = await openMemory(test, repo.dir)
    await casebook.index(first)
    assert.deepEqual(readdirSync(join(repo.dir, '.git')).sort(), [...before, 'casebook'].sort())
    assert.equal(repo.git('status', '--porcelain'), '')
  })
})

describe('a run', () => {
  it('writes down its reason, and rebuilds only when told to', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    await casebook.index({ reason: 'opened' })
    const summary = await casebook.index({ reason: 'the person asked', fresh: true })
    assert.equal(summary.parsed, 1)
    const { runs } = await casebook.health()
    assert.deepEqual(
      runs.map(({ reason, parsed }) => [reason, parsed]),
      [
        ['the person asked', 1],
        ['opened', 1],
      ],
    )
    assert.equal((await pathsFound(casebook, 'paint_zebra'))[0], 'a.py')
  })

  it('stops when told, leaves a usable store and goes on later', async (test) => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [`f${at}.py`, zebra.replaceAll('zebra', `z${at}`)]),
    )
    const repo = makeRepo(files)
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    const stop = new AbortController()
    const run = casebook.index({
      ...first,
      signal: stop.signal,
      onProgress: ({ phase, done }) => phase === 'parse' && done > 50 && stop.abort(),
    })
    await assert.rejects(run)
    const { indexedFiles } = casebook.status()
    assert.ok(indexedFiles > 0 && indexedFiles < 300, `${indexedFiles}`)
    const reply = await casebook.search('paint_z1')
    assert.ok(reply.coverage < 1)
    assert.equal((await casebook.index(first)).parsed, 300 - indexedFiles)
  })

  it('pauses and resumes', async (test) => {
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`f${at}.py`, zebra.replaceAll('zebra', `z${at}`)]),
    )
    const repo = makeRepo(files)
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    casebook.pause()
    const run = casebook.index(first)
    await sleep(300)
    assert.equal(casebook.status().state.kind, 'paused')
    assert.equal(casebook.status().indexedFiles, 0)
    casebook.resume()
    assert.equal((await run).parsed, 200)
  })

  it('goes on when a file is unreadable or breaks the parser', async (test) => {
    const broken = `${'('.repeat(50_000)}\nclass`
    const repo = makeRepo({ 'a.py': zebra, 'broken.py': broken, 'deep.ts': '{'.repeat(100_000) })
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    assert.equal((await casebook.index(first)).files, 3)
    assert.equal(casebook.status().indexedFiles, 3)
  })

  it('sets a damaged index aside, says why and builds it again', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const before = await openMemory(test, repo.dir)
    await before.index(first)
    await before.close()
    writeFileSync(join(repo.dir, '.git/casebook/index.db'), Buffer.alloc(16_384, 5))
    const casebook = await openMemory(test, repo.dir)
    assert.equal((await casebook.index(first)).parsed, 1)
    assert.match(casebook.status().lastRun?.reason ?? '', /damaged/)
  })
})

describe('opening', () => {
  const rejects = (opening: Promise<unknown>, pattern: RegExp) =>
    assert.rejects(
      opening,
      (error) => error instanceof UserError && pattern.test(error.message) && error.remedy !== '',
    )

  it('says what is wrong with a folder, a commit, a bare repository', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    await rejects(openMemory(test, join(repo.dir, 'missing')), /no folder/)
    await rejects(openMemory(test, repo.dir, { at: 'no-such' }), /no commit no-such/)
    const place = makeRepo({}, { git: false })
    test.after(place.cleanup)
    await rejects(openMemory(test, place.dir, { at: 'HEAD' }), /not a git repository/)
    repo.git('clone', '--quiet', '--bare', repo.dir, join(place.dir, 'bare.git'))
    await rejects(openMemory(test, join(place.dir, 'bare.git')), /bare/)
  })

  it('restores a damaged memory and tells so', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const before = await openMemory(test, repo.dir)
    await before.index(first)
    await before.close()
    writeFileSync(join(repo.dir, '.git/casebook/memory.db'), Buffer.alloc(16_384, 5))
    const spoken: Spoken = { warnings: [] }
    const casebook = await openMemory(test, repo.dir, { spoken })
    assert.match(spoken.warnings.join(), /restored/)
    assert.match((await casebook.health()).memoryDb.message ?? '', /restored/)
  })

  it('of an empty repository works', async (test) => {
    const repo = makeRepo({})
    test.after(repo.cleanup)
    const casebook = await openMemory(test, repo.dir)
    const summary = await casebook.index(first)
    assert.deepEqual([summary.files, summary.commits], [0, 0])
    assert.deepEqual(await pathsFound(casebook, 'anything'), [])
  })
})

describe('the size limit', () => {
  it('lets files in and keeps them out when it changes', async (test) => {
    const repo = makeRepo({ 'a.py': zebra, 'big.py': zebra.repeat(20) })
    test.after(repo.cleanup)
    for (const [maxFileSize, excluded] of [
      [500, 1],
      [100_000, 0],
      [500, 1],
    ]) {
      const casebook = await openMemory(test, repo.dir, { settings: { maxFileSize } })
      await casebook.index(first)
      assert.equal(casebook.excluded().length, excluded)
      await casebook.close()
    }
  })
})

describe('upkeep', () => {
  it('forgets the view of a worktree that was removed', async (test) => {
    const repo = makeRepo({ 'a.py': zebra })
    test.after(repo.cleanup)
    const place = makeRepo({}, { git: false })
    test.after(place.cleanup)
    const tree = join(place.dir, 'tree')
    repo.git('worktree', 'add', '--quiet', tree, '-b', 'side')
    const side = await openMemory(test, tree)
    await side.index(first)
    await side.close()
    repo.git('worktree', 'remove', '--force', tree)
    const main = await openMemory(test, repo.dir)
    repo.write({ 'b.py': giraffe })
    await main.index(first)
    await main.close()
    const db = new DatabaseSync(join(repo.dir, '.git/casebook/index.db'))
    const keys = db
      .prepare('select key from view')
      .all()
      .map((row) => row.key)
    db.close()
    assert.deepEqual(keys, ['worktree:.'])
  })
})

describe('the history of files', () => {
  it('tells the hottest ones and those that change together, without what is gone', async (test) => {
    const repo = makeRepo({ 'a.py': zebra, 'b.py': giraffe, 'gone.py': '1' })
    test.after(repo.cleanup)
    for (const round of [1, 2, 3])
      repo.commit(`both ${round}`, { 'a.py': `a = ${round}\n`, 'b.py': `b = ${round}\n` })
    repo.commit('one', { 'a.py': 'a = 9\n', 'gone.py': null })
    const casebook = await openMemory(test, repo.dir)
    await casebook.index(first)
    assert.deepEqual(
      casebook.hotFiles(10).map(({ path, edits }) => [path, edits]),
      [
        ['a.py', 5],
        ['b.py', 4],
      ],
    )
    assert.deepEqual(casebook.changedTogether('a.py', 10), [{ path: 'b.py', together: 4, share: 0.8 }])
    assert.deepEqual(casebook.changedTogether('unknown.py', 10), [])
  })
})
