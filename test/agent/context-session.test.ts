import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { openWorkingContext } from '../../src/agent/context/working-context.ts'
import { runAgent } from '../../src/agent/loop.ts'
import { benchContext, stepsBetween } from '../../src/cli/bench/context-bench.ts'
import { recordSession } from '../../src/cli/bench/context-session.ts'
import type { ToolCall } from '../../src/llm/model.ts'
import { estimateTokens } from '../../src/memory/recall/records/token-estimate.ts'
import { calls, servedModel } from './server-model.ts'

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

test('over 200 turns at least 95 % of each prompt stand at the beginning of the next, except at logged epochs', async () => {
  for (const [window, seed] of [
    [16_000, 1],
    [32_000, 2],
    [128_000, 3],
  ] as const) {
    const { prompts, context } = await recordSession({ turns: 200, window, seed })
    assert.equal(prompts.length, 200)
    const steps = stepsBetween(prompts)
    for (const [at, { share, isEpoch }] of steps.entries())
      assert.ok(isEpoch || share >= 0.95, `window ${window}, turn ${at + 2}: ${share}`)
    // Each break of the beginning is an epoch, and epochs are few.
    const logged = prompts.filter(({ epoch }) => epoch !== null).length
    assert.equal(context.epochs().length, logged)
    assert.ok(logged >= 1 && logged <= 30, String(logged))
  }
})

test('an epoch names the prompt that is sent after it by its hash, and makes room', async () => {
  const { prompts, context } = await recordSession({ turns: 200, window: 32_000, seed: 4 })
  for (const { bytes, epoch } of prompts) {
    assert.ok(estimateTokens(bytes) < 32_000, 'no prompt is larger than the window')
    if (epoch === null) continue
    assert.equal(epoch.after, sha(bytes))
    assert.notEqual(epoch.before, epoch.after)
    assert.ok(epoch.tokensAfter <= epoch.tokensBefore * 0.75)
    assert.ok(epoch.left.length > 0)
  }
  // What left can be opened: every handle leads somewhere.
  for (const { handle } of context.epochs().flatMap(({ left }) => left)) {
    if (handle === null) continue
    assert.equal((await context.open(handle)).found, true, handle)
  }
})

test('the same session makes the same prompts', async () => {
  const bytes = async (seed: number) =>
    sha((await recordSession({ turns: 60, window: 16_000, seed })).prompts.map((one) => one.bytes).join('\n'))
  assert.equal(await bytes(5), await bytes(5))
  assert.notEqual(await bytes(5), await bytes(6))
})

test('the benchmark tells the common beginning, what was cached, and the epochs', async () => {
  const { signal } = new AbortController()
  const { figures } = await benchContext({ turns: 80, windows: [16_000], seed: 1, signal, note: () => {} })
  const [changed, uncached, fractures] = figures
  assert.ok(changed && uncached && fractures)
  assert.ok(changed.value <= 0.05 && changed.floor === 0.05)
  assert.ok(uncached.value > 0 && uncached.value < 0.3, String(uncached.value))
  assert.match(fractures.note ?? '', /^\d+ epochs/)
})

test('what crosses to a server keeps its beginning, too', async (t) => {
  const count = 40
  const script = Array.from({ length: count }, (_, at) => ({
    reply: calls(
      ['read', { path: `src/${at % 7}.ts` }],
      ['read', { path: `src/${at % 5}.md`, from: at + 1 }],
    ),
  }))
  const model = await servedModel(t, [...script, { reply: 'done' }])
  const context = openWorkingContext({ system: 'You work.', brief: 'A shop.', window: 64_000 })
  context.ask('look at all')
  const offered = [{ name: 'read', description: 'Reads.', schema: { type: 'object', properties: {} } }]
  const run = async ({ arguments: given }: ToolCall) => {
    const { path } = given as { path: string }
    return { content: `${path} holds "text" and \u00e4 \n${'a line of it\n'.repeat(40)}`, ok: true }
  }
  const limits = { steps: count + 1, tokens: Infinity, seconds: Infinity }
  await runAgent({ model, context, tools: { offered: async () => offered, run }, limits })
  const bodies = model.server.requests.map(({ body: { tools, messages } }) =>
    JSON.stringify([tools, messages]),
  )
  const prompts = bodies.map((bytes) => ({ bytes, epoch: null }))
  assert.equal(prompts.length, count + 1)
  const steps = stepsBetween(prompts)
  for (const [at, { share }] of steps.entries()) assert.ok(share >= 0.95, `request ${at + 2}: ${share}`)
  assert.match(bodies.at(-1) ?? '', /state of the work, kept by Casebook/)
})
