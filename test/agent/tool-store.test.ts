import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openToolStore } from '../../src/agent/tool-store/tool-store.ts'
import { averaged, sharesOf } from '../../src/agent/tool-store/vectors.ts'
import { hashOf, type ListedTool, textsOf, toDocument } from '../../src/agent/toolbox/document.ts'
import { newSession, pinTool } from '../../src/agent/toolbox/session.ts'
import { syncTools } from '../../src/agent/toolbox/sync.ts'
import { localEmbedder } from '../../src/llm/embed-local.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { calls, offeredIn, servedModel } from './server-model.ts'
import { countingEmbedder, family, names, openWorld, talk, tool } from './world.ts'

const weather = tool('get_weather', 'Tells the weather of a place.', {
  schema: { type: 'object', properties: { place: { type: 'string' }, days: { type: 'integer' } } },
})
const mail = tool('send_mail', 'Sends a message to somebody.')
const rows = (world: { db: { prepare(sql: string): { all(): unknown[] } } }) =>
  world.db.prepare('select id, name, sha from tool order by id').all()

test('D-50: one new tool is one insert and one call of the embedder', async (t) => {
  const embedder = countingEmbedder()
  const world = openWorld(t, { embedder })
  assert.deepEqual(await world.store.sync([weather]), { added: ['get_weather'], updated: [], removed: [] })
  assert.equal(embedder.calls, 1)
  assert.deepEqual((await world.store.sync([weather, mail])).added, ['send_mail'])
  assert.equal(embedder.calls, 2)
})

test('D-50: a change is one update, a removal one deletion without the embedder', async (t) => {
  const embedder = countingEmbedder()
  const world = openWorld(t, { embedder })
  await world.store.sync([weather, mail])
  const before = rows(world)
  embedder.calls = 0
  const changed = { ...mail, description: 'Sends a letter by post.' }
  assert.deepEqual(await world.store.sync([weather, changed]), {
    added: [],
    updated: ['send_mail'],
    removed: [],
  })
  assert.equal(embedder.calls, 1)
  assert.deepEqual(rows(world)[0], before[0])
  assert.notDeepEqual(rows(world)[1], before[1])
  assert.deepEqual(await world.store.sync([weather]), { added: [], updated: [], removed: ['send_mail'] })
  assert.equal(embedder.calls, 1)
  assert.equal(await world.store.count(), 1)
  assert.equal(world.db.prepare('select count(*) as n from tool_vector').get()?.n, 1)
  assert.equal(world.db.prepare('select count(*) as n from tool_fts').get()?.n, 1)
})

test('D-50: another order of keys changes nothing', async (t) => {
  const embedder = countingEmbedder()
  const world = openWorld(t, { embedder })
  await world.store.sync([weather])
  embedder.calls = 0
  const schema = { properties: { days: { type: 'integer' }, place: { type: 'string' } }, type: 'object' }
  const same = { schema, description: weather.description, server: weather.server, name: weather.name }
  assert.deepEqual(await world.store.sync([same]), { added: [], updated: [], removed: [] })
  assert.equal(embedder.calls, 0)
})

test('D-50: what is done brings the known tools to the listed ones, and then there is nothing to do', () => {
  const listed = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      server: fc.constantFrom('s', 't'),
      description: fc.constantFrom('x', 'y'),
      schema: fc.constant({}),
    }),
    { selector: ({ name, server }) => `${server}/${name}` },
  )
  const asKnown = (tools: ListedTool[]) => tools.map((one) => toDocument(one, `${one.server}_${one.name}`))
  fc.assert(
    fc.property(listed, listed, (before, after) => {
      const known = asKnown(before)
      const { insert, update, remove } = syncTools(known, after)
      const result = [
        ...known.filter(({ name }) => !remove.includes(name) && !update.some((one) => one.name === name)),
        ...asKnown([...insert, ...update.map((one) => one.tool)]),
      ]
      const sorted = (tools: { name: string; sha: string }[]) =>
        tools.map(({ name, sha }) => `${name} ${sha}`).sort()
      assert.deepEqual(sorted(result), sorted(asKnown(after)))
      const again = syncTools(result, after)
      assert.deepEqual([again.insert, again.update, again.remove], [[], [], []])
      const touched = [...insert, ...update.map((one) => one.tool)]
      for (const one of touched)
        assert.ok(
          !known.some(
            (old) => old.origin === one.name && old.server === one.server && old.sha === hashOf(one),
          ),
        )
    }),
  )
})

test('D-49: a server that was not reached keeps its tools', async (t) => {
  const world = openWorld(t)
  await world.store.sync([weather, { ...mail, server: 'post' }])
  const synced = await world.store.sync([], ['shop'])
  assert.deepEqual(synced.removed, ['get_weather'])
  assert.deepEqual(
    world.store.all().map(({ name }) => name),
    ['send_mail'],
  )
})

