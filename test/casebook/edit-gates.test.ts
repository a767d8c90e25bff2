/** An edit is judged as a new memory is, and what a fact asserts follows its words. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecordDraft } from '../../src/memory/record.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const command: RecordDraft = {
  kind: 'fact',
  text: 'The unit tests of this project run with `pytest -q`',
  provenance: { sources: [{ type: 'person', ref: 'Ada' }], author: 'person', method: 'remember' },
  confidence: 'verified',
  fact: { key: 'test-command(unit)', value: 'pytest -q', checker: 'pytest -q' },
}

async function withFact(t: Parameters<typeof openMemory>[0]) {
  const repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  t.after(repo.cleanup)
  const { memories } = await openMemory(t, repo.dir)
  const { record } = await memories.record(command)
  return { memories, record }
}

test('an edit to what no memory may be is refused, and nothing changes', async (t) => {
  const { memories, record } = await withFact(t)
  const before = memories.stats().events
  await assert.rejects(memories.edit(record.id, { text: 'sure' }), /not made: it has 1 word: too few/)
  await assert.rejects(memories.edit(record.id, { text: 'word '.repeat(101) }), /not made: it has 101 words/)
  await assert.rejects(memories.edit(record.id, { tags: ['t'.repeat(61)] }), /it is not well formed: tags\.0/)
  const secret = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`
  await assert.rejects(memories.edit(record.id, { text: secret }), /not made: it [^G]/)
  assert.equal(memories.stats().events, before)
  assert.equal((await memories.show(record.id)).record.text, record.text)
})

test('words that no longer hold the value of a fact take it and its checker away, and keep the key', async (t) => {
  const { memories, record } = await withFact(t)
  const same = await memories.edit(record.id, { text: 'Unit tests run with `pytest -q` here' })
  assert.deepEqual(same.fact, command.fact)
  const other = await memories.edit(record.id, { text: 'Unit tests run with `tox -e py` here' })
  assert.deepEqual(other.fact, { key: 'test-command(unit)', value: null, checker: null })
  await memories.undo()
  assert.deepEqual((await memories.show(record.id)).record.fact, command.fact)
})

test('an edit may say the new value of a fact', async (t) => {
  const { memories, record } = await withFact(t)
  const text = 'Unit tests run with `tox -e py` here'
  const edited = await memories.edit(record.id, { text, value: 'tox -e py' })
  assert.deepEqual(edited.fact, { key: 'test-command(unit)', value: 'tox -e py', checker: null })
})

test('turning away counts what it turned away, not what was turned away before', async (t) => {
  const { memories } = await withFact(t)
  const draft = (text: string): RecordDraft => ({
    ...command,
    text,
    provenance: { ...command.provenance, author: 'indexer' },
    fact: { key: null, value: null, checker: null },
    confidence: 'inferred',
    status: 'candidate',
  })
  const one = await memories.record(draft('The tests of this project are slow'))
  const two = await memories.record(draft('The documentation is written by hand'))
  assert.deepEqual([one.record.status, two.record.status], ['candidate', 'candidate'])
  await memories.act([one.record.id], 'reject')
  await memories.act([one.record.id, two.record.id], 'reject')
  assert.equal(memories.stats().rejections.person, 2)
})
