import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  activeNames,
  addTools,
  banTool,
  newSession,
  pinTool,
  type ToolSession,
} from '../../src/agent/toolbox/session.ts'
import { classOf, modeFor } from '../../src/agent/toolbox/settings.ts'
import type { Script } from '../../src/llm/scripted.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import {
  calls,
  list,
  offeredIn,
  prunes,
  resultsIn,
  searches,
  servedModel,
  systemsIn,
} from './server-model.ts'
import { family, names, openWorld, runner, talk, type World } from './world.ts'

const search = (...keywords: string[]) => calls(['SYS_SEARCH_TOOLS', { keywords }])
const remove = (...tools: string[]) => calls(['SYS_REMOVE_TOOLS', { tool_names: tools }])

async function shop(
  t: Parameters<typeof openWorld>[0],
  words: readonly string[] = ['invoice', 'parcel'],
  each = 8,
): Promise<World> {
  const world = openWorld(t)
  await world.store.sync(words.flatMap((word) => family(word, each)))
  return world
}

/** A chat that has these tools from an earlier turn. */
function having(tools: readonly string[], id = 'chat-1'): ToolSession {
  const session = newSession(id)
  addTools(session, tools, 'before')
  return session
}

test('D-36: a chat that is opened again after a restart offers the same tools and remembers what was said', async (t) => {
  using folder = makeRepo({}, { git: false })
  const before = openWorld(t, { folder: folder.dir })
  await before.store.sync([...family('invoice', 5), ...family('parcel', 5)])
  const model = await servedModel(t, [
    { reply: search('invoice', 'parcel') },
    { reply: calls(['invoice_1', { all: true }]) },
    { reply: 'paid' },
    { reply: 'again' },
  ])
  await talk(before, model, { mode: 'autonomous' }).say('pay')
  before.db.close()
  const after = openWorld(t, { folder: folder.dir })
  const session = await after.shelf.load('chat-1')
  assert.ok(session)
  await talk(after, model, { mode: 'autonomous' }, { session }).say('and now?')
  const offered = offeredIn(model)
  assert.deepEqual(offered[3], offered[2])
  assert.equal(offered[3]?.length, 12)
  const roles = model.server.requests[3]?.body.messages.map(({ role }) => role)
  assert.deepEqual(roles, ['system', 'user', 'assistant', 'tool', 'assistant', 'tool', 'assistant', 'user'])
  assert.equal(session.turns.length, 2)
  assert.equal(session.active.find(({ name }) => name === 'invoice_1')?.lastUsedTurn, 0)
  assert.deepEqual(await after.shelf.ids(), ['chat-1'])
  after.db.close()
})

test('D-36: secrets that were said do not reach the disk', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: 'noted' }])
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  await talk(world, model, { mode: 'autonomous' }).say(`my token is ${secret}`)
  const stored = String(world.db.prepare('select state from tool_session').get()?.state)
  assert.ok(!stored.includes(secret))
  assert.match(stored, /my token is/)
})

test('D-36: calls and results stay joined, whatever their ids look like, and what they carry is masked', async (t) => {
  const world = await shop(t)
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const session = newSession('c')
  session.messages = [
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: '',
      calls: [{ id: secret, name: 'f', arguments: { token: secret, depth: 2 } }],
    },
    { role: 'tool', callId: secret, name: 'f', content: 'done' },
  ]
  await world.shelf.save(session)
  const messages = (await world.shelf.load('c'))?.messages ?? []
  const [, asked, answered] = messages
  assert.ok(asked?.role === 'assistant' && answered?.role === 'tool')
  assert.equal(asked.calls?.[0]?.id, answered.callId)
  const given = asked.calls?.[0]?.arguments as { token: string; depth: number }
  assert.notEqual(given.token, secret)
  assert.equal(given.depth, 2)
})

test('D-37: a search takes several keywords, five tools of each; what is loaded is offered from the next request on', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: search('invoice', 'parcel') }, { reply: 'done' }])
  const chat = talk(world, model, { mode: 'autonomous' })
  await chat.say('look')
  const [first, second] = offeredIn(model)
  assert.deepEqual(first, ['SYS_SEARCH_TOOLS', 'SYS_REMOVE_TOOLS'])
  assert.equal(second?.length, 12)
  assert.equal(second?.filter((name) => name.startsWith('invoice')).length, 5)
  const world2 = await shop(t)
  const model2 = await servedModel(t, [{ reply: search('invoice') }, { reply: 'done' }])
  await talk(world2, model2, { mode: 'autonomous', topK: 2 }).say('look')
  assert.equal(offeredIn(model2)[1]?.length, 4)
})

