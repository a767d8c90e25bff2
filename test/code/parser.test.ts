import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { languageOf } from '../../src/memory/code/languages.ts'
import { openParser } from '../../src/memory/code/parser.ts'
import { sourceAssets } from './assets.ts'
import { withTrap } from './broken-grammar.ts'

const assets = sourceAssets()
const parser = await openParser(assets)
after(() => parser.close())

const outline = (text: string, path: string) =>
  parser
    .parse(text, languageOf(path))
    .chunks.map(({ kind, name, startLine, endLine }) => `${startLine}-${endLine} ${kind} ${name}`.trimEnd())

const method = (name: string, lines: number) =>
  `    def ${name}(self):\n${'        self.step()\n'.repeat(lines - 1)}\n`

test('gives a class header and its methods', () => {
  const source = `import os\nimport sys\n\nclass Engine:\n    """Runs."""\n\n${method('start', 12)}${method('stop', 12)}`
  assert.deepEqual(outline(source, 'engine.py'), [
    '1-2 header',
    '4-5 header Engine',
    '7-18 definition Engine.start',
    '20-31 definition Engine.stop',
  ])
})

test('gives the line of a bare class and a closing brace to its only methods', () => {
  const body = '    step();\n'.repeat(12)
  const source = `package a;\nimport b.C;\n\nclass A {\n\n  void f() {\n${body}  }\n\n  void g() {\n${body}  }\n}\n`
  assert.deepEqual(outline(source, 'A.java'), ['1-2 header', '4-19 definition A.f', '21-35 definition A.g'])
})

test('keeps comments and decorators with the definition below', () => {
  const source = `import os\n${'os.x()\n'.repeat(9)}\n# Starts it.\n@cached\n@other(\n    1,\n)\ndef start():\n${'    a()\n'.repeat(9)}`
  assert.deepEqual(outline(source, 'a.py'), ['1-10 header', '12-26 definition start'])
})

test('splits a long function at blank lines, under one name', () => {
  const block = `${'    step()\n'.repeat(19)}\n`
  const chunks = outline(`def long():\n${block.repeat(8)}`, 'a.py')
  assert.deepEqual(chunks, ['1-60 definition long', '62-100 definition long', '102-160 definition long'])
})

test('finds the functions inside of a long function', () => {
  const inner = (name: string) => `  function ${name}() {\n${'    step()\n'.repeat(20)}  }\n\n`
  const source = `(function () {\n${['a', 'b', 'c', 'd'].map(inner).join('')}})()\n`
  const { symbols } = parser.parse(source, 'javascript')
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  )
})

test('cuts other text into windows at blank lines', () => {
  const paragraph = `${'some words in a line\n'.repeat(9)}\n`
  const { chunks, symbols } = parser.parse(paragraph.repeat(20), 'text')
  assert.deepEqual(symbols, [])
  assert.ok(chunks.every(({ kind }) => kind === 'window'))
  assert.deepEqual(
    chunks.map(({ startLine, endLine }) => endLine - startLine + 1),
    [39, 39, 39, 39, 39],
  )
})

test('separates names, code and prose', () => {
  const source =
    'class Order:\n    """Keeps items."""\n    def add_item(self, item):\n        raise Full("no room")  # too many\n'
  const fields = parser.parse(source, 'python').chunks[0]?.fields
  assert.deepEqual(fields, {
    names: 'order add_item add item',
    code: 'order add_item add item item full',
    prose: 'keeps items no room too many',
  })
})

test('gives equal hashes to equal pieces only', () => {
  const [first, second] = ['a.py', 'b.py'].map((path) => parser.parse('x = 1\n', languageOf(path)).chunks[0])
  assert.equal(first?.hash, second?.hash)
  assert.match(first?.hash ?? '', /^[0-9a-f]{32}$/)
  assert.notEqual(parser.parse('x = 2\n', 'python').chunks[0]?.hash, first?.hash)
})

