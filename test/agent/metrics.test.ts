import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { closeCalls, cutHistory, tokensOf } from '../../src/agent/toolbox/history.ts'
import { exportMetrics, metricsOf, residualsOf, windowRatios } from '../../src/agent/toolbox/metrics.ts'
import { leastRecent, unusedTools } from '../../src/agent/toolbox/prune.ts'
import {
  type ActiveTool,
  addTools,
  newSession,
  newTurn,
  type TurnRecord,
} from '../../src/agent/toolbox/session.ts'
import type { Message } from '../../src/llm/model.ts'
import { list, offeredIn, prunes, searches, servedModel } from './server-model.ts'
import { family, names, openWorld, talk } from './world.ts'

function turnOf(
  added: number,
  removed: number,
  countEnd: number,
  more: Partial<TurnRecord> = {},
): TurnRecord {
  const change = (op: 'added' | 'removed') => (_: unknown, at: number) => ({ op, name: `t${at}`, why: '' })
  const changes = [
    ...Array.from({ length: added }, change('added')),
    ...Array.from({ length: removed }, change('removed')),
  ]
  return { ...newTurn(0), changes, countEnd, ...more }
}

test('D-46: the ratios of hand-made turns', () => {
  // A: 5 0 4 0 0 0 1, R: 0 3 2 0 0 0 1
  const added = [5, 0, 4, 0, 0, 0, 1]
  const removed = [0, 3, 2, 0, 0, 0, 1]
  // Windows: 5/9, 5/4, 2/4, none, 1/1. The fourth adds nothing and is left out.
  assert.deepEqual(windowRatios(added, removed), [5 / 9, 5 / 4, 2 / 4, 1])
  const turns = added.map((count, at) => turnOf(count, removed[at] ?? 0, 0))
  const metrics = metricsOf(turns)
  assert.equal(metrics.removalRatio, 6 / 10)
  assert.equal(metrics.windows, 4)
  assert.ok(Math.abs((metrics.removalRatio3 ?? 0) - (5 / 9 + 5 / 4 + 1 / 2 + 1) / 4) < 1e-12)
  assert.ok(Math.abs((metrics.removalRatio3Capped ?? 0) - (5 / 9 + 1 + 1 / 2 + 1) / 4) < 1e-12)
  assert.equal(metrics.added, 10)
})

test('D-46: a chat that never adds has no ratio, and shows that it added nothing', () => {
  const metrics = metricsOf(Array.from({ length: 10 }, () => turnOf(0, 0, 0)))
  assert.deepEqual(
    [metrics.removalRatio, metrics.removalRatio3, metrics.residual3, metrics.added, metrics.windows],
    [null, null, null, 0, 0],
  )
  assert.equal(metricsOf([]).turns, 0)
  assert.equal(metricsOf([turnOf(2, 0, 2)]).removalRatio3, null)
})

test('D-46: the tools left after peaks; of a plateau its last turn counts', () => {
  // The peak 9 at turn 2 is the end of a plateau.
  assert.deepEqual(residualsOf([3, 9, 9, 6, 3, 3]), [(6 + 3 + 3) / 3])
  assert.deepEqual(residualsOf([5, 2, 7, 1, 1, 1, 1]), [(2 + 7 + 1) / 3, 1])
  // Less than three turns after it.
  assert.deepEqual(residualsOf([1, 2, 9, 3, 3]), [])
  // A set that never shrinks.
  assert.deepEqual(residualsOf([60, 126, 126, 126, 126, 126]), [126])
  assert.deepEqual(residualsOf([0, 0, 0, 0, 0]), [])
})

test('D-46: calls, grades, refusals and tokens add up, and are exported without messages', () => {
  const calls = [
    { name: 'a', ok: true },
    { name: 'b', ok: false },
    { name: 'a', ok: true },
  ]
  const tokens = { input: 1, output: 1, offered: 300, all: 10_000 }
  const turns = [
    turnOf(2, 0, 2, { calls, tokens, refusals: 1, completions: { work: 2, prune: 1 } }),
    turnOf(0, 2, 0, { tokens }),
  ]
  const metrics = metricsOf(turns, [1, 0.5])
  assert.equal(metrics.toolCorrectness, 2 / 3)
  assert.equal(metrics.taskCompletion, 0.75)
  assert.deepEqual([metrics.tokensSaved, metrics.tokensOffered, metrics.refusals], [19_400, 600, 1])
  assert.deepEqual(metrics.completions, { work: 2, prune: 1 })
  const session = {
    ...newSession('c'),
    turns,
    messages: [{ role: 'user' as const, content: 'private words' }],
  }
  const exported = exportMetrics(session)
  assert.ok(!exported.includes('private words'))
  assert.equal((JSON.parse(exported) as { metrics: { added: number } }).metrics.added, 2)
})

const used = (name: string, addedTurn: number, lastUsedTurn: number | null): ActiveTool => ({
  name,
  addedTurn,
  lastUsedTurn,
})

test('D-48: what went unused for more than two user turns goes, without a model', () => {
  const rule = { unusedTurns: 2, carry: null }
  const active = [
    used('daily', 0, 4),
    used('old', 0, 1),
    used('spare', 2, null),
    used('newer', 3, null),
    used('two', 0, 2),
  ]
  assert.deepEqual(unusedTools(active, 5, rule), ['old', 'spare'])
  assert.deepEqual(unusedTools(active, 4, rule), [])
  assert.deepEqual(unusedTools(active, 5, rule, ['old']), ['spare'])
  assert.deepEqual(unusedTools(active, 5, { unusedTurns: 2, carry: 1 }), ['old', 'spare', 'two', 'newer'])
  assert.deepEqual(leastRecent(active, 2), ['spare', 'newer'])
})

