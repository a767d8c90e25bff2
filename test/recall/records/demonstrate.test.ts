/** Demonstrations out of a store: at which moments, of whom, and never of the future or of itself. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type Attempt, type Content, longestInline } from '../../../src/memory/episode.ts'
import { defaultRecordRecall } from '../../../src/memory/recall/records/context.ts'
import type { RecallQuery } from '../../../src/memory/recollection.ts'
import { attemptsOf, type ShippedTrajectory, shipped } from './experepair.ts'
import { manyDrafts } from './many.ts'
import { episodeDraft } from './records.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world.close())

function attempt(kind: Attempt['kind'], text: string, passed: boolean, feedback = ''): Attempt {
  const told = { text: feedback }
  return {
    kind,
    content: { text },
    feedback: told,
    exitCode: null,
    passed,
    analysis: '',
    advice: '',
    files: [],
    at: null,
  }
}

const repaired = (goal: string, error: string, right: string, more: object = {}) =>
  episodeDraft(goal, {
    attempts: [
      attempt('test', `wrong ${right}`, false, error),
      attempt('test', right, true),
      attempt('patch', `wrong patch ${right}`, false, error),
      attempt('patch', `patch ${right}`, true),
    ],
    ...more,
  })

const recall = async (query: Partial<RecallQuery> & { text: string }, demonstrations = 1) =>
  (
    await world.recall(query, {
      settings: { ...defaultRecordRecall, demonstrations, ranker: 'bm25' },
    })
  ).demonstrations

test('each moment gets its kind, and other moments get none', async () => {
  world.put(repaired('The pool leaks', 'PoolError: closed', 'close once'))
  const kinds = async (moment: RecallQuery['moment']) =>
    (await recall({ text: 'another issue', moment })).map(({ kind }) => kind)
  assert.deepEqual(await kinds('first-test'), ['test-initial'])
  assert.deepEqual(await kinds('after-failure'), ['test-repair'])
  assert.deepEqual(await kinds('refine-patch'), ['patch'])
  for (const moment of ['any', 'task-start', 'before-edit'] as const)
    assert.deepEqual(await kinds(moment), [])
})

test('another error brings another demonstration', async () => {
  world.put(repaired('Pools', 'the socket was closed by the peer', 'first'))
  world.put(repaired('Themes', 'the colour has no contrast at night', 'second'))
  world.put(repaired('Dates', 'a day of February is missing', 'third'))
  const right = async (output: string) =>
    (await recall({ text: 'new issue', moment: 'after-failure', output }))[0]?.right
  assert.equal(await right('socket closed by peer again'), 'first')
  assert.equal(await right('no contrast of a colour'), 'second')
})

test('gives as many as the settings say, of different issues', async () => {
  for (const at of [0, 1, 2, 3]) world.put(repaired('One issue', `error ${at}`, `right ${at}`))
  world.put(repaired('Other issue', 'error', 'right'))
  const count = async (wished: number) =>
    (await recall({ text: 'x', moment: 'after-failure' }, wished)).length
  assert.deepEqual([await count(0), await count(1), await count(3)], [0, 1, 2])
})

test('never its own issue, its own session, or the future', async () => {
  world.put(repaired('The pool leaks', 'e', 'mine', { sessionId: 's1' }))
  const query = { text: 'x', moment: 'after-failure' } as const
  assert.equal((await recall(query)).length, 1)
  assert.deepEqual(await recall({ ...query, text: '\n The pool leaks ' }), [])
  assert.deepEqual(await recall({ ...query, sessionId: 's1' }), [])
  const other = openWorld()
  other.put({ ...repaired('Past', 'e', 'right', { endedAt: 500 }), validFrom: 100 })
  const { demonstrations } = await other.recall({ ...query, before: 300 })
  assert.deepEqual(demonstrations, [])
  assert.equal((await other.recall({ ...query, before: 501 })).demonstrations.length, 1)
  other.close()
})

test('trajectories that failed stay in memory, but are no demonstrations', async () => {
  world.put(
    episodeDraft('The pool leaks', { attempts: [attempt('test', 'a', false), attempt('test', 'b', false)] }),
  )
  assert.deepEqual(await recall({ text: 'pool', moment: 'after-failure' }), [])
  assert.equal(world.store.count({ kinds: ['episode'] }), 1)
})

test('shows evidence whole and masked', async () => {
  const whole = `${'x = 1\n'.repeat(2_000)}password = hunter2\n`
  const artifact = world.store.putArtifact('file', 'text/plain', whole)
  const attempts = [attempt('patch', 'wrong', false), attempt('patch', 'preview', true)]
  const right = { ...attempts[1], content: { text: 'preview', artifact } } as Attempt
  world.put(episodeDraft('The pool leaks', { attempts: [attempts[0] as Attempt, right] }))
  const [found] = await recall({ text: 'other', moment: 'refine-patch' })
  assert.equal(found?.right, whole.replace('hunter2', '«secret»'))
})

test('finds the few that tried something among thousands of the history', async () => {
  world.fill(manyDrafts(1_500).filter(({ episode }) => episode?.origin === 'history'))
  world.put(repaired('Pools', 'the socket was closed', 'found'))
  const [only] = await recall({ text: 'x', moment: 'after-failure', output: 'socket closed' })
  assert.equal(only?.right, 'found')
})

test('finds the likely ones among many that tried something', async () => {
  world.fill(manyDrafts(1_500).filter(({ episode }) => episode?.origin === 'repair'))
  const error = 'ZirkonError: the socket was closed by zanzibar'
  world.put(repaired('Pools', error, 'found', { signatures: [error] }))
  const [best] = await recall({ text: 'x', moment: 'after-failure', output: error })
  assert.equal(best?.right, 'found')
})

const trajectories = shipped<ShippedTrajectory>('django-10914.reproduce_experiences.jsonl')
const asked = shipped<ShippedTrajectory>('django-12708.reproduce_experiences.jsonl')
const skip = trajectories === null ? 'the shipped trajectories of ExpeRepair are not on this machine' : false

test('out of a store, too, ExpeRepair picks what it picked', { skip }, async () => {
  // As a recorder stores them: what is long lies in an artifact.
  const kept = ({ text }: Content): Content =>
    text.length <= longestInline
      ? { text }
      : { text: text.slice(0, 500), artifact: world.store.putArtifact('file', 'text/plain', text) }
  for (const one of trajectories ?? []) {
    const attempts = attemptsOf(one).map((step) => ({
      ...step,
      content: kept(step.content),
      feedback: step.feedback === null ? null : kept(step.feedback),
    }))
    world.put(episodeDraft('set default permission', { goal: one.issue_description, attempts }))
  }
  const wrong = (trajectories ?? []).flatMap(attemptsOf).filter(({ passed }) => passed === false)
  const picks = []
  for (const step of asked?.[1]?.exps.slice(0, 3) ?? []) {
    const query = { text: asked?.[1]?.issue_description ?? '', moment: 'after-failure' } as const
    const [best] = await recall({ ...query, output: step.new_exec_result, attempt: step.new_test })
    picks.push(wrong.findIndex(({ content }) => content.text === best?.wrong))
  }
  assert.deepEqual(picks, [1, 0, 0])
})