test('reads an empty file, a blank one and one with a byte order mark', () => {
  assert.deepEqual(parser.parse('', 'python').chunks, [])
  assert.equal(parser.parse('', 'python').lines, 0)
  assert.deepEqual(parser.parse('\n \n\n', 'python').chunks, [])
  const { chunks, symbols } = parser.parse('\ufeffdef f():\n    pass\n', 'python')
  const { hash, ...place } = symbols[0] ?? { hash: '' }
  assert.deepEqual(place, { name: 'f', kind: 'function', container: '', startLine: 1, endLine: 2 })
  assert.match(hash, /^[0-9a-f]{32}$/)
  assert.equal(chunks.length, 1)
})

test('counts lines as editors do, whatever ends them', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const source = ['int a(void) {', '  return 1;', '}', '', 'int b(void) {', '  return 2;', '}'].join(end)
    const places = parser.parse(source, 'c').symbols.map(({ startLine, endLine }) => [startLine, endLine])
    assert.deepEqual(places, [
      [1, 3],
      [5, 7],
    ])
  }
})

test('cuts a line that is too long into several chunks of that line', () => {
  const { chunks, lines } = parser.parse(
    `var a="x";${'f(needle);'.repeat(4000)}var last=haystack`,
    'javascript',
  )
  assert.equal(lines, 1)
  assert.equal(chunks.length, 4)
  assert.ok(
    chunks.every(({ startLine, endLine, fields }) => startLine === 1 && endLine === 1 && fields.code !== ''),
  )
  assert.match(chunks.at(-1)?.fields.code ?? '', /haystack$/)
})

test('finds what stands around broken code', () => {
  const source =
    'def good():\n    return 1\n\ndef broken(:\n    if (\n\nclass Fine:\n    def method(self):\n        pass\n'
  const names = parser.parse(source, 'python').symbols.map(({ name }) => name)
  assert.ok(names.includes('good') && names.includes('Fine') && names.includes('method'), names.join())
})

test('reads C++ in a header with the C++ grammar', () => {
  const { language, symbols } = parser.parse(
    'class A {\npublic:\n  int size() const;\n};\n',
    languageOf('a.h'),
  )
  assert.equal(language, 'c')
  assert.deepEqual(
    symbols.map(({ name, container }) => `${container}#${name}`),
    ['#A', 'A#size'],
  )
})

test('falls back to windows when a file takes too long, and goes on', async () => {
  const hasty = await openParser(assets, { timeLimit: 0 })
  const slow = hasty.parse('x = [1, 2, 3]\n'.repeat(5_000), 'python')
  assert.match(slow.fallback ?? '', /more than 0 s/)
  assert.ok(slow.chunks.length > 100 && slow.chunks.every(({ kind }) => kind === 'window'))
  assert.equal(hasty.parse('x = 1\n', 'text').fallback, undefined)
  hasty.close()
})

test('falls back when a grammar aborts, and still reads every other language', async () => {
  const damaged = sourceAssets()
  const file = join(damaged, 'grammars/tree-sitter-python.wasm')
  const wasm = readFileSync(file)
  rmSync(file)
  writeFileSync(file, withTrap(wasm))
  const survivor = await openParser(damaged)
  const { fallback, chunks, imports } = survivor.parse('import os\n\ndef f():\n    pass\n', 'python')
  assert.match(fallback ?? '', /unreachable|table index|memory access/)
  assert.deepEqual([chunks.length, chunks[0]?.kind, imports[0]?.module], [1, 'window', 'os'])
  assert.equal(survivor.parse('function f() {}\n', 'javascript').symbols[0]?.name, 'f')
  assert.equal(survivor.broken, false)
  assert.equal(parser.parse('def f():\n    pass\n', 'python').symbols[0]?.name, 'f')
  survivor.close()
})

test('falls back when a grammar is missing, and says which', async () => {
  const poor = sourceAssets()
  rmSync(join(poor, 'grammars/tree-sitter-go.wasm'))
  const survivor = await openParser(poor)
  assert.match(survivor.parse('package a\n', 'go').fallback ?? '', /the go grammar cannot be loaded/)
  survivor.close()
})
