import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { openGit } from '../../src/memory/git.ts'
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
