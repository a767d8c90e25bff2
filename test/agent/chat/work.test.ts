import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownTools } from '../../../src/agent/chat/own-tools.ts'
import { outputsInMemory } from '../../../src/agent/context/outputs.ts'
import { openWorkingContext } from '../../../src/agent/context/working-context.ts'
import type { Knowledge } from '../../../src/agent/ports.ts'
import { openWorkTree } from '../../../src/agent/workspace/work-tree.ts'
import { makeRepo } from '../../harness/fixture-repo.ts'

/** Not asked by these tools. */
const knowledge = {} as Knowledge

function chat(root: string, may = { edit: false, run: false }) {
  const workspace = openWorkTree({ root, may, ask: async () => true })
  const working = openWorkingContext({ system: '', window: 32_000, outputs: outputsInMemory() })
  return ownTools({ knowledge, root, sessionId: 'c1', shown: [], workspace, working })
}

const names = async (tools: ReturnType<typeof chat>) => (await tools.offered()).map(({ name }) => name)

test('a chat reads files, and is offered nothing that changes them unless the person allowed it', async (t) => {
  const repo = makeRepo({ 'a.py': 'x = 1\ny = 2\n' })
  t.after(() => repo.cleanup())
  const reading = chat(repo.dir)
  const acting = ['casebook_edit', 'casebook_test', 'casebook_run']
  assert.ok((await names(reading)).includes('casebook_read'))
  for (const name of acting) assert.ok(!(await names(reading)).includes(name))
  const all = await names(chat(repo.dir, { edit: true, run: true }))
  for (const name of acting) assert.ok(all.includes(name))

  const read = await reading.run({ id: '1', name: 'casebook_read', arguments: { path: 'a.py', from: 2 } })
  assert.equal(read.ok, true)
  assert.match(read.content, /a\.py:2-2 of 2 lines/)
  assert.match(read.content, /\| y = 2/)
  const edit = { path: 'a.py', before: 'x = 1', after: 'x = 3' }
  const refused = await reading.run({ id: '2', name: 'casebook_edit', arguments: edit })
  assert.deepEqual([refused.ok, /no tool named casebook_edit/.test(refused.content)], [false, true])
})

test('memory is never written by a call of a model in a chat', async (t) => {
  const repo = makeRepo({ 'a.py': 'x = 1\n' })
  t.after(() => repo.cleanup())
  const offered = await names(chat(repo.dir, { edit: true, run: true }))
  for (const name of ['casebook_remember', 'casebook_cite']) assert.ok(!offered.includes(name))
})
