import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editorPath, memoryPath, type OpenFolder } from '../../src/extension/root-paths.ts'

const plain: OpenFolder = { folder: '/work/app', real: '/work/app', root: '/work/app' }
const linked: OpenFolder = { folder: '/home/ann/app', real: '/mnt/disk/app', root: '/mnt/disk/app' }
const inside: OpenFolder = { folder: '/work/mono/web', real: '/work/mono/web', root: '/work/mono' }

const options = { skip: process.platform === 'win32' && 'the paths of this test are Unix paths' }

test('names a file relative to the root of its memory', options, () => {
  assert.deepEqual(memoryPath([plain], '/work/app/src/a.ts'), { root: '/work/app', path: 'src/a.ts' })
  assert.deepEqual(memoryPath([inside], '/work/mono/web/b.ts'), { root: '/work/mono', path: 'web/b.ts' })
  assert.deepEqual(memoryPath([linked], '/home/ann/app/c.ts'), { root: '/mnt/disk/app', path: 'c.ts' })
})

test('knows no files outside, no root itself and nothing of git or of its own', options, () => {
  assert.equal(memoryPath([plain], '/work/application/a.ts'), null)
  assert.equal(memoryPath([plain], '/work/app'), null)
  assert.equal(memoryPath([plain], '/work/app/.git/index'), null)
  assert.equal(memoryPath([plain], '/work/app/.casebook/index.db-wal'), null)
  assert.deepEqual(memoryPath([plain], '/work/app/..a/b'), { root: '/work/app', path: '..a/b' })
})

test('takes the innermost folder of a file', options, () => {
  const nested: OpenFolder = {
    folder: '/work/app/vendor/lib',
    real: '/work/app/vendor/lib',
    root: '/work/app/vendor/lib',
  }
  assert.deepEqual(memoryPath([plain, nested], '/work/app/vendor/lib/x.c'), {
    root: nested.root,
    path: 'x.c',
  })
})

test('opens a hit under the name that the editor uses', options, () => {
  assert.equal(editorPath([linked], { root: '/mnt/disk/app', path: 'src/c.ts' }), '/home/ann/app/src/c.ts')
  assert.equal(editorPath([inside], { root: '/work/mono', path: 'web/b.ts' }), '/work/mono/web/b.ts')
  assert.equal(editorPath([inside], { root: '/work/mono', path: 'api/b.ts' }), '/work/mono/api/b.ts')
})

test('comes back to the same file', options, () => {
  const name = fc
    .stringMatching(/^[a-z.]{1,6}$/)
    .filter((part) => part !== '.' && part !== '..' && !['.git', '.casebook'].includes(part))
  fc.assert(
    fc.property(
      fc.constantFrom(plain, linked, inside),
      fc.array(name, { minLength: 1, maxLength: 4 }),
      (open, parts) => {
        const file = `${open.folder}/${parts.join('/')}`
        const known = memoryPath([plain, linked, inside], file)
        assert.ok(known)
        assert.equal(editorPath([plain, linked, inside], known), file)
      },
    ),
  )
})
