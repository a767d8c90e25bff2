/** Earlier turns of a chat as messages. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyMessages } from '../../../src/agent/chat/history.ts'

test('keeps question and answer, without marks that mean another note now', () => {
  assert.deepEqual(
    historyMessages([{ prompt: 'How are totals rounded?', answer: 'Half to even [m1], as [m2, m3] say.' }]),
    [
      { role: 'user', content: 'How are totals rounded?' },
      { role: 'assistant', content: 'Half to even, as say.' },
    ],
  )
})

test('leaves out whole turns, the oldest first, and those without an answer', () => {
  const turns = ['one', 'two', 'three'].map((prompt) => ({ prompt, answer: 'x'.repeat(1_000) }))
  const prompts = (most: number) => historyMessages(turns, most).map(({ content }) => content.slice(0, 5))
  assert.deepEqual(prompts(2_100), ['two', 'xxxxx', 'three', 'xxxxx'])
  assert.deepEqual(prompts(900), [])
  assert.deepEqual(historyMessages([{ prompt: 'cancelled', answer: '' }]), [])
})

test('an answer that is very long is shortened, and says so', () => {
  const [, answer] = historyMessages([{ prompt: 'p', answer: 'x'.repeat(10_000) }])
  assert.ok((answer?.content.length ?? 0) < 6_100)
  assert.match(answer?.content ?? '', /left out/)
})