test('D-51: a tool that its server took back is in no later request and in no kept chat', async (t) => {
  const world = openWorld(t)
  await world.store.sync([weather, mail])
  const model = await servedModel(t, [{ reply: 'first' }, { reply: 'second' }])
  const chat = talk(world, model, { mode: 'autonomous' })
  for (const name of ['get_weather', 'send_mail']) pinTool(chat.session, name)
  await chat.say('one')
  const kept = newSession('other')
  pinTool(kept, 'send_mail')
  await world.shelf.save(kept)
  await world.store.sync([weather])
  await chat.say('two')
  const [first, second] = offeredIn(model)
  assert.ok(first?.includes('send_mail'))
  assert.deepEqual(second?.slice(2), ['get_weather'])
  assert.deepEqual((await world.shelf.load('other'))?.active, [])
  assert.deepEqual(chat.session.turns[1]?.changes, [
    { op: 'removed', name: 'send_mail', why: 'gone from its server' },
  ])
})

test('D-51: a chat in the middle of a turn loses the tool at its next request', async (t) => {
  const world = openWorld(t)
  await world.store.sync([weather, mail])
  const model = await servedModel(t, [{ reply: calls(['get_weather', {}]) }, { reply: 'done' }])
  const run = async () => {
    await world.store.sync([mail])
    return { content: 'sunny', ok: true }
  }
  const chat = talk(world, model, { mode: 'autonomous' }, { runner: { run } })
  for (const name of ['get_weather', 'send_mail']) pinTool(chat.session, name)
  await chat.say('weather?')
  assert.deepEqual(
    offeredIn(model).map((one) => one?.includes('get_weather')),
    [true, false],
  )
})

test('names that APIs do not take, or that are taken, get one with their server, and keep it', async (t) => {
  const world = openWorld(t)
  const other = { ...mail, server: 'post' }
  const odd = tool('files/read file', 'Reads.')
  const long = tool('x'.repeat(90), 'Long.')
  const meta = tool('SYS_SEARCH_TOOLS', 'Pretends.')
  const listed = [mail, other, odd, long, meta]
  const { added } = await world.store.sync(listed)
  assert.deepEqual(added.slice(0, 3), ['send_mail', 'post_send_mail', 'shop_files_read_file'])
  assert.ok(added.every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name)))
  assert.equal(added[4], 'shop_SYS_SEARCH_TOOLS')
  assert.deepEqual(await world.store.sync(listed), { added: [], updated: [], removed: [] })
  await world.store.sync([other], ['shop', 'post'])
  assert.deepEqual(
    world.store.all().map(({ name }) => name),
    ['post_send_mail'],
  )
})

test('D-37: two keywords give the union without duplicates, k of each at most', async (t) => {
  const world = openWorld(t)
  await world.store.sync([
    ...family('invoice', 8),
    ...family('parcel', 8),
    tool('invoice_parcel', 'Joins both.'),
  ])
  const one = await world.store.search(['invoice'], { k: 5 })
  assert.equal(one.length, 5)
  const both = await world.store.search(['invoice parcel', 'parcel'], { k: 5 })
  assert.ok(both.length > 5 && both.length <= 10)
  assert.equal(new Set(both.map(({ name }) => name)).size, both.length)
  assert.ok(both.some(({ name }) => name === 'invoice_parcel'))
  const without = await world.store.search(['invoice'], { k: 9, without: names('invoice', 7) })
  assert.ok(without.every(({ name }) => !names('invoice', 7).includes(name)))
})

test('a keyword of nothing but signs finds nothing', async (t) => {
  const world = openWorld(t)
  await world.store.sync([weather])
  for (const keyword of ['', '?!', '"', 'AND', 'NEAR(']) await world.store.search([keyword], { k: 5 })
  assert.deepEqual(await world.store.search(['?!'], { k: 5 }), [])
})

test('a change of a tool is found by its new words and not by its old ones', async (t) => {
  const world = openWorld(t)
  await world.store.sync([weather, mail])
  assert.equal((await world.store.search(['weather'], { k: 1 }))[0]?.name, 'get_weather')
  await world.store.sync([weather, { ...mail, description: 'Counts zebras.' }])
  const found = await world.store.search(['zebras'], { k: 5 })
  assert.equal(found[0]?.name, 'send_mail')
  assert.ok(found.every(({ name, score }) => name === 'send_mail' || score < (found[0]?.score ?? 0)))
})

