/** Ten sessions and where they are cut; and that every turn is in exactly one piece. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundaryRules, segmentTurns, type Turn } from '../../src/memory/learn/boundaries.ts'

const minute = 60_000

/** Turns a minute apart. */
function turns(...parts: Partial<Turn>[]): Turn[] {
  return parts.map((part, at) => ({
    startedAt: at * minute,
    endedAt: at * minute + 1_000,
    files: [],
    issues: [],
    branch: 'main',
    signatures: [],
    tests: [],
    corrected: false,
    ...part,
  }))
}

const cuts = (list: readonly Turn[]) =>
  segmentTurns(list).map(({ from, to, reason }) => `${from}-${to} ${reason}`)
const on = (...files: string[]) => ({ files })
const green = { tests: [{ name: 'unit', passed: true }] }
const red = { tests: [{ name: 'unit', passed: false }] }

const golden: { name: string; turns: Turn[]; cuts: string[] }[] = [
  { name: 'no turns', turns: [], cuts: [] },
  {
    name: 'one topic',
    turns: turns(on('a'), on('a', 'b'), {}, on('b'), on('a')),
    cuts: ['0-4 end'],
  },
  {
    name: 'other files after three turns',
    turns: turns(on('a'), on('a', 'b'), on('b'), on('x', 'y'), on('y'), on('x')),
    cuts: ['0-2 other files', '3-5 end'],
  },
  {
    name: 'other files too early',
    turns: turns(on('a'), on('x'), on('x'), on('x')),
    cuts: ['0-3 end'],
  },
  {
    name: 'another issue parts even a short piece',
    turns: turns({ issues: ['1'] }, { issues: ['2'] }, {}, { issues: ['2'] }),
    cuts: ['0-0 another issue', '1-3 end'],
  },
  {
    name: 'another branch',
    turns: turns({}, {}, {}, { branch: 'fix' }, { branch: 'fix' }, { branch: 'fix' }),
    cuts: ['0-2 another branch', '3-5 end'],
  },
  {
    name: 'a pause of more than half an hour, and not of exactly that',
    turns: turns({}, {}, {}, { startedAt: 2 * minute + 1_000 + 30 * minute }, { startedAt: 100 * minute }),
    cuts: ['0-3 a pause', '4-4 end'],
  },
  {
    name: 'a failure is a surprise once',
    turns: turns(
      {},
      {},
      { signatures: ['E: x'] },
      { signatures: ['E: x'] },
      {},
      { signatures: ['E: x'] },
      {},
    ),
    cuts: ['0-2 a new failure', '3-6 end'],
  },
  {
    name: 'a test that flips and one that does not',
    turns: turns(red, red, red, green, green, green, {}, red, {}, {}, {}),
    cuts: ['0-3 a test changed its result', '4-7 a test changed its result', '8-10 end'],
  },
  {
    name: 'a correction, and a short rest that joins it',
    turns: turns({}, {}, {}, { corrected: true }, {}, {}),
    cuts: ['0-5 end'],
  },
  {
    name: 'a part of many active files is no other topic',
    turns: turns(on('a', 'b', 'c', 'd', 'e', 'f'), on('g', 'a'), on('h', 'a'), on('a'), on('b')),
    cuts: ['0-4 end'],
  },
]

for (const session of golden)
  test(`cuts a session: ${session.name}`, () => {
    assert.deepEqual(cuts(session.turns), session.cuts)
  })

test('a piece has at most 40 turns', () => {
  assert.deepEqual(cuts(turns(...Array.from({ length: 100 }, () => ({})))), [
    '0-39 long enough',
    '40-79 long enough',
    '80-99 end',
  ])
})

test('whatever the session, every turn lies in one piece, in order', () => {
  const names = fc.subarray(['a', 'b', 'c', 'd'])
  const turn = fc.record({
    files: names,
    issues: fc.subarray(['1', '2']),
    branch: fc.constantFrom('main', 'fix', null),
    signatures: fc.subarray(['E1', 'E2', 'E3']),
    corrected: fc.boolean(),
    startedAt: fc.option(fc.integer({ min: 0, max: 10 ** 9 })),
  })
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 120 }), (parts) => {
      const list = turns(...parts)
      const pieces = segmentTurns(list)
      assert.deepEqual(
        pieces.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at)),
        [...list.keys()],
      )
      assert.ok(pieces.every(({ from, to }) => to - from < boundaryRules.mostTurns))
    }),
  )
})
