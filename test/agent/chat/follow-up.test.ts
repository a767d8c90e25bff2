/** Which questions are understood only with the one before. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leansBack, wholeQuestion } from '../../../src/agent/chat/follow-up.ts'

test('questions that point back or have no words of their own lean on the one before', () => {
  for (const prompt of [
    'And in which version did that begin?',
    'Why?',
    'What about redirects?',
    'Is it tested?',
    'They do what with headers?',
    'Tell me more',
    'But how is this done for proxies?',
  ]) {
    assert.equal(leansBack(prompt), true, prompt)
  }
})

test('questions with a subject of their own stand alone', () => {
  for (const prompt of [
    'How are totals rounded?',
    'Which headers are stripped on redirects?',
    'Why does the connection pool drop idle sockets after a timeout?',
    'Where is the parser that reads chunked transfer encoding of responses?',
  ]) {
    assert.equal(leansBack(prompt), false, prompt)
  }
})

test('a chain of such questions is followed to the one that has a subject, newest first', () => {
  const earlier = ['How is the cache cleared?', 'How are totals rounded?', 'Why?'].map((prompt) => ({
    prompt,
  }))
  assert.equal(wholeQuestion('And since when?', earlier), 'And since when?\nWhy?\nHow are totals rounded?')
  assert.equal(wholeQuestion('Which headers are stripped?', earlier), 'Which headers are stripped?')
  assert.equal(wholeQuestion('Why?', []), 'Why?')
})
