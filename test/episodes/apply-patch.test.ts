/** Patches of the format `*** Begin Patch` are taken apart, wherever they stand. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type PatchEdit,
  parsePatch,
  patchInShell,
  patchInWords,
  patchTexts,
} from '../../src/memory/episodes/apply-patch.ts'

const patch = `*** Begin Patch
*** Add File: docs/new.md
+# New
+
+text
*** Update File: src/cart.py
*** Move to: src/basket.py
@@ class Cart
@@ def total(self):
     items = self.items

-    return 3
+    return 4
*** End of File
*** Delete File: old.txt
*** End Patch`

test('each file has its kind, its new place and its hunks', () => {
  assert.deepEqual(parsePatch(patch), [
    { path: 'docs/new.md', kind: 'add', move: null, hunks: '@@ -0,0 +1,3 @@\n+# New\n+\n+text' },
    {
      path: 'src/cart.py',
      kind: 'update',
      move: 'src/basket.py',
      hunks: '@@ class Cart\n@@ def total(self):\n     items = self.items\n \n-    return 3\n+    return 4',
    },
    { path: 'old.txt', kind: 'delete', move: null, hunks: '' },
  ])
})

test('steps say the whole text of a new file, and both places of a moved one', () => {
  const texts = patchTexts(parsePatch(patch))
  assert.deepEqual(
    texts.map(({ path }) => path),
    ['docs/new.md', 'src/cart.py', 'src/basket.py', 'old.txt'],
  )
  assert.deepEqual(texts[0], { path: 'docs/new.md', before: '', after: '# New\n\ntext\n' })
  assert.match(texts[2]?.diff ?? '', /^@@ class Cart/)
})

test('a first hunk without its mark, Windows lines, blanks round the marks and text round the patch are read', () => {
  const text =
    'Here it is:\r\n  *** Begin Patch  \r\n *** Update File: a.ts\r\n-a\r\n+b\r\n*** End Patch \r\nDone.'
  assert.deepEqual(parsePatch(text), [{ path: 'a.ts', kind: 'update', move: null, hunks: '@@\n-a\n+b' }])
})

test('lines of a file that look like marks stay its lines', () => {
  const text =
    '*** Begin Patch\n*** Update File: a.md\n@@\n-*** Add File: x\n+*** End Patch\n*** Add File: b\n+*** Begin Patch\n*** End Patch'
  assert.deepEqual(
    parsePatch(text).map(({ path, hunks }) => [path, hunks]),
    [
      ['a.md', '@@\n-*** Add File: x\n+*** End Patch'],
      ['b', '@@ -0,0 +1,1 @@\n+*** Begin Patch'],
    ],
  )
})

test('other texts are no patch, a cut one is read as far as it goes', () => {
  assert.deepEqual(parsePatch(''), [])
  assert.deepEqual(parsePatch('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b'), [])
  assert.deepEqual(parsePatch('*** Begin Patch\n*** End Patch'), [])
  const cut = parsePatch('*** Begin Patch\n*** Update File: a.ts\n@@\n-a\n+b')
  assert.deepEqual(cut, [{ path: 'a.ts', kind: 'update', move: null, hunks: '@@\n-a\n+b' }])
})

test('a here-document of a shell line is found with its folder and what runs after it', () => {
  const line = `cd shop && apply_patch <<'EOF'\n${patch}\nEOF\npytest -q`
  assert.deepEqual(patchInShell(line), { patch, folder: 'shop', rest: 'pytest -q' })
  const joined = `apply_patch << PATCH && npm test\n${patch}\nPATCH\n`
  assert.deepEqual(patchInShell(joined), { patch, folder: null, rest: 'npm test' })
  assert.equal(patchInShell(`cd "my shop"; applypatch <<"X"\r\n${patch}\r\nX`)?.folder, 'my shop')
  assert.equal(patchInShell(`apply_patch '${patch}'`)?.patch, patch)
})

test('a line that only shows or stores a patch applies none', () => {
  assert.equal(patchInShell(`cat > fix.patch <<'EOF'\n${patch}\nEOF`), null)
  assert.equal(patchInShell('apply_patch --help'), null)
  assert.equal(patchInShell('git apply fix.patch'), null)
})

test('words without a shell are read as well', () => {
  assert.equal(patchInWords(['apply_patch', patch])?.patch, patch)
  assert.equal(patchInWords(['echo', patch]), null)
  assert.equal(patchInWords([]), null)
})

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const lines = fc.array(fc.tuple(fc.constantFrom(' ', '+', '-'), fc.string()), { minLength: 1, maxLength: 6 })
const file = fc.record({ path: word, kind: fc.constantFrom('add', 'update', 'delete'), lines })
const names = { add: 'Add', update: 'Update', delete: 'Delete' } as const

function written(files: readonly { path: string; kind: PatchEdit['kind']; lines: [string, string][] }[]) {
  const parts = files.map(({ path, kind, lines }) => {
    const own = lines.map(([mark, text]) => (kind === 'add' ? '+' : mark) + text.replace(/[\r\n]/g, '_'))
    const head = `*** ${names[kind]} File: ${path}`
    return kind === 'delete' ? [head] : kind === 'add' ? [head, ...own] : [head, '@@', ...own]
  })
  return ['*** Begin Patch', ...parts.flat(), '*** End Patch'].join('\n')
}

test('whatever is written as a patch is read again, line by line', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 5 }), (files) => {
      // Marks inside of lines never come first in them: each line has its sign.
      const made = files as { path: string; kind: PatchEdit['kind']; lines: [string, string][] }[]
      const edits = parsePatch(written(made))
      assert.deepEqual(
        edits.map(({ path, kind }) => [path, kind]),
        made.map(({ path, kind }) => [path, kind]),
      )
      edits.forEach(({ hunks }, at) => {
        const { kind, lines } = made[at] ?? { kind: 'delete', lines: [] }
        assert.equal(hunks === '' ? 0 : hunks.split('\n').length - 1, kind === 'delete' ? 0 : lines.length)
      })
    }),
  )
})

test('no text at all makes it fail, nor take long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parsePatch(`*** Begin Patch\n${text}`)
      patchInShell(`apply_patch <<EOF\n${text}`)
    }),
  )
  const started = performance.now()
  for (const piece of ['apply_patch <<EOF\n', 'cd a && ', ';;;a', 'apply_patch "', '*** Begin Patch\n'])
    patchInShell(`${piece.repeat(5_000)}\n*** Begin Patch\n`)
  assert.ok(performance.now() - started < 2_000)
})
