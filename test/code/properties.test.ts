import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { languagesWithGrammar, traitsOf } from '../../src/memory/code/languages.ts'
import { LineTable } from '../../src/memory/code/lines.ts'
import { openParser } from '../../src/memory/code/parser.ts'
import { proseRanges } from '../../src/memory/code/prose.ts'
import { codeTokens } from '../../src/memory/code/tokens.ts'
import type { Chunk, Language } from '../../src/memory/types.ts'
import { sourceAssets } from './assets.ts'

const parser = await openParser(sourceAssets())
after(() => parser.close())

const languages: Language[] = [...languagesWithGrammar(), 'text']
const language = fc.constantFrom(...languages)

/** Pieces of many languages in any order: seldom valid, often nearly so. */
const scrap = fc.constantFrom(
  ...'def f(x): | class A: |class B {|}|{|(|)|"|\'|`|"""|/*|*/|//|#|--[[|]]|=begin|function f() {|fn f() {|end|if x then|impl A for B {|namespace N {|#ifdef X|#endif|template <typename T>|public int f() { return 1; }|import a.b as c|from . import x|use a::{b, c};|${|\\|é|漢字|😀|\ufeff|    |\t'.split(
    '|',
  ),
  '\n',
  '\r\n',
  '\r',
  '\n\n',
)
const source = fc.oneof(
  fc.array(scrap, { maxLength: 120 }).map((parts) => parts.join('')),
  fc.array(scrap, { maxLength: 120 }).map((parts) => parts.join('\n')),
  fc.string({ unit: 'binary', maxLength: 400 }),
)

test('never throws, and puts every line that is not blank into exactly one chunk, in order', () => {
  fc.assert(
    fc.property(source, language, (text, language) => {
      const { chunks, symbols, lines } = parser.parse(text, language)
      checkCover(text, chunks)
      for (const { startLine, endLine } of symbols) {
        assert.ok(startLine >= 1 && startLine <= endLine && endLine <= lines, `${startLine}-${endLine}`)
      }
    }),
    { numRuns: 1500 },
  )
})

function checkCover(text: string, chunks: readonly Chunk[]): void {
  const lines = new LineTable(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  const owners = new Array<number>(lines.count).fill(0)
  let last = 0
  for (const { startLine, endLine } of chunks) {
    assert.ok(startLine > last && endLine >= startLine && endLine <= lines.count, `${startLine}-${endLine}`)
    for (let line = startLine; line <= endLine; line++) owners[line - 1] = (owners[line - 1] ?? 0) + 1
    last = endLine
  }
  owners.forEach((count, line) => {
    if (!lines.isBlank(line)) assert.equal(count, 1, `line ${line + 1} is in ${count} chunks`)
  })
}

test('gives the same result for the same text, whatever was parsed between', () => {
  fc.assert(
    fc.property(source, source, language, (text, other, language) => {
      const first = parser.parse(text, language)
      parser.parse(other, language)
      assert.deepEqual(parser.parse(text, language), first)
    }),
    { numRuns: 200 },
  )
})

test('finds prose in ascending ranges inside of the text', () => {
  fc.assert(
    fc.property(source, language, (text, language) => {
      let last = 0
      const ranges = proseRanges(text, traitsOf(language).lexicon)
      assert.equal(ranges.length % 2, 0)
      ranges.forEach((offset, at) => {
        assert.ok(at % 2 === 0 ? offset >= last : offset > last)
        last = offset
      })
      assert.ok(last <= text.length)
    }),
    { numRuns: 1500 },
  )
})

test('makes tokens that are folded and that tokenize to themselves', () => {
  fc.assert(
    fc.property(fc.oneof(source, fc.string({ unit: 'grapheme' })), (text) => {
      for (const token of codeTokens(text)) {
        assert.match(token, /^\S+$/)
        assert.equal(token, token.toLowerCase())
        assert.ok(codeTokens(token).includes(token), `${token} gives ${codeTokens(token)}`)
      }
    }),
    { numRuns: 1000 },
  )
})
