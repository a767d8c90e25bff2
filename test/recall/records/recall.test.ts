/** Recall over a real store: what is found, what is not, in which order, and why. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { estimateTokens } from '../../../src/memory/recall/records/token-estimate.ts'
import type { AnchorState } from '../../../src/memory/recollection.ts'
import type { MemoryRecord } from '../../../src/memory/record.ts'
import { errorSignatures } from '../../../src/memory/signatures.ts'
import { episodeDraft, factDraft, lessonDraft } from './records.ts'
import { idsOf, now, openWorld, type World } from './world.ts'

let world: World
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world.close())

const anchor = { path: 'src/pool.ts', symbol: 'Pool.take', blob: 'aa', commit: null }
const state = (name: AnchorState['state']) => (record: MemoryRecord) =>
  record.anchors.map((one): AnchorState => ({ anchor: one, state: name }))

test('finds by words, and says in which channel and why', async () => {
  const hit = world.put(factDraft('The connection pool holds at most ten sockets.'))
  world.put(factDraft('Colours come from the theme file.'))
  const { memories, block } = await world.recall({ text: 'how many sockets has the pool?' })
  assert.deepEqual(idsOf(memories), [hit.id])
  const [found] = memories
  assert.deepEqual(
    found?.channels.map(({ channel, rank }) => [channel, rank]),
    [['words', 1]],
  )
  assert.match(found?.why ?? '', /shares words with the question \((?:pool, sockets|sockets, pool)\)/)
  assert.ok(
    block.includes('at most ten sockets') && block.includes(`mem:${hit.id}`) && block.includes('[m1]'),
  )
})

test('an error signature brings back the episode that met it, before one that only shares words', async () => {
  const output = 'Traceback:\nPoolError: socket 17 is closed'
  const signatures = errorSignatures(output)
  const met = world.put(episodeDraft('The nightly job failed.', { signatures }))
  world.put(episodeDraft('socket closed somewhere else, a PoolError too'))
  const { memories } = await world.recall({
    text: 'fix the job',
    moment: 'after-failure',
    output: 'PoolError: socket 99 is closed',
  })
  assert.equal(memories[0]?.record.id, met.id)
  assert.ok(memories[0]?.channels.some(({ channel }) => channel === 'signature'))
})

test('finds by path, symbol and issue exactly, also where the words say nothing', async () => {
  const cited = world.put(factDraft('Be careful here.', { anchors: [anchor] }))
  const numbered = world.put(episodeDraft('something', { issues: ['#4711'] }))
  const ids = async (query: Parameters<World['recall']>[0]) => idsOf((await world.recall(query)).memories)
  assert.deepEqual(await ids({ text: 'what about src/pool.ts' }), [cited.id])
  assert.deepEqual(await ids({ text: 'edit', path: 'src/pool.ts' }), [cited.id])
  assert.deepEqual(await ids({ text: 'edit', symbol: 'Pool.take' }), [cited.id])
  assert.deepEqual(await ids({ text: 'see #4711' }), [numbered.id])
  const frame = 'File "/home/bob/work/src/pool.ts", line 3, in take'
  assert.deepEqual(await ids({ text: 'edit', output: `Traceback\n${frame}` }), [cited.id])
})

test('does not answer about names that neither memory nor code knows', async () => {
  world.put(factDraft('The service restarts at night.'))
  const { memories, unknown, nothingFound, block } = await world.recall({
    text: 'why does FrobnicatorService restart',
  })
  assert.deepEqual(memories, [])
  assert.deepEqual(unknown, ['FrobnicatorService'])
  assert.match(nothingFound ?? '', /knows “FrobnicatorService”/)
  assert.equal(block, '')
  const known = openWorld(['FrobnicatorService'])
  known.put(factDraft('The service restarts at night.'))
  assert.equal((await known.recall({ text: 'why does FrobnicatorService restart' })).memories.length, 1)
  known.close()
})

test('a name that a record says in its words only is known', async () => {
  const hit = world.put(factDraft('Call resetEverything before each test.'))
  const { memories, unknown } = await world.recall({ text: 'resetEverything' })
  assert.deepEqual([idsOf(memories), unknown], [[hit.id], []])
})

test('an unknown name in a long issue is listed, and the rest of the issue is answered', async () => {
  const hit = world.put(factDraft('The connection pool holds at most ten sockets.'))
  const text = `The connection pool runs out of sockets\n\nWe call \`MyOwnHelper\` in our program.\n${'It hangs. '.repeat(20)}`
  const { memories, unknown } = await world.recall({ text })
  assert.deepEqual(idsOf(memories), [hit.id])
  assert.deepEqual(unknown, ['MyOwnHelper'])
})

test('a file that is not known yet is open: the question is answered all the same', async () => {
  const hit = world.put(factDraft('The connection pool holds at most ten sockets.'))
  const { memories, unknown } = await world.recall({
    text: 'pool sockets',
    path: 'src/new.ts',
    symbol: 'NewThing',
  })
  assert.deepEqual([idsOf(memories), unknown], [[hit.id], ['src/new.ts', 'NewThing']])
})

test('a path that is written in part means the files that end so', async () => {
  const hit = world.put(factDraft('Be careful here.', { anchors: [anchor] }))
  const filesEnding = (path: string) => (path === 'pool.ts' ? ['src/pool.ts'] : [])
  const { memories, unknown } = await world.recall({ text: 'why is pool.ts slow' }, { filesEnding })
  assert.deepEqual([idsOf(memories), unknown], [[hit.id], []])
  assert.deepEqual((await world.recall({ text: 'why is nowhere.ts slow' }, { filesEnding })).unknown, [
    'nowhere.ts',
  ])
})

test('says that nothing was found', async () => {
  world.put(factDraft('Colours come from the theme file.'))
  assert.match((await world.recall({ text: 'database migration' })).nothingFound ?? '', /No memory fits/)
  assert.match((await world.recall({ text: 'how does it' })).nothingFound ?? '', /no word/)
  assert.match((await world.recall({ text: '' })).nothingFound ?? '', /no word/)
})

test('shows neither candidates nor what is over, and lists candidates in shadow only', async () => {
  const text = 'The pool holds ten sockets'
  const statuses = ['superseded', 'archived', 'retracted', 'candidate'] as const
  const [, , , candidate] = world.fill(statuses.map((status, at) => factDraft(`${text} ${at}.`, { status })))
  world.put(factDraft(`${text} no more.`, { validFrom: 1, validTo: 2 }))
  const plain = await world.recall({ text: 'pool sockets' })
  assert.deepEqual([plain.memories, plain.shadow, plain.block], [[], [], ''])
  const shadowed = await world.recall({ text: 'pool sockets', shadow: true })
  assert.deepEqual(idsOf(shadowed.shadow), [candidate?.id])
  assert.deepEqual([shadowed.memories, shadowed.block], [[], ''])
})

test('never shows what a person muted, and says so', async () => {
  const muted = world.put(factDraft('The pool holds ten sockets.', { inhibited: true, pinned: true }))
  const { memories, cut, block } = await world.recall({ text: 'pool sockets' })
  assert.deepEqual([memories, block], [[], ''])
  assert.deepEqual(
    cut.map(({ record, why }) => [record.id, why]),
    [[muted.id, 'Left out: a person muted it.']],
  )
})

test('leaves out what the prompt shows already, at every way to it', async () => {
  const shown = world.put(factDraft('The pool holds ten sockets.'))
  const lesson = world.put(lessonDraft('sockets leak', 'Close the pool twice.'))
  world.link(lesson, 'complements', shown)
  for (const moment of ['any', 'task-start'] as const) {
    const { memories } = await world.recall({ text: 'pool sockets', moment, shown: [shown.id] })
    assert.deepEqual(idsOf(memories), [lesson.id])
  }
})

test('puts a pinned match first, but brings no pinned record that does not match', async () => {
  world.fill(
    Array.from({ length: 8 }, (_, at) => factDraft(`pool sockets pool sockets number ${at} kind ${at * 7}`)),
  )
  const pinned = world.put(
    factDraft(`Somewhere the pool is told about ${'many other things '.repeat(8)}`, { pinned: true }),
  )
  world.put(factDraft('Colours come from the theme file.', { pinned: true }))
  const { memories } = await world.recall({ text: 'pool sockets' })
  assert.equal(memories[0]?.record.id, pinned.id)
  assert.ok(memories.every(({ record }) => !record.text.startsWith('Colours')))
})

test('shows both sides of a contradiction or none', async () => {
  const one = world.put(factDraft('The pool holds ten sockets.', { status: 'contested' }))
  const other = world.put(factDraft('Sockets are unlimited.', { status: 'contested' }))
  world.link(one, 'contradicts', other)
  const both = [one.id, other.id].sort()
  assert.deepEqual(idsOf((await world.recall({ text: 'pool' })).memories).sort(), both)
  assert.deepEqual(idsOf((await world.recall({ text: 'unlimited' })).memories).sort(), both)
  const tight = await world.recall({ text: 'pool', limit: 1 })
  assert.deepEqual([tight.memories, tight.block], [[], ''])
  const alone = openWorld()
  alone.put(factDraft('The pool holds ten sockets.', { status: 'contested' }))
  const { memories, cut } = await alone.recall({ text: 'pool' })
  assert.deepEqual(memories, [])
  assert.match(cut[0]?.why ?? '', /contested/)
  alone.close()
})

test('drifted code weighs less and is marked, gone code is left out, moved code is cited where it is', async () => {
  const record = world.put(factDraft('The pool holds ten sockets.', { anchors: [anchor] }))
  const other = world.put(factDraft('Sockets of the pool are kept warm in winter.'))
  const recall = (name: AnchorState['state']) =>
    world.recall({ text: 'pool sockets' }, { anchors: state(name) })
  assert.equal((await recall('fresh')).memories[0]?.record.id, record.id)
  const drifted = await recall('drifted')
  assert.equal(drifted.memories[0]?.record.id, other.id)
  const found = drifted.memories.find((one) => one.record.id === record.id)
  assert.deepEqual([found?.freshness, found?.factors.anchor], ['drifted', 0.6])
  assert.ok(drifted.block.includes('the code changed since'))
  const gone = await recall('gone')
  assert.deepEqual(idsOf(gone.memories), [other.id])
  assert.match(gone.cut.find((one) => one.record.id === record.id)?.why ?? '', /gone/)
  const moved = await world.recall(
    { text: 'pool sockets' },
    {
      anchors: ({ anchors }) =>
        anchors.map((one) => ({
          anchor: one,
          state: 'moved',
          to: { path: 'lib/pool.ts', symbol: 'Pool.take' },
        })),
    },
  )
  assert.match(moved.block, /\| moved to lib\/pool\.ts#Pool\.take; mem:/)
  assert.match(drifted.block, /\| cites [^;]*; mem:/)
})

test('notes come before episodes, unless no note is near', async () => {
  const evidence = world.put(episodeDraft('sockets of the pool leak when it closes'))
  const note = world.put(lessonDraft('sockets leak', 'Close the pool twice.'))
  assert.deepEqual(idsOf((await world.recall({ text: 'sockets leak pool closes' })).memories), [
    note.id,
    evidence.id,
  ])
})

test('brings the episode that a lesson was derived from', async () => {
  const evidence = world.put(episodeDraft('The nightly job failed.'))
  const note = world.put(lessonDraft('sockets leak', 'Close the pool twice.'))
  world.link(note, 'derived_from', evidence)
  const { memories } = await world.recall({ text: 'sockets leak' })
  assert.deepEqual(idsOf(memories), [note.id, evidence.id])
  assert.equal(memories[1]?.channels[0]?.channel, 'link')
  assert.equal(memories[1]?.score, (memories[0]?.score ?? 0) / 2)
})

test('says a thing once: near-duplicates fall to the better one', async () => {
  const [one, other] = world.fill([
    factDraft('The connection pool of the server holds at most ten open sockets at a time.'),
    factDraft('The connection pool of the server holds at most ten open sockets at a time, too!'),
  ])
  world.count(other as MemoryRecord, { helped: 3 })
  const { memories, cut } = await world.recall({ text: 'pool sockets' })
  assert.deepEqual(idsOf(memories), [other?.id])
  assert.ok(cut.find(({ record }) => record.id === one?.id)?.why.includes(`mem:${other?.id}`))
})

test('after a failure comes again, what failed before leads, with lessons to avoid', async () => {
  const signatures = ['PoolError: socket # is closed']
  const tried = episodeDraft('Closed the pool twice.', {
    signatures,
    outcome: { verdict: 'failed', source: 'tests', command: null, exitCode: 1, log: null, evidence: [] },
  })
  const failed = world.put(tried)
  const avoid = world.put(lessonDraft('socket is closed', 'Do not retry.', { body: { polarity: 'avoid' } }))
  world.fill(
    Array.from({ length: 6 }, (_, at) =>
      lessonDraft(`job ${at}`, `The job wants patience of kind ${at * 13}.`),
    ),
  )
  const query = {
    text: 'fix the job',
    moment: 'after-failure',
    output: 'PoolError: socket 3 is closed',
  } as const
  const again = await world.recall({
    ...query,
    repair: true,
    limit: 3,
    kinds: ['lesson', 'episode'],
    budget: 600,
  })
  assert.equal(again.memories[0]?.record.id, failed.id)
  assert.ok(again.memories[0]?.channels.some(({ channel }) => channel === 'failure'))
  assert.ok(again.block.includes('episode, failed'))
  const found = [...again.memories, ...again.cut].find(({ record }) => record.id === avoid.id)
  assert.equal(found?.factors.kind, 1.3)
})

test('weighs localisation before the search', async () => {
  const where = world.put(
    lessonDraft('sockets leak', 'Look into src/pool.ts.', { body: { stream: 'localisation' } }),
  )
  const text = 'sockets leak'
  const boost = async (moment: 'task-start' | 'before-edit') =>
    (await world.recall({ text, moment })).memories.find(({ record }) => record.id === where.id)?.factors.kind
  assert.deepEqual([await boost('task-start'), await boost('before-edit')], [1.3, 1])
})

test('gives a prompt all facts and lessons while they fit, in a stable order, and says so', async () => {
  const all = world.fill(Array.from({ length: 7 }, (_, at) => factDraft(`Thing ${at} is ${at * 17} wide.`)))
  const sorted = all.map(({ id }) => id).sort()
  const first = await world.recall({ text: 'thing 3', moment: 'task-start' })
  const second = await world.recall({ text: 'colours', moment: 'before-edit' })
  assert.deepEqual(idsOf(first.memories), sorted)
  assert.deepEqual(idsOf(second.memories), sorted)
  assert.match(first.regime, /All 7 facts and lessons fit/)
  const small = await world.recall({ text: 'thing', moment: 'task-start', budget: 150 })
  assert.ok(small.memories.length < 7)
  assert.match(small.regime, /more facts and lessons than fit/)
  const unknown = await world.recall({ text: 'FrobnicatorService', moment: 'task-start' })
  assert.deepEqual(unknown.memories, [])
})

test('masks secrets again on the way out, in the block and in the records', async () => {
  world.put(factDraft('The pool is opened with hunter2.', { cue: 'hunter2 is asked for' }))
  const reply = await world.recall({ text: 'pool' })
  assert.equal(JSON.stringify([reply.memories, reply.block]).includes('hunter2'), false)
  assert.ok(reply.block.includes('«secret»'))
})

test('a handle in a text that leads nowhere is marked', async () => {
  const there = world.put(factDraft('Colours come from the theme file.'))
  const nowhere = 'mem:01ARZ3NDEKTSV4RRFFQ69G5FAV'
  world.put(factDraft(`About the pool see mem:${there.id} and ${nowhere} also`))
  const { block } = await world.recall({ text: 'pool' })
  assert.ok(block.includes(`${nowhere} (missing)`))
  assert.ok(block.includes(`mem:${there.id} and`))
})

test('recalls what bears a date before the question only', async () => {
  const [early, late] = world.fill([
    factDraft('The pool holds ten sockets.', { validFrom: 100 }),
    factDraft('The pool became lazy.', { validFrom: 200 }),
  ])
  const ids = async (before?: number) =>
    idsOf((await world.recall({ text: 'pool', ...(before !== undefined && { before }) })).memories).sort()
  assert.deepEqual(await ids(200), [early?.id])
  assert.deepEqual(await ids(100), [])
  assert.deepEqual(await ids(), [early?.id, late?.id].sort())
  world.put(factDraft('The pool of tomorrow.', { validFrom: now + 5 }))
  assert.equal((await ids()).length, 2)
})

test('a branch sees its own memories, others do not', async () => {
  const born = world.put(factDraft('The pool holds ten sockets.', { branch: 'topic' }))
  assert.deepEqual((await world.recall({ text: 'pool' })).memories, [])
  assert.deepEqual(idsOf((await world.recall({ text: 'pool' }, { branches: ['topic'] })).memories), [born.id])
})

test('neither the same session nor the same issue recalls itself', async () => {
  world.put(episodeDraft('The pool leaks sockets', { sessionId: 's1' }))
  assert.deepEqual((await world.recall({ text: ' The pool leaks sockets\n' })).memories, [])
  assert.deepEqual((await world.recall({ text: 'pool leaks', sessionId: 's1' })).memories, [])
  assert.equal((await world.recall({ text: 'pool leaks', sessionId: 's2' })).memories.length, 1)
})

test('never takes more tokens or records than allowed, and cuts long ones at their handle', async () => {
  const long = Array.from({ length: 90 }, (_, at) => `pool-word-${at}`).join(' ')
  world.fill(Array.from({ length: 12 }, (_, at) => factDraft(`${at * 31} ${long.slice(at * 40)}`)))
  world.put(episodeDraft(`pool ${'and a long story '.repeat(90)}`))
  for (const [limit, budget] of [
    [5, 1_200],
    [3, 200],
    [50, 400],
    [1, 1],
  ] as const) {
    const { memories, block } = await world.recall({ text: 'pool word', limit, budget })
    assert.ok(memories.length <= limit)
    assert.ok(estimateTokens(block) <= budget, `${estimateTokens(block)} of ${budget}`)
    for (const { record } of memories) assert.ok(block.includes(`mem:${record.id}`))
  }
})

test('three long memories find room in the default budget, each with the way to its rest', async () => {
  const files = Array.from({ length: 5 }, (_, at) => ({
    path: `packages/core/source/reservations/handlers/pool-${at}.ts`,
    change: 'M' as const,
  }))
  const animals = ['zebra', 'giraffe', 'lion', 'monkey']
  for (const animal of animals) {
    const lines = Array.from({ length: 200 }, (_, at) => `${animal}${at}`)
    world.put(episodeDraft(`pool of ${animal}s\n${lines.join('\n')}`, { files }))
  }
  const { memories, block } = await world.recall({ text: 'pool' })
  assert.ok(memories.length >= 3, `${memories.length} shown`)
  assert.ok(estimateTokens(block) <= 1_200)
  for (const { record } of memories) assert.ok(block.includes(`rest in mem:${record.id}`))
})
