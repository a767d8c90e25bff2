import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeBlock, escapeJson, escapeLine } from '../../src/cli/escape.ts'
import { bytes, columns, duration, percent } from '../../src/cli/format.ts'
import { editDistance, nearest } from '../../src/cli/nearest.ts'
import { renderProgress } from '../../src/cli/progress-bar.ts'
import { openStyle, wantsColour } from '../../src/cli/style.ts'
import type { Progress } from '../../src/protocol.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const commandsTerminal = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

const anyText = fc.string({ unit: 'binary' })

test('no text of a repository can command the terminal', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.doesNotMatch(escapeLine(text), /[\t\n]/)
      assert.doesNotMatch(escapeLine(text), commandsTerminal)
      assert.doesNotMatch(escapeBlock(text), commandsTerminal)
      assert.doesNotMatch(escapeJson({ text }), commandsTerminal)
    }),
  )
})

test('JSON stays the same data', () => {
  fc.assert(fc.property(anyText, (text) => assert.deepEqual(JSON.parse(escapeJson({ text })), { text })))
})

test('shows what it escaped', () => {
  assert.equal(escapeLine('a\u001b[31mred\nb'), 'a\\x1b[31mred\\nb')
  assert.equal(escapeBlock('a\r\n\tb\u202e'), 'a\n\tb\\u202e')
  assert.equal(escapeLine('Grüße, 世界 🙂'), 'Grüße, 世界 🙂')
})

test('suggests a word only when it is close', () => {
  assert.equal(nearest('stauts', ['search', 'status']), 'status')
  assert.equal(nearest('xyz', ['search', 'status']), null)
})

test('the edit distance is symmetric, and zero for equal words only', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a))
      assert.equal(editDistance(a, b) === 0, a === b)
    }),
  )
})

test('numbers are short', () => {
  assert.equal(bytes(999), '999 B')
  assert.equal(bytes(1_234_567), '1.2 MB')
  assert.equal(duration(0.0423), '42 ms')
  assert.equal(duration(75), '75 s')
  assert.equal(duration(600), '10 min')
})

test('only a complete index reads 100 %', () => {
  assert.equal(percent(1), '100 %')
  assert.equal(percent(0.9999), '99 %')
})

test('columns are aligned and carry no trailing blanks', () => {
  assert.equal(
    columns(
      [
        ['a', 'b'],
        ['long', ''],
        ['c', 'd'],
      ],
      ' ',
    ),
    ' a     b\n long\n c     d',
  )
})

test('the progress line never breaks into a second one', () => {
  const progress = fc.record({
    phase: fc.constantFrom<Progress['phase']>('scan', 'parse', 'history', 'vectors', 'memory'),
    done: fc.nat(),
    total: fc.nat(),
    rate: fc.nat(),
    etaSeconds: fc.option(fc.nat()),
    current: anyText,
  })
  const plain = openStyle(false)
  fc.assert(
    fc.property(progress, fc.integer({ min: 5, max: 300 }), (state, width) => {
      const line = renderProgress(state, width, plain)
      assert.ok(line.length < width, `${line.length} of ${width}: ${line}`)
      assert.doesNotMatch(line, /[\n\r]/)
    }),
  )
})

test('the progress line says phase, files, share, rate and time left', () => {
  const state: Progress = {
    phase: 'parse',
    done: 412,
    total: 1600,
    rate: 820.4,
    etaSeconds: 1.4,
    current: 'src/a.ts',
  }
  const line = renderProgress(state, 120, openStyle(false))
  for (const fact of ['Reading', '412/1,600 files', '25 %', '820/s', '2 s left', 'src/a.ts'])
    assert.ok(line.includes(fact), line)
})

test('colours are for terminals that want them', () => {
  assert.equal(wantsColour(true, {}), true)
  assert.equal(wantsColour(false, {}), false)
  assert.equal(wantsColour(true, { NO_COLOR: '1' }), false)
  assert.equal(wantsColour(true, { NO_COLOR: '' }), true)
  assert.equal(wantsColour(true, { TERM: 'dumb' }), false)
  assert.equal(openStyle(false).bad('x'), 'x')
  assert.equal(openStyle(true).bad('x'), '\u001b[31mx\u001b[39m')
})