test('D-38: unknown names are told, the tools of the tool memory stay', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [
    { reply: remove('invoice_0', 'invoice_99', 'SYS_SEARCH_TOOLS', 'SYS_REMOVE_TOOLS') },
    { reply: 'done' },
  ])
  const chat = talk(world, model, { mode: 'autonomous' }, { session: having(['invoice_0', 'invoice_1']) })
  await chat.say('tidy up')
  assert.deepEqual(offeredIn(model)[1], ['SYS_SEARCH_TOOLS', 'SYS_REMOVE_TOOLS', 'invoice_1'])
  assert.deepEqual(resultsIn(model), [
    '1 tools removed: invoice_0. Cannot be removed: SYS_SEARCH_TOOLS, SYS_REMOVE_TOOLS. Not active: invoice_99.',
  ])
})

test('D-39: results count and name what changed, to the letter', async (t) => {
  const world = openWorld(t)
  await world.store.sync([...family('invoice', 2), ...family('parcel', 1)])
  const model = await servedModel(t, [
    { reply: search('invoice') },
    { reply: search('invoice') },
    { reply: search('nothing-like-it-xyzzy') },
    { reply: remove('invoice_0', 'invoice_1') },
    { reply: remove('invoice_0') },
    { reply: calls(['SYS_SEARCH_TOOLS', { words: 3 }]) },
    { reply: calls(['SYS_REMOVE_TOOLS', 'all']) },
    { reply: 'done' },
  ])
  await talk(world, model, { mode: 'autonomous', topK: 2 }).say('go')
  assert.deepEqual(resultsIn(model), [
    '2 tools added: invoice_0, invoice_1',
    '0 tools added. Active already: invoice_0, invoice_1.',
    '0 tools added.',
    '2 tools removed: invoice_0, invoice_1',
    '0 tools removed. Not active: invoice_0.',
    'Error: SYS_SEARCH_TOOLS takes {"keywords": ["...", "..."]}. Nothing was done.',
    'Error: SYS_REMOVE_TOOLS takes {"tool_names": ["...", "..."]}. Nothing was done.',
  ])
})

const full = names('tool', 140)
async function crowded(t: Parameters<typeof openWorld>[0]) {
  const world = openWorld(t)
  await world.store.sync([...family('tool', 140), ...family('zebra', 5)])
  return world
}

test('D-40: Autonomous refuses a search past the limit as a whole, and goes on', async (t) => {
  const world = await crowded(t)
  const model = await servedModel(t, [
    { reply: search('zebra') },
    { reply: remove(...full.slice(0, 4)) },
    { reply: search('zebra') },
    { reply: 'done' },
  ])
  // With the two tools of the tool memory these make 127.
  const chat = talk(world, model, { mode: 'autonomous' }, { session: having(full.slice(0, 125)) })
  const { turn } = await chat.say('zebras?')
  assert.deepEqual(
    offeredIn(model).map((one) => one?.length),
    [127, 127, 123, 128],
  )
  assert.equal(
    resultsIn(model)[0],
    'Error: 127 tools are loaded and 5 more would make 132; the limit is 128. Nothing was added. Remove tools that you do not need with SYS_REMOVE_TOOLS, then search again.',
  )
  assert.equal(turn.refusals, 1)
})

test('D-40: Workflow prunes until the tools fit', async (t) => {
  const world = await crowded(t)
  const model = await servedModel(t, [
    { when: { system: prunes }, reply: list([]) },
    { when: { system: searches }, reply: list(['zebra']) },
    { when: { system: prunes }, reply: list(full.slice(0, 2)) },
    { when: { system: prunes }, reply: list(full.slice(2, 4)) },
    { reply: 'done' },
  ])
  const chat = talk(world, model, { mode: 'workflow' }, { session: having(full.slice(0, 127)) })
  await chat.say('zebras?')
  assert.deepEqual(
    offeredIn(model).map((one) => one?.length ?? null),
    [null, null, null, null, 128],
  )
})

test('D-40: Workflow and Hybrid fail with a remedy when nothing is given up, and the chat can go on', async (t) => {
  for (const mode of ['workflow', 'hybrid'] as const) {
    const world = await crowded(t)
    const model = await servedModel(t, [
      { when: { system: prunes }, reply: list([]), times: 2 },
      { when: { system: searches }, reply: list(['zebra']) },
      { reply: search('zebra') },
    ])
    const session = having(full.slice(0, 126))
    const chat = talk(world, model, { mode }, { session })
    await assert.rejects(chat.say('zebras?'), { name: 'UserError', message: /131|132.*limit is 128/ })
    assert.deepEqual(activeNames(session), full.slice(0, 126))
    assert.equal(session.turns[0]?.outcome, 'failed')
    const kept = await world.shelf.load('chat-1')
    assert.equal(kept?.active.length, 126)
    const open = kept?.messages.flatMap((message) =>
      message.role === 'assistant' ? (message.calls ?? []) : [],
    ).length
    assert.equal(kept?.messages.filter(({ role }) => role === 'tool').length, open)
  }
})

