/** Citations and what outcomes make of counters: arithmetic, fuzz, and a stream in which the useful one rises. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  creditEvents,
  creditOf,
  findCitations,
  mentionedAliases,
  type ShownMemory,
} from '../../src/memory/learn/credit.ts'
import { utilityOf } from '../../src/memory/record.ts'

const memory = (alias: number, text: string, rest: Partial<ShownMemory['record']> = {}): ShownMemory => ({
  alias,
  record: { id: `id-${alias}`, text, anchors: [], ...rest },
})
const ids = (citations: { id: string }[]) => citations.map(({ id }) => id)

test('aliases are read from brackets, alone or in lists', () => {
  assert.deepEqual(
    mentionedAliases('as [m3] says; see [M1, m2] and [m4; 5], not m6 or [7] or [m]'),
    [3, 1, 2, 4, 5],
  )
})

test('what was not shown cannot be cited', () => {
  assert.deepEqual(
    findCitations([memory(1, 'one')], { reply: '[m1] [m2] [m99]' }).map(({ detail }) => detail),
    ['[m1]'],
  )
})

test('an edit at the anchor cites: path and symbol, or the path where the anchor has no symbol', () => {
  const anchors = [{ path: 'src/a.py', symbol: 'Config.parse', blob: 'b', commit: null }]
  const shown = [memory(1, 'text', { anchors })]
  const edit = (path: string, text: string) => ids(findCitations(shown, { edits: [{ path, text }] }))
  assert.deepEqual(edit('src/a.py', 'def parse(self):'), ['id-1'])
  assert.deepEqual(edit('src/a.py', 'def render(self):'), [])
  assert.deepEqual(edit('src/b.py', 'def parse(self):'), [])
  const whole = [memory(1, 'text', { anchors: [{ path: 'src/a.py', blob: 'b', commit: null }] })]
  assert.deepEqual(ids(findCitations(whole, { edits: [{ path: 'src/a.py', text: 'x' }] })), ['id-1'])
})

test("a literal or a fact's value in the next command cites; a short number does not", () => {
  const shown = [
    memory(1, 'Use --no-cov with 20 workers'),
    memory(2, 'Run the unit tests', { fact: { key: 'k', value: 'make unit', checker: null } }),
  ]
  assert.deepEqual(ids(findCitations(shown, { commands: ['pytest --no-cov'] })), ['id-1'])
  assert.deepEqual(ids(findCitations(shown, { commands: ['make unit -j 20'] })), ['id-2'])
  assert.deepEqual(ids(findCitations(shown, { commands: ['sleep 20'] })), [])
})

test('an explicit citation counts once, even where an act cites as well', () => {
  const citations = findCitations([memory(1, 'Use --no-cov')], {
    reply: '[m1]',
    commands: ['pytest --no-cov'],
  })
  assert.deepEqual(
    citations.map(({ how }) => how),
    ['explicit'],
  )
})

test('any text whatever cites only what was shown, each once', () => {
  const shown = [memory(1, 'Use --no-cov in src/a.py'), memory(2, 'other')]
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'[]m123,; -nocv/.apy') }),
      fc.string(),
      (reply, command) => {
        const found = ids(findCitations(shown, { reply, commands: [command, reply] }))
        assert.equal(new Set(found).size, found.length)
        assert.ok(found.every((id) => id === 'id-1' || id === 'id-2'))
      },
    ),
  )
})

test('one outcome is split equally over at most three', () => {
  assert.deepEqual(
    [...creditOf(['a', 'b', 'a'], 'helped')],
    [
      ['a', { helped: 0.5 }],
      ['b', { helped: 0.5 }],
    ],
  )
  assert.deepEqual([...creditOf(['a', 'b', 'c', 'd'], 'hurt').keys()], ['a', 'b', 'c'])
  assert.equal(creditOf([], 'helped').size, 0)
})

test('what was shown and not cited is only counted as shown', () => {
  const usage = {
    retrieved: ['a', 'b', 'c'],
    shown: ['a', 'b'],
    cited: ['a'],
    outcome: 'hurt' as const,
    sessionId: 's',
  }
  const events = creditEvents(usage, { type: 'agent', name: 'x' })
  assert.deepEqual(
    events.map(({ type, changes }) => [type, changes.map((change) => change.id).join('')]),
    [
      ['RETRIEVED', 'abc'],
      ['SHOWN', 'ab'],
      ['CITED', 'a'],
      ['OUTCOME', 'a'],
    ],
  )
  const silent = creditEvents({ ...usage, cited: [], outcome: 'helped' }, { type: 'agent', name: 'x' })
  assert.deepEqual(
    silent.map(({ type }) => type),
    ['RETRIEVED', 'SHOWN'],
  )
})

test('utility is neutral without outcomes, rises with every help and falls with every hurt', () => {
  assert.equal(utilityOf({ helped: 0, hurt: 0 }), 0.5)
  const count = fc.double({ min: 0, max: 1_000, noNaN: true })
  const step = fc.double({ min: 0.01, max: 1, noNaN: true })
  fc.assert(
    fc.property(count, count, step, (helped, hurt, more) => {
      const now = utilityOf({ helped, hurt })
      assert.ok(utilityOf({ helped: helped + more, hurt }) > now)
      assert.ok(utilityOf({ helped, hurt: hurt + more }) < now)
      assert.ok(now > 0 && now < 1)
    }),
  )
})

test('in a stream of outcomes the planted useful memory comes to the top', () => {
  let seed = 7
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return seed / 2 ** 32
  }
  const chance = [0.5, 0.45, 0.9, 0.5, 0.3]
  const counters = chance.map(() => ({ helped: 0, hurt: 0 }))
  for (let step = 0; step < 400; step++) {
    const cited = [0, 1, 2, 3, 4].filter(() => random() < 0.4)
    const best = Math.max(0, ...cited.map((at) => chance[at] ?? 0))
    const outcome = random() < best ? 'helped' : 'hurt'
    for (const [id, add] of creditOf(cited.map(String), outcome)) {
      const counter = counters[Number(id)]
      if (counter !== undefined) counter[outcome] += add[outcome] ?? 0
    }
  }
  const ranked = counters.map((counter, at) => ({ at, u: utilityOf(counter) })).sort((a, b) => b.u - a.u)
  assert.equal(ranked[0]?.at, 2)
})
