import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorkingContext } from '../../src/agent/context/working-context.ts'
import type { AgentEvent } from '../../src/agent/loop.ts'
import { addTools, newSession } from '../../src/agent/toolbox/session.ts'
import { calls, list, offeredIn, prunes, searches, servedModel, systemsIn } from './server-model.ts'
import { family, openWorld, talk, type World } from './world.ts'

async function shop(t: Parameters<typeof openWorld>[0]): Promise<World> {
  const world = openWorld(t)
  await world.store.sync([...family('invoice', 6), ...family('parcel', 6)])
  return world
}

test('the words of the worker reach the caller as they come, those of pruner and searcher do not', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [
    { when: { system: prunes }, reply: list(['invoice_0']) },
    { when: { system: searches }, reply: list(['parcel']) },
    { reply: 'It was sent on Monday, in two parcels.' },
  ])
  const session = newSession('c')
  addTools(session, ['invoice_0'], 'before')
  const heard: string[] = []
  const onEvent = (event: AgentEvent) => event.type === 'text' && heard.push(event.text)
  await talk(world, model, { mode: 'workflow' }, { session, onEvent }).say('when?')
  assert.ok(heard.length > 2, 'it came in pieces')
  assert.equal(heard.join(''), 'It was sent on Monday, in two parcels.')
})

test('with no tool at hand nothing is pruned, and with the rule Hybrid asks nothing before it answers', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: 'hello', times: 2 }])
  const first = await talk(world, model, { mode: 'hybrid', pruner: 'model' }).say('hi')
  assert.deepEqual(first.turn.completions, { work: 1 })
  const session = newSession('c')
  addTools(session, ['invoice_0'], 'before')
  const second = await talk(world, model, { mode: 'hybrid', pruner: 'unused' }, { session }).say('hi')
  assert.deepEqual(second.turn.completions, { work: 1 })
})

test('a chat that goes on in one context logs each change of its tools as an epoch, and no other', async (t) => {
  const world = await shop(t)
  const search = (word: string) => calls(['SYS_SEARCH_TOOLS', { keywords: [word] }])
  const model = await servedModel(t, [
    { reply: search('invoice') },
    { reply: calls(['invoice_1', {}]) },
    { reply: 'paid' },
    { reply: calls(['SYS_REMOVE_TOOLS', { tool_names: ['invoice_1'] }]) },
    { reply: 'and gone' },
    { reply: 'nothing else' },
  ])
  const context = openWorkingContext({ system: 'You help in a shop.', window: 64_000 })
  const reasons: string[] = []
  const onEvent = (event: AgentEvent) => event.type === 'epoch' && reasons.push(event.epoch.reason)
  const chat = talk(world, model, { mode: 'autonomous', topK: 6 }, { context, onEvent })
  for (const query of ['pay', 'tidy', 'more?']) await chat.say(query)
  assert.equal(reasons.length, 2, reasons.join('\n'))
  assert.match(reasons[0] ?? '', /^tools added: (invoice_\d(, )?){6}; the system text changed$/)
  assert.match(reasons[1] ?? '', /^tools removed: invoice_1; the system text changed$/)
  assert.deepEqual(
    context.epochs().map(({ reason }) => reason),
    reasons,
  )
  const counts = systemsIn(model).map((text) => Number(/Tools loaded now: (\d+)/.exec(text)?.[1]))
  assert.deepEqual(
    counts,
    offeredIn(model).map((one) => one?.length),
  )
  assert.equal(model.server.requests.at(-1)?.body.messages.at(-1)?.content, 'more?')
  assert.equal(chat.session.messages.length, context.messages().length)
})

test('what was recalled stands before its question, and stays there word for word', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: 'a', times: 2 }])
  const context = openWorkingContext({ system: 'You help.', window: 64_000, brief: 'A shop.' })
  const recalled = 'Notes: pay late.'
  const chat = talk(world, model, { mode: 'hybrid' }, { context, recalled })
  await chat.say('one')
  await chat.say('two')
  const [first, second] = model.server.requests.map(({ body }) => body.messages.slice(1))
  assert.equal(first?.[0]?.content, 'A shop.\n\nNotes: pay late.\n\none')
  assert.deepEqual(second?.slice(0, 1), first)
  assert.equal(second?.[2]?.content, 'Notes: pay late.\n\ntwo')
})

test('a chat that grew too long is cut once in a while, not at every turn', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: 'answer', times: 40 }])
  const context = openWorkingContext({ system: 'You help.', window: 64_000 })
  const chat = talk(world, model, { mode: 'hybrid', historyTokens: 1_000 }, { context })
  for (let turn = 0; turn < 40; turn++) await chat.say(`question ${turn} ${'crate '.repeat(50)}`)
  const cuts = context.epochs().filter(({ reason }) => reason.includes('too long'))
  assert.ok(cuts.length >= 3 && cuts.length <= 8, String(cuts.length))
  assert.equal(context.epochs().length, cuts.length)
})
