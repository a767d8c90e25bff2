import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { latestOnly } from '../../src/extension/latest-only.ts'

test('answers the first and the last question, and drops those between', async () => {
  const asked: string[] = []
  const ask = latestOnly(async (text: string) => {
    asked.push(text)
    await wait(10)
    return text.toUpperCase()
  })
  const first = ask('a')
  await wait(1)
  const answers = await Promise.all([first, ask('ab'), ask('abc'), ask('abcd')])
  assert.deepEqual(answers, [null, null, null, 'ABCD'])
  assert.deepEqual(asked, ['a', 'abcd'])
})

test('goes on after a failure', async () => {
  const ask = latestOnly(async (text: string) => {
    if (text === 'bad') throw new Error('no')
    return text
  })
  await assert.rejects(ask('bad'), { message: 'no' })
  assert.equal(await ask('good'), 'good')
})
