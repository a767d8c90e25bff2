/** Casebook's own tools stay at hand in a chat, whatever a rule or a model gives up; the demo's script finds them. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { runWithToolMemory } from '../../../src/agent/chat/chat-run.ts'
import { readingTools } from '../../../src/agent/chat/own-tools.ts'
import { besideText } from '../../../src/agent/chat/prompts.ts'
import { openWorkingContext } from '../../../src/agent/context/working-context.ts'
import { reportTools } from '../../../src/agent/toolbox/report.ts'
import { banTool, newSession, type ToolSession, toolSession } from '../../../src/agent/toolbox/session.ts'
import { defaultToolbox, type ToolboxSettings } from '../../../src/agent/toolbox/settings.ts'
import { parseScript } from '../../../src/llm/script-file.ts'
import { type ScriptedModel, scriptedModel } from '../../../src/llm/scripted-model.ts'
import { openWorld, runner, type World } from '../world.ts'

const own = readingTools.map(({ name }) => name)

async function known(t: TestContext): Promise<World> {
  const world = openWorld(t)
  const listed = readingTools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    server: 'casebook',
    schema: inputSchema,
  }))
  await world.store.sync(listed)
  return world
}

interface Say {
  session: ToolSession
  model: ScriptedModel
  settings?: Partial<ToolboxSettings>
  beside?: string
  signal?: AbortSignal
}

async function say({ store, shelf }: World, question: string, asking: Say) {
  const { session, model, settings, beside = 'Notes.\n\nThe question of the person:', signal } = asking
  const ran = runner()
  const run = runWithToolMemory({
    session,
    store,
    shelf,
    settings: { ...defaultToolbox, mode: 'hybrid', pruner: 'unused', ...settings },
    prompt: question,
    named: [],
    runner: () => ran,
  })
  const outcome = await run({
    model,
    context: openWorkingContext({ system: 'You help.', window: 64_000 }),
    told: { question, beside },
    shown: [],
    limits: { steps: 6, tokens: 100_000, seconds: 60 },
    onEvent() {},
    ...(signal && { signal }),
  })
  return { outcome, ran: ran.ran }
}

const offered = (model: ScriptedModel, at = -1) => model.requests.at(at)?.tools?.map(({ name }) => name) ?? []

test('after many questions without a tool Casebook’s own are still at hand, but for those that are banned', async (t) => {
  const world = await known(t)
  const session = newSession('c')
  const model = scriptedModel([{ reply: 'plain', times: 9 }])
  for (let turn = 0; turn < 5; turn++) await say(world, `question ${turn}`, { session, model })
  assert.deepEqual(offered(model), ['SYS_SEARCH_TOOLS', ...own])
  assert.deepEqual(session.pinned, [])
  const { active } = await reportTools(session, world.store)
  assert.ok(active.every(({ why, pinned }) => /always at hand/.test(why) && !pinned))
  banTool(session, 'casebook_search')
  await say(world, 'more', { session, model })
  assert.deepEqual(
    offered(model).slice(1),
    own.filter((name) => name !== 'casebook_search'),
  )
})

test('a model cannot give them up either, and a chat that lost them has them again', async (t) => {
  const world = await known(t)
  const session = newSession('c')
  session.turns = [{ ...(await lostTurn(t)) }]
  const all = own.map((name) => `"${name}"`).join(', ')
  const script = [
    { when: { tool: null }, reply: `[${all}]`, times: 9 },
    { reply: 'plain', times: 9 },
  ]
  const model = scriptedModel(script)
  for (const question of ['one', 'two']) {
    await say(world, question, { session, model, settings: { pruner: 'model' } })
    assert.deepEqual(offered(model).slice(1), own)
  }
  const remove = { name: 'SYS_REMOVE_TOOLS', arguments: { tool_names: ['casebook_recall'] } }
  const tidy = scriptedModel([{ reply: { tool_calls: [remove] } }, { reply: 'kept' }])
  await say(world, 'three', { session, model: tidy, settings: { mode: 'autonomous' } })
  assert.match(tidy.requests[1]?.messages.at(-1)?.content ?? '', /Cannot be removed: casebook_recall/)
})

/** The record of a turn as an earlier version wrote it: without a mode. */
async function lostTurn(t: TestContext) {
  const session = newSession('old')
  await say(await known(t), 'x', { session, model: scriptedModel([{ reply: 'plain' }]) })
  const { mode: _, ...turn } = session.turns[0] ?? assert.fail()
  assert.doesNotThrow(() => toolSession.parse({ ...session, turns: [turn] }))
  return turn
}

test('the search tool that goes along is counted among the tokens of a request', async (t) => {
  const world = openWorld(t)
  const session = newSession('c')
  await say(world, 'hello', { session, model: scriptedModel([{ reply: 'plain' }]) })
  const { active, tokens } = await reportTools(session, world.store)
  assert.deepEqual(active, [])
  assert.ok(tokens.active > 50, String(tokens.active))
  assert.equal(tokens.active, session.turns[0]?.tokens.offered)
})

test('a turn that the person stops is no failure', async (t) => {
  const world = await known(t)
  const session = newSession('c')
  const stop = new AbortController()
  const model = scriptedModel([{ reply: { content: 'late', delay: 5_000 } }])
  const turn = say(world, 'slow?', { session, model, signal: stop.signal })
  setTimeout(() => stop.abort(new Error('stopped')), 20)
  await assert.rejects(turn, /stopped/)
  assert.equal(session.turns[0]?.outcome, 'stopped')
  assert.equal((await world.shelf.load('c'))?.turns[0]?.outcome, 'stopped')
})

test('the script of the demo recalls what the person asked, and fails only where the person says so', async (t) => {
  const world = await known(t)
  const file = new URL('../../fixtures/model-scripts/chat.json', import.meta.url)
  const model = scriptedModel(parseScript(readFileSync(file, 'utf8'), 'chat.json'))
  const notes = '=== notes ===\n| fail: totals may fail\n===\n\nfail when it is late'
  const beside = besideText({ notes, unknown: [], code: '', attached: '' })
  const { outcome, ran } = await say(world, 'Why do totals fail?', {
    session: newSession('c'),
    model,
    beside,
  })
  assert.deepEqual(ran, ['casebook_recall'])
  const [call] = model.requests[1]?.messages.flatMap((one) =>
    one.role === 'assistant' ? (one.calls ?? []) : [],
  ) ?? [assert.fail()]
  assert.deepEqual(call?.arguments, { text: 'Why do totals fail?' })
  assert.match(outcome.text, /Memory says: casebook_recall is done/)
  await assert.rejects(say(world, 'Fail now', { session: newSession('d'), model, beside }), /cut off/)
})
