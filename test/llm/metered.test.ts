import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger, LedgerEntry } from '../../src/llm/ledger.ts'
import { totalsOf } from '../../src/llm/ledger-file.ts'
import { type MeterOptions, metered } from '../../src/llm/metered.ts'
import { complete, type ModelRequest } from '../../src/llm/model.ts'
import type { Script } from '../../src/llm/scripted.ts'
import { scriptedModel } from '../../src/llm/scripted-model.ts'
import { UserError } from '../../src/memory/ports.ts'

const request: ModelRequest = {
  purpose: 'work',
  system: 'You help.',
  messages: [{ role: 'user', content: 'What was learned from the rounding bug?' }],
}
const usage = { inputTokens: 1_000, outputTokens: 200 }

interface Setting extends Partial<MeterOptions> {
  remote?: boolean
  script?: Script
  before?: LedgerEntry[]
  broken?: boolean
}

function metering({ remote = true, script, before = [], broken = false, ...options }: Setting = {}) {
  const entries: LedgerEntry[] = [...before]
  const said: string[] = []
  const ledger: Ledger = {
    async add(entry) {
      if (broken) throw new Error('disk full')
      entries.push(entry)
    },
    day: async () => totalsOf(entries),
    entries: async () => entries,
  }
  const inner = scriptedModel(script ?? [{ reply: { content: 'Round half to even.', usage }, times: 9 }], {
    remote,
  })
  const model = metered(inner, ledger, {
    root: '/shop',
    background: false,
    price: { input: 3, output: 15 },
    dailyTokenCap: 10_000,
    log: { info() {}, warn() {}, error: (message) => void said.push(message) },
    ...options,
  })
  return { model, inner, entries, said }
}

test('writes what was asked of whom, for what, and what it took', async () => {
  const { model, entries } = metering({ now: () => 1_000 })
  const reply = await complete(model, request)
  assert.equal(reply.text, 'Round half to even.')
  assert.deepEqual(entries, [
    {
      at: 1_000,
      purpose: 'work',
      model: 'scripted@here',
      remote: true,
      background: false,
      ...usage,
      estimated: false,
      dollars: 0.006,
      outcome: 'answered',
      milliseconds: 0,
      root: '/shop',
    },
  ])
})

test('holds no text of what was said', async () => {
  const { model, entries } = metering()
  await complete(model, request)
  assert.doesNotMatch(JSON.stringify(entries), /rounding|even|help/i)
})

test('knows that a model on this machine costs nothing, and when it does not know', async () => {
  const here = metering({ remote: false, price: { input: 0, output: 0 } })
  await complete(here.model, request)
  const far = metering({ price: { input: 0, output: 0 } })
  await complete(far.model, request)
  assert.deepEqual([here.entries[0]?.dollars, far.entries[0]?.dollars], [0, null])
})

test('estimates where the server counts nothing, and says so', async () => {
  const { model, entries } = metering({
    script: [{ reply: 'Round half to even.' }],
    countTokens: (text) => text.length,
  })
  await complete(model, request)
  assert.equal(entries[0]?.estimated, true)
  assert.equal(entries[0]?.outputTokens, 'Round half to even.'.length)
  assert.ok((entries[0]?.inputTokens ?? 0) >= 'You help.What was learned from the rounding bug?'.length)
})

test('counts calls and tools with what is said', async () => {
  const tools = [{ name: 'recall', description: 'x'.repeat(100), schema: {} }]
  const script: Script = [
    { reply: { tool_calls: [{ name: 'recall', arguments: { query: 'y'.repeat(50) } }] } },
  ]
  const { model, entries } = metering({ script, countTokens: (text) => text.length })
  await complete(model, { ...request, tools })
  assert.ok((entries[0]?.inputTokens ?? 0) > 140)
  assert.ok((entries[0]?.outputTokens ?? 0) > 50)
})

test('writes failures: one that took nothing, one in the middle of an answer', async () => {
  const nothing = metering({ script: [] })
  await assert.rejects(complete(nothing.model, request), /no answer/)
  assert.equal(nothing.entries[0]?.outcome, 'failed')
  assert.equal(nothing.entries[0]?.inputTokens, 0)
  const cut = metering({
    script: [{ reply: { content: 'one two three four', breaks: { after: 2, how: 'cut' } } }],
  })
  await assert.rejects(complete(cut.model, request), /cut off/)
  assert.equal(cut.entries[0]?.outcome, 'failed')
  assert.ok((cut.entries[0]?.inputTokens ?? 0) > 0 && (cut.entries[0]?.outputTokens ?? 0) > 0)
})

test('writes what was stopped, by a signal and by leaving', async () => {
  const script: Script = [{ reply: { content: 'one two three four', pause: 50 }, times: 2 }]
  const { model, entries } = metering({ script })
  const reason = new Error('enough')
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), 70)
  await assert.rejects(complete(model, request, { signal: controller.signal }), reason)
  for await (const event of model.stream(request)) if (event.type === 'text') break
  assert.deepEqual(
    entries.map(({ outcome }) => outcome),
    ['stopped', 'stopped'],
  )
})

test('has written when the answer is there, though nobody asks for more', async () => {
  const { model, entries } = metering()
  const events = model.stream(request)[Symbol.asyncIterator]()
  for (;;) {
    const { value } = await events.next()
    if (value?.type === 'reply') break
  }
  await sleep(1)
  assert.equal(entries.length, 1)
})

test('stops work in the background at the cap of the day, before anything is sent', async () => {
  const { model, inner, entries } = metering({ background: true, dailyTokenCap: 2_000 })
  await complete(model, request)
  await complete(model, request)
  const error = await complete(model, request).catch((reason: unknown) => reason)
  assert.ok(error instanceof UserError)
  assert.match(error.message, /daily cap: 2,400 of 2,000 tokens/)
  assert.match(error.remedy, /casebook\.model\.dailyBackgroundTokens/)
  assert.equal(inner.requests.length, 2)
  assert.equal(entries.length, 2)
})

test('counts a question that would go beyond the cap as beyond it', async () => {
  const { model, inner } = metering({ background: true, dailyTokenCap: 100, countTokens: () => 101 })
  await assert.rejects(complete(model, request), /daily cap/)
  assert.equal(inner.requests.length, 0)
})

test('asks nothing in the background where the cap is 0', async () => {
  const { model, inner } = metering({ background: true, dailyTokenCap: 0 })
  await assert.rejects(complete(model, request), /cap is 0 tokens/)
  assert.equal(inner.requests.length, 0)
})

test('never stops a person, whatever was used before', async () => {
  const { model, entries } = metering({ dailyTokenCap: 0 })
  await complete(model, request)
  await complete(model, request)
  assert.equal(entries.length, 2)
})

test('lets a person have the answer though the book cannot be written', async () => {
  const { model, said } = metering({ broken: true })
  assert.equal((await complete(model, request)).text, 'Round half to even.')
  assert.equal(said.length, 1)
})