test('D-40: the rule makes room without a model', async (t) => {
  const world = await crowded(t)
  const model = await servedModel(t, [{ reply: search('zebra') }, { reply: 'done' }])
  const session = having(full.slice(0, 126))
  const settings = { mode: 'hybrid', pruner: 'unused', carry: null } as const
  await talk(world, model, settings, { session }).say('zebras?')
  assert.deepEqual(
    offeredIn(model).map((one) => one?.length),
    [127, 128],
  )
  assert.deepEqual(offeredIn(model)[1]?.slice(-5).sort(), names('zebra', 5))
})

test('D-41: the system prompt of every request of Autonomous counts the tools in it', async (t) => {
  const world = await shop(t, ['invoice', 'parcel', 'zebra'])
  const model = await servedModel(t, [
    { reply: search('invoice') },
    { reply: 'one' },
    { reply: remove('invoice_0', 'invoice_1') },
    { reply: search('zebra') },
    { reply: 'two' },
    { reply: 'three' },
    { reply: search('parcel') },
    { reply: 'four' },
    { reply: 'five' },
  ])
  const chat = talk(world, model, { mode: 'autonomous' })
  for (const query of ['a', 'b', 'c', 'd', 'e']) await chat.say(query)
  const told = systemsIn(model).map((text) =>
    Number(/Tools loaded now: (\d+) of at most 128/.exec(text)?.[1]),
  )
  const real = offeredIn(model).map((one) => one?.length)
  assert.deepEqual(told, real)
  assert.ok(new Set(real).size > 3)
  assert.deepEqual(
    chat.session.turns.map(({ countEnd }) => countEnd),
    [real[1], real[4], real[5], real[7], real[8]].map((count) => (count ?? 0) - 2),
  )
})

const led: Script = [
  { when: { system: prunes }, reply: list(['invoice_0', 'invoice_1']) },
  { when: { system: searches }, reply: list(['parcel']) },
  { reply: calls(['parcel_0', {}], ['SYS_SEARCH_TOOLS', { keywords: ['zebra'] }]) },
  { reply: 'sent' },
]

test('D-42: Workflow is one prune and one search without tools, then the worker without those of the tool memory', async (t) => {
  const world = await shop(t, ['invoice', 'parcel'], 5)
  const model = await servedModel(t, led)
  const ran = runner()
  const chat = talk(
    world,
    model,
    { mode: 'workflow' },
    { session: having(['invoice_0', 'invoice_1', 'invoice_2']), runner: ran },
  )
  const { turn, text } = await chat.say('send it')
  assert.equal(text, 'sent')
  const [prune, searched, first, second] = offeredIn(model)
  assert.deepEqual([prune, searched], [null, null])
  assert.equal(first?.[0], 'invoice_2')
  assert.equal(first?.length, 6)
  assert.ok(first?.slice(1).every((name) => name.startsWith('parcel')))
  assert.deepEqual(second, first)
  assert.equal(model.server.requests.length, 4)
  assert.deepEqual(turn.completions, { prune: 1, search: 1, work: 2 })
  assert.deepEqual(ran.ran, ['parcel_0'])
  assert.deepEqual(turn.calls, [
    { name: 'parcel_0', ok: true },
    { name: 'SYS_SEARCH_TOOLS', ok: false },
  ])
  assert.match(resultsIn(model)[1] ?? '', /no tool named SYS_SEARCH_TOOLS is loaded/)
})

test('D-42: pruner and searcher see the loaded tools and the question, and nothing else', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: 'hello' }, ...led], 'gpt-4o-mini')
  const chat = talk(
    world,
    model,
    { mode: 'autonomous' },
    { session: having(['invoice_0', 'invoice_1', 'invoice_2']) },
  )
  await chat.say('the word of the first turn')
  chat.session.mode = 'workflow'
  await chat.say('send it')
  const [prune, searched] = model.server.requests.slice(1).map(({ body }) => body.messages)
  for (const messages of [prune, searched]) {
    assert.deepEqual(
      messages?.map(({ role }) => role),
      ['system', 'user'],
    )
    assert.match(String(messages?.[1]?.content), /Question of the user:\nsend it$/)
    assert.ok(!JSON.stringify(messages).includes('first turn'))
  }
  assert.match(String(prune?.[1]?.content), /- invoice_0: .*\n- invoice_1: .*\n- invoice_2: /)
  assert.match(String(searched?.[1]?.content), /Loaded tools:\n- invoice_2: /)
  assert.ok(!String(searched?.[1]?.content).includes('invoice_0'))
})

