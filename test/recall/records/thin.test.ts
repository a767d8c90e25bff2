/** Near-duplicates are shown once; sentences that differ in a name are no duplicates. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readQuestion } from '../../../src/memory/recall/records/question.ts'
import { recollect, thin } from '../../../src/memory/recall/records/ranking.ts'
import type { MemoryRecord } from '../../../src/memory/record.ts'

function fact(id: string, text: string, key: string | null = null): MemoryRecord {
  const counters = { retrieved: 0, shown: 0, cited: 0, helped: 0, hurt: 0 }
  const body = { key, value: null, checker: null }
  return { id, kind: 'fact', text, cue: '', status: 'active', counters, fact: body } as MemoryRecord
}

function kept(...records: MemoryRecord[]): string[] {
  const ranked = records.map((record) => recollect(record, { score: 1, explain: [] }, { moment: 'any' }))
  return thin(ranked).kept.map(({ record }) => record.id)
}

test('what says the same in nearly the same words is shown once', () => {
  const one = fact('a', 'The unit tests of the shop run with the command make check here.')
  const other = fact('b', 'The unit tests of the shop run with the command make check there.')
  assert.deepEqual(kept(one, other), ['a'])
})

test('facts about two packages are two, however alike their sentences', () => {
  const one = fact('a', 'The unit tests of pkg-0 run with the command make check.')
  const other = fact('b', 'The unit tests of pkg-9 run with the command make check.')
  assert.deepEqual(kept(one, other), ['a', 'b'])
})

test('facts of two keys are two', () => {
  const text = 'The unit tests run with the command make check.'
  assert.deepEqual(kept(fact('a', text, 'test-command(a)'), fact('b', text, 'test-command(b)')), ['a', 'b'])
})

test('a question names things by joined words and numbers', () => {
  const question = readQuestion({
    text: 'How do I test `pkg-7`, and who owns services/area4?',
    moment: 'any',
    limit: 5,
    budget: 900,
  })
  const names = question.keys.filter(({ kind }) => kind === 'entity').map(({ name }) => name)
  assert.deepEqual(names, ['pkg-7', 'services/area4'])
})