test('D-52: weights of the name alone rank as names alone do', async (t) => {
  const tools = [
    tool('convert_currency', 'Paints a picture of a horse.'),
    tool('paint_horse', 'Converts currency from one to another.'),
    tool('list_files', 'Shows what lies in a folder.'),
  ]
  const weights = { name: 1, description: 0, schema: 0, questions: 0 }
  const byName = openWorld(t, {
    embedding: { kind: 'tdwa', weights },
    weights: { words: 0, vectors: 1, meant: 0 },
  })
  await byName.store.sync(tools)
  const namesOnly = openWorld(t, { weights: { words: 0, vectors: 1, meant: 0 } })
  await namesOnly.store.sync(tools.map((one) => ({ ...one, description: '' })))
  for (const keyword of ['convert currency', 'paint a horse', 'files in a list']) {
    const order = async (world: typeof byName) =>
      (await world.store.search([keyword], { k: 3 })).map(({ name }) => name)
    assert.deepEqual(await order(byName), await order(namesOnly))
  }
  const description = openWorld(t, {
    embedding: { kind: 'tdwa', weights: { ...weights, name: 0, description: 1 } },
    weights: { words: 0, vectors: 1, meant: 0 },
  })
  await description.store.sync(tools)
  assert.equal((await description.store.search(['convert currency'], { k: 1 }))[0]?.name, 'paint_horse')
})

test('D-52: shares have the sum of one, and a vector does not change with the scale of the weights', () => {
  const weight = fc.double({ min: 0.01, max: 10, noNaN: true })
  const vector = fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 })
    .map((values) => Float32Array.from(values, (value) => value || 0.5))
  const parts = fc.record({ name: weight, description: weight, schema: weight, questions: weight })
  fc.assert(
    fc.property(
      parts,
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.tuple(vector, vector),
      (weights, factor, [a, b]) => {
        const vectors = new Map([
          ['name', a],
          ['description', b],
        ])
        const scaled = Object.fromEntries(
          Object.entries(weights).map(([part, value]) => [part, value * factor]),
        )
        const one = sharesOf({ kind: 'tdwa', weights })
        const other = sharesOf({ kind: 'tdwa', weights: scaled as typeof weights })
        assert.ok(Math.abs([...one.values()].reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
        const [first, second] = [averaged(vectors, one, 6), averaged(vectors, other, 6)]
        first.forEach((value, at) => void assert.ok(Math.abs(value - (second[at] ?? 0)) < 1e-5))
      },
    ),
  )
  assert.throws(
    () => sharesOf({ kind: 'tdwa', weights: { name: 0, description: 0, schema: 0, questions: 0 } }),
    RangeError,
  )
})

test('D-52: questions are part of a document, and a reranker has the last word', async (t) => {
  const asked = { ...weather, questions: ['Do I need an umbrella tomorrow?'] }
  assert.notEqual(hashOf(asked), hashOf(weather))
  assert.equal(hashOf({ ...weather, questions: [] }), hashOf(weather))
  const world = openWorld(t, {
    rerank: async (_, hits) =>
      hits
        .map(({ name }) => name)
        .sort()
        .reverse(),
  })
  await world.store.sync([asked, tool('umbrella_shop', 'Sells an umbrella.'), mail])
  const found = await world.store.search(['umbrella'], { k: 2 })
  const order = found.map(({ name }) => name)
  assert.deepEqual(order, [...order].sort().reverse())
  assert.ok(order.includes('umbrella_shop') || order.includes('send_mail'))
})

test('another way of embedding makes its vectors at the first search, without the servers', async (t) => {
  const world = openWorld(t)
  await world.store.sync([weather, mail])
  const weights = { name: 1, description: 1, schema: 1, questions: 1 }
  const other = openToolStore({
    db: world.db,
    embedder: localEmbedder(),
    embedding: { kind: 'tdwa', weights },
  })
  assert.equal((await other.search(['weather'], { k: 1 }))[0]?.name, 'get_weather')
  assert.equal((await world.store.search(['weather'], { k: 1 }))[0]?.name, 'get_weather')
})

test('what another process changed is found', async (t) => {
  using folder = makeRepo({}, { git: false })
  const one = openWorld(t, { folder: folder.dir })
  const two = openWorld(t, { folder: folder.dir })
  await one.store.sync([weather])
  assert.equal((await two.store.search(['weather'], { k: 1 })).length, 1)
  await one.store.sync([mail])
  assert.deepEqual(
    (await two.store.search(['weather', 'message'], { k: 5 })).map(({ name }) => name),
    ['send_mail'],
  )
  one.db.close()
  two.db.close()
})

test('parameters are found by their names, descriptions and choices', () => {
  const schema = {
    type: 'object',
    properties: {
      'air-line': { type: 'string', description: 'Two letters.', enum: ['LH', 'BA'] },
      legs: { type: 'array', items: { type: 'object', properties: { gate: { type: 'string' } } } },
    },
  }
  const { schema: text } = textsOf(toDocument(tool('book', '', { schema }), 'book'))
  assert.equal(text, 'air line Two letters. LH BA legs gate')
})