test('D-42: a controller of its own looks after the tools, the worker works', async (t) => {
  const world = await shop(t)
  const worker = await servedModel(t, led.slice(2), 'large')
  const controller = await servedModel(t, led.slice(0, 2), 'small')
  await talk(world, worker, { mode: 'workflow' }, { controller, session: having(['invoice_0']) }).say(
    'send it',
  )
  assert.deepEqual([controller.server.requests.length, worker.server.requests.length], [2, 2])
})

test('D-43: Hybrid prunes first, with the search hidden; then the worker has the search and no removal', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [
    { when: { system: prunes }, reply: list(['invoice_0', 'invoice_1']) },
    { reply: search('parcel') },
    { reply: 'done' },
  ])
  const session = having(['invoice_0', 'invoice_1', 'invoice_2'])
  await talk(world, model, { mode: 'hybrid' }, { session }).say('send it')
  const [prune, first, second] = offeredIn(model)
  assert.equal(prune, null)
  assert.ok(!JSON.stringify(model.server.requests[0]?.body).includes('SYS_'))
  // The listing of the paper, as it is printed, would bring the pruned ones back here.
  assert.deepEqual(first, ['SYS_SEARCH_TOOLS', 'invoice_2'])
  assert.deepEqual(second?.slice(0, 2), ['SYS_SEARCH_TOOLS', 'invoice_2'])
  assert.equal(second?.length, 7)
})

test('D-43: what Hybrid finds past the limit is pruned in the middle of the turn', async (t) => {
  const world = await crowded(t)
  const model = await servedModel(t, [
    { when: { system: prunes }, reply: list([]) },
    { reply: search('zebra') },
    { when: { system: prunes }, reply: list([...full.slice(0, 6), 'zebra_3']) },
    { reply: 'done' },
  ])
  await talk(world, model, { mode: 'hybrid' }, { session: having(full.slice(0, 126)) }).say('zebras?')
  assert.deepEqual(
    offeredIn(model).map((one) => one?.length ?? null),
    [null, 127, null, 125],
  )
  const [result = ''] = resultsIn(model)
  assert.match(result, /^4 tools added: zebra_/)
  assert.ok(!result.includes('zebra_3'))
})

test('D-44: names that are not exact remove nothing and are counted', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [
    {
      when: { system: prunes },
      reply: list(['Invoice_0', 'invoice_1 ', 'invoice-2', 'invoice_2', 'SYS_SEARCH_TOOLS']),
    },
    { reply: 'done' },
  ])
  const session = having(['invoice_0', 'invoice_1', 'invoice_2'])
  const { turn } = await talk(world, model, { mode: 'hybrid' }, { session }).say('?')
  assert.deepEqual(activeNames(session), ['invoice_0', 'invoice_1'])
  assert.equal(turn.hallucinated, 4)
})

test('D-44: an answer is read through fences and chatter, and what cannot be read changes nothing', async (t) => {
  for (const [reply, left, unreadable] of [
    ['```json\n["invoice_0"]\n```', ['invoice_1'], 0],
    ['Remove these [see list]: ["invoice_0"] [done]', ['invoice_0', 'invoice_1'], 1],
    ['{"remove": ["invoice_1"]}', ['invoice_0'], 0],
    ['I would remove invoice_0.', ['invoice_0', 'invoice_1'], 1],
    ['[]', ['invoice_0', 'invoice_1'], 0],
    ['[1, null, "invoice_0"]', ['invoice_1'], 0],
  ] as const) {
    const world = await shop(t)
    const model = await servedModel(t, [{ when: { system: prunes }, reply }, { reply: 'done' }])
    const session = having(['invoice_0', 'invoice_1'])
    const { turn } = await talk(world, model, { mode: 'hybrid' }, { session }).say('?')
    assert.deepEqual(activeNames(session), left, reply)
    assert.equal(turn.unreadable, unreadable, reply)
  }
})

