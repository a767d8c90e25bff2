/** SEARCH/REPLACE blocks are read to the blank, and only whole ones. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pathIn, searchReplaceBlocks } from '../../src/memory/episodes/search-replace.ts'

const aider = (search: string, replace: string) =>
  `<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE`
const cline = (search: string, replace: string) =>
  `------- SEARCH\n${search}=======\n${replace}+++++++ REPLACE`

test('both spellings are read, with the path above the fence', () => {
  for (const block of [aider, cline]) {
    const text = `Here it is:\n\nshop/cart.py\n\`\`\`python\n${block('  a\n', '\tb  \n')}\n\`\`\`\nDone.`
    assert.deepEqual(searchReplaceBlocks(text), [
      { path: 'shop/cart.py', search: '  a\n', replace: '\tb  \n', from: 4, to: 8 },
    ])
  }
})

test('the path may stand inside of the fence, and a block without one is about the file before', () => {
  const text = `\`\`\`python\nshop/cart.py\n${aider('a\n', 'b\n')}\n\`\`\`\n\nAnd then:\n\n\`\`\`python\n${aider('c\n', '')}\n\`\`\``
  assert.deepEqual(
    searchReplaceBlocks(text).map(({ path, replace }) => [path, replace]),
    [
      ['shop/cart.py', 'b\n'],
      ['shop/cart.py', ''],
    ],
  )
})

test('a block that lost its end is none, and costs the next one nothing', () => {
  const text = `a.py\n<<<<<<< SEARCH\nx\n=======\ny\n\nb.py\n${aider('c\n', 'd\n')}\n<<<<<<< SEARCH\ne\n`
  assert.deepEqual(
    searchReplaceBlocks(text).map(({ path, search }) => [path, search]),
    [['b.py', 'c\n']],
  )
})

test('the other spelling inside of a block is text of the file', () => {
  const inner = cline('x\n', 'y\n')
  const [block, ...more] = searchReplaceBlocks(`notes.md\n${aider('', `${inner}\n`)}`)
  assert.equal(more.length, 0)
  assert.equal(block?.replace, `${inner}\n`)
})

test('line ends of Windows stay in the text and do not hide the marks', () => {
  const [block] = searchReplaceBlocks(`a.py\r\n${aider('x\n', 'y\n').replaceAll('\n', '\r\n')}`)
  assert.deepEqual([block?.path, block?.search, block?.replace], ['a.py', 'x\r\n', 'y\r\n'])
})

test('whatever stands in the lines comes back as it was', () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/^[<>=+-]{3}|[\n\r]/.test(text))
  const lines = fc.array(line, { maxLength: 6 }).map((all) => all.map((one) => `${one}\n`).join(''))
  const blocks = fc.array(fc.record({ search: lines, replace: lines, isCline: fc.boolean() }), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(blocks, (all) => {
      const text = all
        .map(({ search, replace, isCline }) => `a.py\n${(isCline ? cline : aider)(search, replace)}\n`)
        .join('')
      const found = searchReplaceBlocks(text).map(({ path, search, replace }) => ({ path, search, replace }))
      assert.deepEqual(
        found,
        all.map(({ search, replace }) => ({ path: 'a.py', search, replace })),
      )
    }),
  )
})

test('no text makes it fail, and one without ends takes no time', () => {
  const marks = fc.constantFrom('<<<<<<< SEARCH', '=======', '>>>>>>> REPLACE', '------- SEARCH', 'x', '')
  fc.assert(
    fc.property(fc.array(marks, { maxLength: 40 }), (all) => {
      for (const { from, to } of searchReplaceBlocks(all.join('\n'))) assert.ok(from < to)
    }),
  )
  const started = performance.now()
  assert.deepEqual(searchReplaceBlocks('<<<<<<< SEARCH\n'.repeat(100_000)), [])
  assert.ok(performance.now() - started < 2_000)
})

test('paths lose what models put round them; sentences are no paths', () => {
  const paths = ['a.py', '**a.py**', '`a.py`:', '### a.py', 'File: a.py', 'a.py:', '```a.py']
  assert.deepEqual([...new Set(paths.map(pathIn))], ['a.py'])
  assert.equal(pathIn('src/my file.ts'), 'src/my file.ts')
  assert.equal(pathIn('Dockerfile'), 'Dockerfile')
  for (const line of ['Now change the file.', '```python', '...', '', 'Here is it, in a.py!'])
    assert.equal(pathIn(line), null, line)
})
