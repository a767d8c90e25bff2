import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeTokens, identifierParts, Tokenizer } from '../../src/memory/code/tokens.ts'

const vectors: [string, string][] = [
  ['get_user_name', 'get_user_name get user name'],
  ['getUserName', 'getusername get user name'],
  ['HTTPServerError', 'httpservererror http server error'],
  ['parseHTTP2Body', 'parsehttp2body parse http2 http body'],
  ['__init__', 'init __init__'],
  ['_private_name', 'private_name private name'],
  ['MAX_ITEMS', 'max_items max items'],
  ['sha256', 'sha256 sha'],
  ['conv2d_transpose', 'conv2d_transpose conv2d conv transpose'],
  ['error 404 in E1101', 'error 404 in e1101'],
  ['x = 1 + i', ''],
  ['0x1F 1234567890', '0x1f'],
  ['a.b.module_name', 'module_name module name'],
  ['$element.find', 'element find'],
  ['naïve café', 'naïve café'],
  ['ＦｕｌｌＷｉｄｔｈ', 'fullwidth full width'],
  ['保存数据', '保存 存数 数据'],
  ['user数据', 'user 数据'],
  ['Привет МирКод', 'привет миркод мир код'],
  ["it’s “quoted” — don't", 'it quoted don'],
  ['😀 smile', 'smile'],
]

for (const [text, tokens] of vectors) {
  test(`tokens of ${text}`, () => {
    assert.equal(codeTokens(text).join(' '), tokens)
  })
}

test('keeps repetitions, because counts matter for ranking', () => {
  assert.deepEqual(codeTokens('save save save'), ['save', 'save', 'save'])
})

test('splits an identifier into its parts', () => {
  assert.deepEqual(identifierParts('parseHTTPBody_fast2'), ['parse', 'http', 'body', 'fast2'])
})

test('leaves out dropped words as they are written, and only those', () => {
  const text = 'class Class in klass'
  assert.equal(new Tokenizer(new Set(['class', 'in'])).tokens(text, 0, text.length), ' class klass')
})

test('a tokenizer that remembers few words gives the same tokens', () => {
  const words = fc.array(fc.constantFrom('get_user', 'HTTPServer', 'sha256', 'größe', '数据', 'a1', 'x'))
  fc.assert(
    fc.property(words, (all) => {
      const text = all.join(' ')
      const few = new Tokenizer(new Set(), 2)
      assert.equal(few.tokens(text, 0, text.length), new Tokenizer().tokens(text, 0, text.length))
    }),
  )
})

test('leaves out keys and other words too long to be names', () => {
  assert.deepEqual(codeTokens(`key ${'a1B2'.repeat(30)} end`), ['key', 'end'])
})

test('parts of ASCII names are what the patterns for all scripts give', () => {
  const byPatterns = (name: string) =>
    name
      .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
      .replaceAll('_', ' ')
      .toLowerCase()
      .split(' ')
      .filter(Boolean)
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', 'z', 'A', 'B', 'Z', '0', '9', '_'),
    maxLength: 20,
  })
  fc.assert(
    fc.property(name, (text) => assert.deepEqual(identifierParts(text), byPatterns(text))),
    { numRuns: 2000 },
  )
})
