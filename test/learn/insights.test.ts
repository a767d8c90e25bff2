/** Role lists of insights: operations by shown number, the cap, what a person wrote, the budget; and their events. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { admit } from '../../src/memory/learn/admit.ts'
import { asInsights, insightEvents, roleList } from '../../src/memory/learn/insight-events.ts'
import {
  applyOperations,
  type Insight,
  type InsightOperation,
  renderInsights,
} from '../../src/memory/learn/insights.ts'
import type { MemoryRecord } from '../../src/memory/record.ts'
import { episodeOf } from './episodes.ts'
import { draftOf, from, lessonOf, openWorld, person } from './learning.ts'

const rules = { cap: 15, compat: false }
const authors = { cap: 15, compat: true }
const listOf = (...texts: string[]): Insight[] => texts.map((text) => ({ id: text, text, edited: false }))
const texts = (list: readonly Insight[]) => list.map(({ text }) => text).join('')
const add = (experience: string): InsightOperation => ({ operation: 'ADD', experience })
const edit = (number: number, experience: string): InsightOperation => ({
  operation: 'EDIT',
  number,
  experience,
})
const remove = (number: number): InsightOperation => ({ operation: 'REMOVE', number })
const full = listOf(...'abcdefghijklmno')

test('numbers mean the list as shown: after REMOVE 1, EDIT 3 rewords the third of the shown ones', () => {
  for (const how of [rules, authors])
    assert.equal(
      texts(applyOperations(listOf('a', 'b', 'c', 'd'), [remove(1), edit(3, 'C')], how).list),
      'bCd',
    )
})

test('the same REMOVE twice removes one; the authors removed the next one, too', () => {
  const twice = applyOperations(listOf('a', 'b', 'c'), [remove(2), remove(2)], rules)
  assert.equal(texts(twice.list), 'ac')
  assert.equal(twice.rejected[0]?.reason, '2 was removed already')
  assert.equal(texts(applyOperations(listOf('a', 'b', 'c'), [remove(2), remove(2)], authors).list), 'a')
})

test('a number beyond the list does nothing', () => {
  for (const how of [rules, authors]) {
    const update = applyOperations(listOf('a', 'b'), [edit(99, 'x')], how)
    assert.equal(texts(update.list), 'ab')
    assert.equal(update.rejected.length, 1)
  }
})

test('ADD before REMOVE 1 removes the first of the shown ones', () => {
  for (const how of [rules, authors])
    assert.equal(texts(applyOperations(listOf('a', 'b'), [add('x'), remove(1)], how).list), 'bx')
})

test('a full list takes no ADD alone, and one together with a REMOVE in whatever order', () => {
  const alone = applyOperations(full, [add('x')], rules)
  assert.equal(texts(alone.list), texts(full))
  assert.match(alone.rejected[0]?.reason ?? '', /full \(15\)/)
  for (const operations of [
    [remove(2), add('x')],
    [add('x'), remove(2)],
  ])
    assert.equal(texts(applyOperations(full, operations, rules).list), 'acdefghijklmnox')
})

test('the authors cut the newest off a full list', () => {
  assert.equal(texts(applyOperations(full, [add('x')], authors).list), texts(full))
  assert.deepEqual(applyOperations(full, [add('x')], authors).rejected, [])
})

test('what a person wrote is asked about, not changed', () => {
  const list = [{ id: 'a', text: 'a', edited: true }, ...listOf('b')]
  const update = applyOperations(list, [edit(1, 'x'), remove(1), remove(2)], rules)
  assert.equal(texts(update.list), 'a')
  assert.equal(update.proposed.length, 2)
})

test('whatever the operations, a list keeps to its cap, and what was not named stays in order', () => {
  const operation = fc.oneof(
    fc.record({ operation: fc.constant('ADD' as const), experience: fc.string() }),
    fc.record({ operation: fc.constant('EDIT' as const), number: fc.integer(), experience: fc.string() }),
    fc.record({ operation: fc.constant('REMOVE' as const), number: fc.integer({ min: -2, max: 20 }) }),
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
      const { list } = applyOperations(full, operations, rules)
      assert.ok(list.length <= 15)
      const named = new Set(operations.flatMap((one) => ('number' in one ? [one.number] : [])))
      const unnamed = full.filter((_, at) => !named.has(at + 1)).map(({ id }) => id)
      const kept = list.map(({ id }) => id).filter((id) => unnamed.includes(id))
      assert.deepEqual(kept, unnamed)
    }),
  )
})

test('over the budget the least used go first, of equal use the last, and that is told', () => {
  const insights = [
    { text: 'a'.repeat(40), used: 0 },
    { text: 'b'.repeat(40), used: 5 },
    { text: 'c'.repeat(40), used: 0 },
  ]
  assert.deepEqual(renderInsights(insights, 1_000).shown, [0, 1, 2])
  const small = renderInsights(insights, 25)
  assert.deepEqual(small.shown, [0, 1])
  assert.equal(small.text, `1. ${'a'.repeat(40)}\n2. ${'b'.repeat(40)}`)
  assert.match(small.dropped[0]?.why ?? '', /budget of 25/)
  assert.deepEqual(renderInsights(insights, 15).shown, [1])
  assert.deepEqual(renderInsights(insights, 0), { ...renderInsights(insights, 0), text: '', shown: [] })
})

test('an update becomes events: admitted, revised, archived, and proposed where a person wrote', () => {
  const { store, evidence, context } = openWorld()
  const own = (text: string, order: number, rest = {}) =>
    store.complete({
      ...draftOf(text, {
        lesson: lessonOf('do', { role: 'test', order }),
        provenance: from([], 'scripted@1'),
      }),
      provenance: person,
      status: 'active',
      ...rest,
    })
  const learned = { provenance: from([{ type: 'session', ref: 's2' }]), status: 'candidate' as const }
  const records: MemoryRecord[] = [
    own('one', 2_000, learned),
    own('two', 1_000, learned),
    own('mine', 3_000),
    own('four', 4_000, learned),
  ]
  const episode = store.complete(episodeOf({ goal: 'parse_config fails in src/a.py' }))
  store.append([
    {
      type: 'RECORDED',
      actor: context.actor,
      reason: 'it happened',
      changes: [...records, episode].map((record) => ({ op: 'create', id: record.id, record })),
    },
  ])
  const before = roleList(records, 'test')
  assert.deepEqual(
    before.map(({ text }) => text),
    ['two', 'one', 'mine', 'four'],
  )
  const operations = [
    remove(1),
    edit(2, 'one, reworded for later'),
    edit(3, 'not mine'),
    add('src/a.py: test empty files'),
    add('Use --forked always'),
    add('four'),
  ]
  const update = applyOperations(asInsights(before), operations, rules)
  const events = insightEvents(
    before,
    update,
    { role: 'test', episode, author: 'scripted@insights-1' },
    { ...context, admit: (draft) => admit(draft, evidence) },
  )
  store.append(events)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['ARCHIVED', 'REVISED', 'ACTIVATED', 'MERGED', 'ACTIVATED', 'ADMITTED', 'REJECTED', 'PROPOSED'],
  )
  const all = store.list({ limit: 50, statuses: ['candidate', 'active', 'archived'], branches: [] })
  const after = roleList(all, 'test')
  assert.deepEqual(
    after.map(({ text, version }) => [text, version]),
    [
      ['one, reworded for later', 2],
      ['mine', 1],
      ['four', 1],
      ['src/a.py: test empty files', 1],
    ],
  )
  assert.equal(after[3]?.links[0]?.type, 'derived_from')
})