test('D-48: a trace of uses over turns, with no completion for it', async (t) => {
  const world = openWorld(t)
  await world.store.sync(family('tool', 3))
  const use = (name: string) => [{ reply: { tool_calls: [{ name, arguments: {} }] } }, { reply: 'ok' }]
  const model = await servedModel(t, [
    ...use('tool_0'),
    ...use('tool_1'),
    ...use('tool_1'),
    ...use('tool_1'),
    ...use('tool_1'),
  ])
  const session = newSession('c')
  addTools(session, names('tool', 3), 'before')
  const settings = { mode: 'hybrid', pruner: 'unused', carry: null } as const
  const chat = talk(world, model, settings, { session })
  for (let turn = 0; turn < 5; turn++) await chat.say(`question ${turn}`)
  // tool_2 was never used: gone after turns 0 to 2. tool_0 was used in turn 0: gone after turns 1 to 3.
  const counts = offeredIn(model).map((one) => one?.length)
  assert.deepEqual(counts, [4, 4, 4, 4, 4, 4, 3, 3, 2, 2])
  assert.deepEqual(
    session.turns.map(({ completions }) => Object.keys(completions)),
    Array(5).fill(['work']),
  )
})

const message = fc.oneof(
  fc.record({ role: fc.constant('user' as const), content: fc.string({ maxLength: 60 }) }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.string({ maxLength: 60 }),
    results: fc.nat(3),
  }),
)
const chatOf = (parts: { role: string; content: string; results?: number }[]): Message[] =>
  parts.flatMap((part, at): Message[] => {
    if (part.role === 'user') return [{ role: 'user', content: part.content }]
    const calls = Array.from({ length: part.results ?? 0 }, (_, n) => ({
      id: `${at}.${n}`,
      name: 'f',
      arguments: {},
    }))
    return [
      { role: 'assistant', content: part.content, ...(calls.length > 0 && { calls }) },
      ...calls.map(({ id, name }): Message => ({ role: 'tool', callId: id, name, content: part.content })),
    ]
  })

test('D-45: however a history is cut, calls keep their results and order is kept', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), fc.nat(200), (parts, most) => {
      const messages = chatOf([{ role: 'user', content: 'begin' }, ...parts])
      const { dropped, kept } = cutHistory(messages, most)
      assert.equal(dropped.length + kept.length, messages.length)
      for (const piece of [dropped, kept]) {
        const called = piece.flatMap((one) =>
          one.role === 'assistant' ? (one.calls ?? []).map(({ id }) => id) : [],
        )
        const answered = piece.flatMap((one) => (one.role === 'tool' ? [one.callId] : []))
        assert.deepEqual(answered, called)
      }
      assert.deepEqual(
        kept,
        messages.filter((one) => kept.includes(one)),
      )
      assert.equal(kept[0]?.role, 'user')
      if (dropped.length > 0 && kept.length > 1) assert.ok(tokensOf(kept) <= most)
      assert.deepEqual(closeCalls(kept, 'x'), kept)
    }),
  )
})

test('D-45: a long history is cut or summed up, and the tools stay as they are', async (t) => {
  for (const history of ['truncate', 'summarize'] as const) {
    const world = openWorld(t)
    await world.store.sync(family('tool', 4))
    const model = await servedModel(t, [
      { when: { system: /sum up/i }, reply: 'They wanted 300 crates.', times: 9 },
      { reply: 'answer', times: 40 },
    ])
    const session = newSession('c')
    addTools(session, names('tool', 4), 'before')
    const chat = talk(world, model, { mode: 'autonomous', history, historyTokens: 500 }, { session })
    for (let turn = 0; turn < 6; turn++) await chat.say(`question ${turn} ${'crate '.repeat(80)}`)
    const last = model.server.requests.findLast(({ body }) => body.tools !== undefined)
    const text = JSON.stringify(last?.body.messages)
    assert.ok(!text.includes('question 0'))
    assert.ok(text.includes('question 5'))
    assert.equal(
      text.includes('Summary of what was said before:\\nThey wanted 300 crates.'),
      history === 'summarize',
    )
    assert.equal(last?.body.tools?.length, 6)
    assert.equal(session.active.length, 4)
    const summaries = session.turns.reduce((sum, { completions }) => sum + (completions.summarise ?? 0), 0)
    assert.equal(summaries > 0, history === 'summarize')
  }
})

test('what was added and removed is kept with the reason', async (t) => {
  const world = openWorld(t)
  await world.store.sync([...family('invoice', 3), ...family('parcel', 2)])
  const model = await servedModel(t, [
    { when: { system: prunes }, reply: list(['invoice_0']) },
    { when: { system: searches }, reply: list(['parcel']) },
    { reply: 'done' },
  ])
  const session = newSession('c')
  addTools(session, ['invoice_0'], 'before')
  const { turn } = await talk(world, model, { mode: 'workflow', topK: 2 }, { session }).say('?')
  assert.deepEqual(turn.changes[0], { op: 'removed', name: 'invoice_0', why: 'not needed for the question' })
  assert.deepEqual(
    turn.changes
      .slice(1)
      .map(({ op, name, why }) => `${op} ${name}: ${why}`)
      .sort(),
    ['added parcel_0: found for parcel', 'added parcel_1: found for parcel'],
  )
  assert.equal(turn.countEnd, 2)
  assert.ok(turn.tokens.all > turn.tokens.offered && turn.tokens.offered > 0)
})