test('a pinned tool is not removed by anybody, a banned one is not found', async (t) => {
  const world = await shop(t, ['invoice'], 6)
  const model = await servedModel(t, [
    { reply: remove('invoice_0', 'invoice_1') },
    { reply: search('invoice') },
    { reply: 'done' },
    { when: { system: prunes }, reply: list(['invoice_0']) },
    { reply: 'done' },
  ])
  const session = having(['invoice_1', 'invoice_2'])
  pinTool(session, 'invoice_0')
  banTool(session, 'invoice_2')
  const chat = talk(world, model, { mode: 'autonomous', topK: 6 }, { session })
  await chat.say('a')
  assert.equal(resultsIn(model)[0], '1 tools removed: invoice_1. Cannot be removed: invoice_0.')
  assert.ok(offeredIn(model).every((one) => one?.includes('invoice_0') && !one.includes('invoice_2')))
  assert.equal(offeredIn(model)[2]?.length, 7)
  session.mode = 'hybrid'
  await chat.say('b')
  assert.ok(activeNames(session).includes('invoice_0'))
  const unused = { mode: 'workflow', pruner: 'unused', unusedTurns: 0, carry: 0 } as const
  session.mode = null
  const rule = await servedModel(t, [{ when: { system: searches }, reply: list([]) }, { reply: 'done' }])
  await talk(world, rule, unused, { session }).say('c')
  assert.deepEqual(activeNames(session), ['invoice_0'])
})

test('a turn that is stopped leaves no call without a result, and is kept', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [
    { reply: calls(['invoice_0', {}], ['invoice_1', {}]) },
    { reply: 'after all' },
  ])
  const stop = new AbortController()
  const run = async () => {
    stop.abort(new Error('stopped by the person'))
    return { content: 'half', ok: true }
  }
  const session = having(['invoice_0', 'invoice_1'])
  const chat = talk(world, model, { mode: 'autonomous' }, { session, runner: { run } })
  await assert.rejects(chat.say('go', stop.signal), { message: 'stopped by the person' })
  assert.equal(session.turns[0]?.outcome, 'stopped')
  const again = await world.shelf.load('chat-1')
  await talk(world, model, { mode: 'autonomous' }, { session: again ?? session }).say('go on')
  assert.deepEqual(resultsIn(model), ['half', 'Stopped before it ran.'])
})

test('a model that never comes to an answer is stopped', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: calls(['invoice_0', {}]), times: 9 }])
  const { turn, text } = await talk(
    world,
    model,
    { mode: 'autonomous', maxSteps: 3 },
    { session: having(['invoice_0']) },
  ).say('x')
  assert.equal(turn.outcome, 'steps')
  assert.match(text, /after 3 steps/)
  assert.equal(model.server.requests.length, 3)
})

test('a tool that the model made up is an error for the model, and a wrong call', async (t) => {
  const world = await shop(t)
  const model = await servedModel(t, [{ reply: calls(['teleport', {}]) }, { reply: 'sorry' }])
  const { turn } = await talk(world, model, { mode: 'hybrid', pruner: 'unused' }).say('x')
  assert.deepEqual(turn.calls, [{ name: 'teleport', ok: false }])
  assert.deepEqual(resultsIn(model), [
    'Error: no tool named teleport is loaded. Search for it with SYS_SEARCH_TOOLS.',
  ])
})

test('the mode follows the chat, then the setting, then the class of the model', () => {
  const auto = { mode: 'auto', trustReasoning: false } as const
  const classes: Record<string, string> = {
    o3: 'reasoning',
    'o4-mini': 'small',
    'gemini-2.5-pro': 'reasoning',
    'claude-opus-4': 'reasoning',
    'claude-sonnet-4-20250514': 'general',
    'gpt-4.1': 'general',
    'gpt-4o': 'general',
    'gpt-4o-mini': 'small',
    'gpt-4.1-nano': 'small',
    'claude-3-5-haiku': 'small',
    'gemini-2.5-flash': 'small',
    'qwen2.5-coder:7b': 'small',
    'llama3.3:70b': 'general',
    'deepseek-r1:70b': 'reasoning',
    '': 'general',
  }
  for (const [model, expected] of Object.entries(classes)) assert.equal(classOf(model), expected, model)
  assert.equal(modeFor(auto, 'gpt-4.1'), 'hybrid')
  assert.equal(modeFor(auto, 'gpt-4o-mini'), 'workflow')
  assert.equal(modeFor(auto, 'o3'), 'hybrid')
  assert.equal(modeFor({ ...auto, trustReasoning: true }, 'o3'), 'autonomous')
  assert.equal(modeFor({ ...auto, mode: 'workflow' }, 'o3'), 'workflow')
  assert.equal(modeFor({ ...auto, mode: 'workflow' }, 'o3', 'autonomous'), 'autonomous')
})
