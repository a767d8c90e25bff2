/** The tool memory of a repository: opened when it is asked for, and clear about a file that is damaged or read-only. */

import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { newSession } from '../../src/agent/toolbox/session.ts'
import { openToolMemory } from '../../src/casebook/tools.ts'
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

test('damage in memory.db is told with what to do about it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-tools-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { db, file } = openDatabase(folder)
  const tools = openToolMemory(db)
  for (let n = 0; n < 40; n++)
    await tools.saveChat({ ...newSession(`chat-${n}`), banned: Array(500).fill(`no_${n}`) })
  db.close()
  spoil(file ?? '')
  const again = new DatabaseSync(file ?? '')
  t.after(() => again.close())
  await assert.rejects(openToolMemory(again).chats(), {
    name: 'UserError',
    message: /damaged/,
    remedy: /backup/,
  })
})

/** Every page behind the first is overwritten: opening finds nothing wrong. */
function spoil(file: string): void {
  const page = 4096
  const size = statSync(file).size
  const handle = openSync(file, 'r+')
  for (let at = page; at < size; at += page) writeSync(handle, Buffer.alloc(page, 7), 0, page, at)
  closeSync(handle)
}
