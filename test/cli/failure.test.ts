import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { describeError } from '../../src/cli/failure.ts'
import { EmbedderError, UserError } from '../../src/memory/ports.ts'

const caught = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  assert.fail('nothing was thrown')
}

test('an error for people is shown as it is', () => {
  assert.equal(describeError(new UserError('what', 'do this')).remedy, 'do this')
  assert.equal(describeError(new EmbedderError('what', 'do that')).remedy, 'do that')
})

test('a full disk is told from other failures', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('pragma max_page_count = 3; create table t (x)')
  const full = describeError(caught(() => db.exec(`insert into t values (zeroblob(100000))`)))
  assert.match(full.message, /full/)
  assert.match(full.remedy, /space/)
  const wrong = describeError(caught(() => db.exec('select * from nowhere')))
  assert.match(wrong.remedy, /not expected/)
})

test('errors of the operating system have remedies', () => {
  const missing = describeError(caught(() => readFileSync('/nowhere/at/all')))
  assert.match(missing.remedy, /not expected/)
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  assert.match(describeError(denied).remedy, /--store/)
})

test('whatever is thrown is described', () => {
  assert.equal(describeError('just text').message, 'just text')
  assert.equal(describeError(undefined).message, 'undefined')
  assert.equal(describeError(null).message, 'null')
})
