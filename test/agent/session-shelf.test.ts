/** Chats with their tools: what gives way to newer ones, and what another version left. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSessionShelf } from '../../src/agent/tool-store/session-shelf.ts'
import { addTools, newSession, newTurn } from '../../src/agent/toolbox/session.ts'
import { openWorld, tool } from './world.ts'

test('the newest chats are kept, and one that is used again is a new one', async (t) => {
  const { db } = openWorld(t)
  let now = 0
  const shelf = openSessionShelf(db, () => now++)
  for (let n = 0; n < 200; n++) await shelf.save(newSession(`chat-${n}`))
  await shelf.save(newSession('chat-0'))
  await shelf.save(newSession('one more'))
  const ids = await shelf.ids()
  assert.equal(ids.length, 200)
  assert.deepEqual(ids.slice(0, 2), ['one more', 'chat-0'])
  assert.ok(!ids.includes('chat-1'))
})

test('a chat that another version wrote keeps no tool from being removed', async (t) => {
  const { db, store, shelf } = openWorld(t)
  await store.sync([tool('one'), tool('two')])
  const session = newSession('mine')
  addTools(session, ['one', 'two'], 'found')
  await shelf.save(session)
  db.prepare('insert into tool_session (id, state, updated_at) values (?, ?, ?)').run('odd', '{"v":9}', 1)
  await store.sync([tool('two')], ['shop'])
  const kept = await shelf.load('mine')
  assert.deepEqual(
    kept?.active.map(({ name }) => name),
    ['two'],
  )
})

test('what a model searched tools for is kept without its secrets', async (t) => {
  const { db, shelf } = openWorld(t)
  const session = newSession('mine')
  session.turns.push(newTurn(0))
  addTools(session, ['one'], `found for token ghp_${'a1B2'.repeat(9)}`)
  await shelf.save(session)
  const { state } = db.prepare('select state from tool_session').get() ?? {}
  assert.doesNotMatch(String(state), /ghp_a1B2/)
  assert.match(String(state), /found for token/)
})
