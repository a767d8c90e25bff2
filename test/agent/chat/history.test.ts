/** Earlier turns of a chat as messages. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyMessages } from '../../../src/agent/chat/history.ts'

test('keeps question and answer, without marks that mean another note now', async () => {
  assert.deepEqual(
    await historyMessages([
      { prompt: 'How are totals rounded?', answer: 'Half to even [m1], as [m2, m3] say.' },
    ]),
    [
      { role: 'user', content: 'How are totals rounded?' },
      { role: 'assistant', content: 'Half to even, as say.' },
    ],
  )
})

test('leaves out whole turns, the oldest first, and those without an answer', async () => {
  const turns = ['one', 'two', 'three'].map((prompt) => ({ prompt, answer: 'x'.repeat(1_000) }))
  const prompts = async (most: number) =>
    (await historyMessages(turns, most)).map(({ content }) => content.slice(0, 5))
  assert.deepEqual(await prompts(2_100), ['two', 'xxxxx', 'three', 'xxxxx'])
  assert.deepEqual(await prompts(900), [])
  assert.deepEqual(await historyMessages([{ prompt: 'cancelled', answer: '' }]), [])
})

test('an answer that is very long is shortened, and says so', async () => {
  const [, answer] = await historyMessages([{ prompt: 'p', answer: 'x'.repeat(10_000) }])
  assert.ok((answer?.content.length ?? 0) < 6_100)
  assert.match(answer?.content ?? '', /left out/)
})

test('secrets are masked in what both said, whole before anything is cut', async () => {
  const key = 'AKIAQ3EGZ7KLWN5PVT2M'
  const turns = [
    { prompt: `Is ${key} right?`, answer: `${'x '.repeat(2_990)}${key} and ${'y '.repeat(500)}` },
  ]
  const messages = await historyMessages(turns)
  assert.equal(messages.length, 2)
  for (const { content } of messages) assert.ok(!content.includes(key.slice(0, 8)), content.slice(-200))
})
