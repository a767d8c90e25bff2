import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Git, openGit } from '../../src/memory/git.ts'
import { blobId, decode, objectReader, workTreeReader } from '../../src/memory/indexing/content.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

describe('content', () => {
  it('comes out of git objects unchanged, whatever the sizes and the order of questions', async () => {
    const files = Object.fromEntries(
      [0, 1, 10, 65_535, 65_536, 300_000].map((size) => [`f${size}`, Buffer.alloc(size, `line ${size}\n`)]),
    )
    using repo = makeRepo(files)
    const git = await openGit(repo.dir)
    assert.ok(git)
    const reader = objectReader(git)
    const names = [...Object.keys(files), ...Object.keys(files).reverse()]
    const contents = await Promise.all(
      names.map((path) => reader.read({ path, oid: repo.git('rev-parse', `HEAD:${path}`) }, 1e9)),
    )
    for (const [at, content] of contents.entries()) {
      assert.ok(typeof content === 'object' && 'bytes' in content)
      assert.ok(content.bytes.equals(files[names[at] ?? ''] as Buffer))
    }
    assert.equal(await reader.read({ path: 'x', oid: '0'.repeat(40) }, 1e9), 'gone')
    reader.close()
  })

  it('of the work tree tells gone, too large and unreadable apart', async () => {
    using repo = makeRepo({ 'a.py': '12345', 'folder/b.py': '1' })
    const reader = workTreeReader(repo.dir)
    assert.equal(await reader.read({ path: 'missing', oid: null }, 10), 'gone')
    assert.deepEqual(await reader.read({ path: 'a.py', oid: null }, 4), { size: 5 })
    assert.equal(await reader.read({ path: 'folder', oid: null }, 1e6), 'unreadable')
  })

  it('is never read through a link or from a pipe', { skip: process.platform === 'win32' }, async () => {
    using repo = makeRepo({ 'a.py': 'a', 'folder/b.py': 'b', 'folder/deep/c.py': 'c', 'kept/d.py': 'd' })
    using outside = makeRepo({ 'a.py': 'secret', 'b.py': 'secret', 'deep/c.py': 'secret' }, { git: false })
    rmSync(join(repo.dir, 'a.py'))
    symlinkSync(join(outside.dir, 'a.py'), join(repo.dir, 'a.py'))
    renameSync(join(repo.dir, 'folder'), join(repo.dir, 'before'))
    symlinkSync(outside.dir, join(repo.dir, 'folder'))
    symlinkSync('nowhere', join(repo.dir, 'dangling.py'))
    execFileSync('mkfifo', [join(repo.dir, 'pipe.py')])
    const reader = workTreeReader(repo.dir)
    const read = (path: string) => reader.read({ path, oid: null }, 1e6)
    assert.equal(await read('a.py'), 'symlink')
    assert.equal(await read('folder/b.py'), 'symlink')
    assert.equal(await read('folder/deep/c.py'), 'symlink')
    assert.equal(await read('folder/missing.py'), 'symlink')
    assert.equal(await read('dangling.py'), 'symlink')
    assert.equal(await read('pipe.py'), 'unreadable')
    const kept = await read('kept/d.py')
    assert.ok(typeof kept === 'object' && 'bytes' in kept)
    assert.equal(kept.bytes.toString(), 'd')
  })

  it('is read below a root that is itself a link', { skip: process.platform === 'win32' }, async () => {
    using repo = makeRepo({ 'a.py': 'a' })
    using outside = makeRepo({}, { git: false })
    symlinkSync(repo.dir, join(outside.dir, 'root'))
    const content = await workTreeReader(join(outside.dir, 'root')).read({ path: 'a.py', oid: null }, 10)
    assert.ok(typeof content === 'object' && 'bytes' in content)
  })

  it('is gone when a folder on its way became a file', async () => {
    using repo = makeRepo({ 'folder/deep/a.py': '1' })
    rmSync(join(repo.dir, 'folder'), { recursive: true })
    repo.write({ folder: 'a file now' })
    const reader = workTreeReader(repo.dir)
    assert.equal(await reader.read({ path: 'folder/deep/a.py', oid: null }, 10), 'gone')
    assert.equal(await reader.read({ path: 'folder/b.py', oid: null }, 10), 'gone')
  })

  it('of a git object above the limit is not kept, and the answers after it are right', async () => {
    using repo = makeRepo({ 'big.txt': Buffer.alloc(3_000_000, 'x'), 'a.py': 'small', empty: '' })
    const git = await openGit(repo.dir)
    assert.ok(git)
    const reader = objectReader(git)
    const names = ['a.py', 'big.txt', 'empty', 'big.txt', 'a.py']
    const answers = await Promise.all(
      names.map((path) => reader.read({ path, oid: repo.git('rev-parse', `HEAD:${path}`) }, 100)),
    )
    const shown = answers.map((one) =>
      typeof one === 'object' ? ('bytes' in one ? one.bytes.toString() : one.size) : one,
    )
    assert.deepEqual(shown, ['small', 3_000_000, '', 3_000_000, 'small'])
    // Where the listing gave the size, git is not even asked.
    assert.deepEqual(await reader.read({ path: 'x', oid: '0'.repeat(40), size: 101 }, 100), { size: 101 })
    reader.close()
  })

  it('of git objects is refused at once after git ended', { timeout: 20_000 }, async () => {
    using repo = makeRepo({ 'a.py': 'a' })
    const git = await openGit(repo.dir)
    assert.ok(git)
    let kill: () => void = () => undefined
    const watched: Git = {
      ...git,
      open(args) {
        const child = git.open(args)
        kill = () => child.kill()
        return child
      },
    }
    const file = { path: 'a.py', oid: repo.git('rev-parse', 'HEAD:a.py') }
    const reader = objectReader(watched)
    await reader.read(file, 100)
    kill()
    const first = reader.read({ path: 'a.py', oid: '0'.repeat(40) }, 100)
    await first.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await assert.rejects(reader.read(file, 100), /ended/)
    reader.close()
    await assert.rejects(reader.read(file, 100), /ended|closed/)
  })

  it('has the id that git gives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const expected = execFileSync('git', ['hash-object', '--stdin'], {
          input: bytes,
          encoding: 'utf8',
        }).trim()
        assert.equal(blobId(bytes, 'sha1'), expected)
      }),
      { numRuns: 10 },
    )
  })

  it('decodes UTF-8, UTF-16 and, where nothing else fits, Latin-1', () => {
    assert.equal(decode(Buffer.from('grün', 'utf8')), 'grün')
    assert.equal(decode(Buffer.from('grün', 'latin1')), 'grün')
    assert.equal(decode(Buffer.from('\ufeffgrün', 'utf16le')), 'grün')
  })
})
