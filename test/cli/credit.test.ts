/** What a session was shown, named and credited from the command line: hooks and scripts do the same. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RecallReply } from '../../src/memory/recollection.ts'
import type { Remembered } from '../../src/protocol-memories.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { runHere } from './in-process.ts'

const question = 'how are invoices of vat_of sent'

let repo: FixtureRepo
const ids: string[] = []

before(async () => {
  repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  assert.equal((await run('index')).code, 0)
  for (const text of [
    'Invoices with `vat_of` are sent by mail.',
    'Invoices with `vat_of` are sent by courier too.',
  ])
    ids.push((await json<Remembered>('remember', text)).record.id)
})
after(() => repo.cleanup())

function run(...line: string[]) {
  return runHere(line, repo.dir)
}

async function json<Data>(...line: string[]): Promise<Data> {
  const { code, stdout, stderr } = await run(...line, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Data
}

async function recalled(...more: string[]): Promise<string[]> {
  const { memories } = await json<RecallReply>('recall', question, ...more)
  return memories.map(({ record }) => record.id)
}

test('what helped a session rises above what hurt it, named by the numbers that it was shown', async () => {
  const first = await recalled('--session', 's1')
  assert.deepEqual([...first].sort(), [...ids].sort())
  for (let n = 0; n < 3; n++) {
    assert.equal((await run('credit', '--session', 's1', '--cited', 'm2', '--outcome', 'helped')).code, 0)
    assert.equal((await run('credit', '--session', 's1', '--cited', 'm1', '--outcome', 'hurt')).code, 0)
  }
  assert.deepEqual(await recalled('--session', 's2'), first.toReversed())
  const { stdout } = await run('log', '--json')
  assert.match(stdout, /"sessionId":\s*"s1"/)
})

test('ids do as well as numbers, and an outcome is not needed', async () => {
  const { stdout } = await run('credit', '--session', 's1', '--cited', `${ids[0]},mem:${ids[1]}`)
  assert.match(stdout, /2 memories/)
})

test('numbers that the session was not shown are refused', async () => {
  const missing = await run('credit', '--session', 's1', '--cited', 'm9', '--outcome', 'helped')
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /session s1 was shown no m9/)
  const unknown = await run('credit', '--session', 's7', '--cited', 'm1', '--outcome', 'helped')
  assert.match(unknown.stderr, /session s7 was shown no memory/)
  assert.equal((await run('credit', '--cited', 'm1')).code, 2)
  assert.equal((await run('credit', '--session', 's1')).code, 2)
  assert.equal((await run('credit', '--session', 's1', '--cited', 'm1', '--outcome', 'good')).code, 2)
})
