/** Citations are found in an answer however its stream is cut. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AnswerPart, citationStream, joined } from '../../../src/agent/chat/citations.ts'

const whole = (text: string) => inPieces([text])

function inPieces(pieces: readonly string[]): AnswerPart[] {
  const stream = citationStream()
  return joined([...pieces.flatMap((piece) => stream.push(piece)), ...stream.end()])
}

const cited = (text: string) => whole(text).filter(({ type }) => type !== 'text')
const shown = (text: string) =>
  whole(text)
    .map((part) => part.text)
    .join('')

test('finds the marks of memories, one by one', () => {
  assert.deepEqual(whole('Half to even [m3], see [m1, m12].'), [
    { type: 'text', text: 'Half to even ' },
    { type: 'memory', text: '[m3]', mark: 3 },
    { type: 'text', text: ', see ' },
    { type: 'memory', text: '[m1]', mark: 1 },
    { type: 'memory', text: '[m12]', mark: 12 },
    { type: 'text', text: '.' },
  ])
  assert.deepEqual(cited('In `[m2]` it says').at(0), { type: 'memory', text: '[m2]', mark: 2 })
})

test('finds places in the code: bare, as code, as a range, as a link', () => {
  const place = { type: 'code', path: 'src/a.ts', startLine: 12, endLine: 12 }
  assert.deepEqual(cited('It is in src/a.ts:12.'), [{ ...place, text: 'src/a.ts:12' }])
  assert.deepEqual(cited('**src/a.ts:12**: here'), [{ ...place, text: 'src/a.ts:12' }])
  assert.deepEqual(cited('It is in `src/a.ts:12`.'), [{ ...place, text: '`src/a.ts:12`' }])
  assert.deepEqual(cited('(./src/a.ts:12-20)'), [{ ...place, endLine: 20, text: './src/a.ts:12-20' }])
  assert.deepEqual(cited('src/a.ts:12–20 does'), [{ ...place, endLine: 20, text: 'src/a.ts:12–20' }])
  assert.deepEqual(cited('[the loop](src/a.ts#L12-L20)'), [
    { ...place, endLine: 20, text: '[the loop](src/a.ts#L12-L20)' },
  ])
  assert.deepEqual(cited('a.py:3:7 says'), [
    { type: 'code', path: 'a.py', startLine: 3, endLine: 3, text: 'a.py:3:7' },
  ])
})

test('leaves alone what is no place of the repository', () => {
  for (const text of [
    'at 12:30',
    'http://localhost:8080/x',
    'https://a.b/c.ts:12',
    '/etc/passwd:1',
    '../../secrets.txt:3',
    'C:\\a.txt:3',
    'a/../b.ts:3',
    'src/a.ts:0',
    'src/a.ts:9-3',
    'see #12 and m3 and [m] and [x]',
    '[a](http://b.c/d.ts:3)',
  ]) {
    assert.deepEqual(cited(text), [], text)
    assert.equal(shown(text), text)
  }
})

test('finds nothing in blocks of code', () => {
  const block = '```ts\n// src/a.ts:12 [m1] ![x](y)\n```\n'
  assert.deepEqual(whole(block), [{ type: 'text', text: block }])
  assert.equal(cited(`~~~\n[m1]\n\`\`\`\n[m2]\n~~~\n[m3]`).length, 1)
  assert.equal(cited('```not a block``` [m1]').length, 1)
})

test('an image of an answer is never fetched, whatever stands before it', () => {
  assert.equal(shown('![x](https://a.b/?q=secret)'), '!\\[x](https://a.b/?q=secret)')
  assert.equal(shown('\\![x](https://a.b)'), '\\!\\[x](https://a.b)')
  assert.equal(shown('[![x](https://a.b)](c)'), '[!\\[x](https://a.b)](c)')
  assert.equal(shown('![m99](https://a.b)'), '&#33;[m99](https://a.b)')
  assert.equal(shown('\\`![x](https://a.b)`'), '\\`!\\[x](https://a.b)`')
  assert.equal(shown('\\\\`vec![x](1)` is code'), '\\\\`vec![x](1)` is code')
  assert.equal(shown('`![x](https://a.b)``'), '`!\\[x](https://a.b)``')
  assert.deepEqual(cited('Yes![m1]').at(0), { type: 'memory', text: '[m1]', mark: 1 })
})

test('a word goes on as soon as it has ended, and plain text at once', () => {
  const stream = citationStream()
  assert.deepEqual(stream.push('Amounts are rou'), [{ type: 'text', text: 'Amounts are ' }])
  assert.deepEqual(stream.push('nded '), [{ type: 'text', text: 'rounded ' }])
  assert.deepEqual(stream.push('[m'), [])
  assert.deepEqual(stream.push('1]'), [{ type: 'memory', text: '[m1]', mark: 1 }])
  assert.deepEqual(stream.end(), [])
})

const shards = [
  '[m1]',
  '[m2, m3]',
  'src/a.ts:12',
  '`src/a.ts:1-2`',
  '[x](a/b.ts#L3)',
  '![i](http://x/y)',
  '```',
  '~~~\n',
  '\n',
  ' ',
  '`',
  '[',
  '!',
  'word',
  'e–3',
  '.',
  ':',
  '**',
  '…',
  'x'.repeat(299),
  '[m1'.padEnd(298, ' '),
  '`'.padEnd(300, 'a'),
]
const answers = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...shards) }, fc.string({ maxLength: 8 })), {
    maxLength: 25,
  })
  .map((pieces) => pieces.join(''))

test('the parts do not depend on how the stream was cut', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(40), { maxLength: 40 }), (text, lengths) => {
      const pieces: string[] = []
      let at = 0
      for (const length of lengths) {
        pieces.push(text.slice(at, at + length))
        at += length
      }
      pieces.push(text.slice(at))
      assert.deepEqual(inPieces(pieces), whole(text))
      assert.deepEqual(inPieces([...text]), whole(text))
    }),
    { numRuns: 600 },
  )
})

test('no text is lost, but for the escapes of images', () => {
  fc.assert(
    fc.property(answers, (text) => {
      const stripped = (one: string) => one.replaceAll('!\\[', '![').replaceAll('&#33;', '!')
      const marksAlone = (one: string) => one.replace(/[\s,;[\]`\\]|m(?=\d)/gi, '')
      assert.equal(marksAlone(stripped(shown(text))), marksAlone(text))
    }),
    { numRuns: 300 },
  )
})
