/** The tool memory of a repository: opened when it is asked for, and clear about a file that is damaged or read-only. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSession } from '../../src/agent/toolbox/session.ts'
import { openToolMemory } from '../../src/casebook/tools.ts'
import type { DatabaseSync } from '../../src/memory/store/database.ts'
import { openMemory as openDatabase } from '../../src/memory/store/memory-db.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const tool = { server: 'shop', name: 'list_orders', description: 'Lists orders of a customer.', schema: {} }

test('two openings of one repository see each other’s tools and chats', async (t) => {
  using repo = makeRepo('python-small')
  const settings = { autoIndex: false }
  const one = await openMemory(t, repo.dir, { settings })
  const other = await openMemory(t, repo.dir, { settings })
  await one.tools.sync([tool])
  await one.tools.saveChat(newSession('chat'))
  assert.equal((await other.tools.search(['orders'], { k: 5 }))[0]?.name, 'list_orders')
  assert.deepEqual(await other.tools.chats(), ['chat'])
  await other.tools.sync([], ['shop'])
  assert.deepEqual(await one.tools.search(['orders'], { k: 5 }), [])
})

test('opening touches no table; a database that cannot be written still answers, and says what to do', async (t) => {
  const { db } = openDatabase(null)
  t.after(() => db.close())
  const watched = { prepare: () => assert.fail('asked') } as unknown as DatabaseSync
  openToolMemory(watched)
  const tools = openToolMemory(db)
  await tools.sync([tool])
  db.exec('pragma query_only = on')
  assert.equal((await tools.search(['orders'], { k: 5 })).length, 1)
  await assert.rejects(tools.saveChat(newSession('chat')), {
    name: 'UserError',
    message: /cannot be kept/,
    remedy: /right to write/,
  })
})

test('damage in memory.db is told with what to do about it', async () => {
  const broken = Object.assign(new Error('database disk image is malformed'), { errcode: 11 })
  const db = {
    prepare() {
      throw broken
    },
  } as unknown as DatabaseSync
  await assert.rejects(openToolMemory(db).chats(), {
    name: 'UserError',
    message: /damaged/,
    remedy: /backup/,
    cause: broken,
  })
})
