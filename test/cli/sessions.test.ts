/** The sessions of another agent on the command line: seen, imported, listed, shown. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseMoment } from '../../src/cli/parse-moment.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { put, Work } from '../sessions/shop.ts'
import { runHere } from './in-process.ts'

test('sources, import, list and show', async (t) => {
  using repo = makeRepo('python-small')
  const home = makeRepo({}, { git: false })
  t.after(home.cleanup)
  const before = process.env.CLAUDE_CONFIG_DIR
  process.env.CLAUDE_CONFIG_DIR = join(home.dir, '.claude')
  t.after(() => {
    if (before === undefined) delete process.env.CLAUDE_CONFIG_DIR
    else process.env.CLAUDE_CONFIG_DIR = before
  })
  const file = put(home.dir, 'abc', new Work(repo.dir).repairs('The total is wrong', 'a.py').lines)
  const run = (...line: string[]) => runHere([...line, '--repo', repo.dir], repo.dir)
  const sources = await run('sessions', 'sources')
  assert.match(sources.stdout, /Found 1 session of 1 agent for this repository/)
  const none = await run('sessions', 'import')
  assert.notEqual(none.code, 0)
  assert.match(none.stderr, /No agent is chosen/)
  const done = await run('sessions', 'import', '--agent', 'claude-code')
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stdout, /1 episode, 1 demonstration: 1 passed/)
  const list = JSON.parse((await run('sessions', 'list', '--json')).stdout)
  assert.equal(list.sessions[0].sessionId, 'abc')
  const shown = await run('sessions', 'show', 'abc')
  assert.ok(shown.stdout.includes(`${file}:1`), shown.stdout)
  assert.match((await run('sessions', 'choose', 'claude-code')).stdout, /Chosen: claude-code/)
  assert.match((await run('sessions', 'import')).stdout, /1 known already/)
  assert.equal((await run('sessions', 'import', '--path', home.dir)).code, 2)
  assert.equal((await run('sessions', 'list', '--since', 'soon')).code, 2)
  const nowhere = await run('sessions', 'import', '--agent', 'claude-code', '--path', '/nope')
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /no file or folder .*nope/)
})

test('moments are days or spans', () => {
  const command = {
    name: 'x',
    summary: '',
    usage: '',
    options: {},
    run: async () => ({ data: 0, text: () => '' }),
  }
  assert.equal(parseMoment('2026-03-01', command), Date.UTC(2026, 2, 1))
  assert.equal(parseMoment('2d', command, 10 * 86_400_000), 8 * 86_400_000)
  assert.equal(parseMoment(undefined, command), undefined)
  assert.throws(() => parseMoment('yesterday', command), /no moment/)
})
