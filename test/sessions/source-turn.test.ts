/** The source turn of an imported episode: read from its file again, masked, and honest when it is gone. */

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { positionOf } from '../../src/casebook/source-turn.ts'
import { openShop, put, Work } from './shop.ts'

const goal = 'The total of a cart is off by one'

test('shows the turn that an episode began with, up to the next request', async (t) => {
  const { book, home, repo } = await openShop(t)
  const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`
  const work = new Work(repo.dir).says('Hello there').repairs(goal).answers(`It works with ${token}.`)
  const file = put(home, 's1', work.says('Now something else').lines)
  await book.sessions.import({ agents: ['claude-code'] })
  const id = await firstEpisode(book.sessions)
  const turn = await book.sessions.turn(id)
  assert.deepEqual(
    [turn.agent, turn.title, turn.file, turn.exists],
    ['claude-code', 'Claude Code', file, true],
  )
  assert.equal(turn.place, `${file}:${turn.line}`)
  const kinds = turn.parts.map(({ kind }) => kind)
  assert.equal(kinds[0], 'user')
  assert.equal(kinds.filter((kind) => kind === 'user').length, 1)
  const text = turn.parts.map((part) => part.text).join('\n')
  assert.doesNotMatch(text, /something else|ghp_a1/)

  rmSync(file)
  const gone = await book.sessions.turn(id)
  assert.deepEqual([gone.exists, gone.parts], [false, []])
})

test('says that other memories have no source turn', async (t) => {
  const { book } = await openShop(t)
  const { record } = await book.memories.remember({ text: 'Carts hold at most 99 items.', kind: 'fact' })
  await assert.rejects(book.sessions.turn(record.id), { name: 'UserError', message: /no source turn/ })
  await assert.rejects(book.sessions.turn('01ARZ3NDEKTSV4RRFFQ69G5FAV'), { name: 'UserError' })
})

test('takes a place apart by what is there', () => {
  const there =
    (...files: string[]) =>
    (file: string) =>
      files.includes(file)
  assert.deepEqual(positionOf('/a/b.jsonl:12', there('/a/b.jsonl')), { file: '/a/b.jsonl', line: 12 })
  assert.deepEqual(positionOf('/a/b.jsonl:12', there()), { file: '/a/b.jsonl', line: 12 })
  assert.deepEqual(positionOf('/a/b.json#history/3', there('/a/b.json')), { file: '/a/b.json', line: null })
  assert.deepEqual(positionOf('/c#/b.db#x:7', there('/c#/b.db')), { file: '/c#/b.db', line: null })
  assert.deepEqual(positionOf('/c#/b.md:7', there('/c#/b.md')), { file: '/c#/b.md', line: 7 })
  assert.deepEqual(positionOf('/a/b.json#k', there()), { file: '/a/b.json', line: null })
  assert.deepEqual(positionOf('C:\\a\\b.md', there('C:\\a\\b.md')), { file: 'C:\\a\\b.md', line: null })
})

async function firstEpisode(
  sessions: Awaited<ReturnType<typeof openShop>>['book']['sessions'],
): Promise<string> {
  const { sessions: listed } = await sessions.list({})
  const id = listed[0]?.episodes[0]
  assert.ok(id)
  return id
}
