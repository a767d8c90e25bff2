import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainText } from '../../src/extension/explain-text.ts'

test('names the channels by what they added, strongest first', () => {
  const explain = [
    { channel: 'vectors', rank: 4, score: 0.7, contribution: 0.01 },
    { channel: 'names', rank: 1, score: 21, contribution: 0.03, detail: 'Journal.post' },
    { channel: 'recent edits', rank: null, score: 0.1, contribution: 0.005 },
    { channel: 'commits', rank: null, score: 0, contribution: 0 },
  ]
  assert.equal(explainText(explain), 'names #1 (Journal.post) · vectors #4 · recent edits')
  assert.equal(explainText(explain, 1), 'names #1 (Journal.post)')
  assert.equal(explainText([]), '')
})
