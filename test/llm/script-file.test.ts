import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { complete } from '../../src/llm/model.ts'
import { parseScript } from '../../src/llm/script-file.ts'
import { scriptedModel } from '../../src/llm/scripted-model.ts'
import { UserError } from '../../src/memory/ports.ts'

const chat = readFileSync(new URL('../fixtures/model-scripts/chat.json', import.meta.url), 'utf8')
const ask = (content: string, tools: string[] = []) => ({
  purpose: 'test',
  system: '',
  messages: [{ role: 'user', content }] as const,
  tools: tools.map((name) => ({ name, description: name, schema: {} })),
})

test('plays a script of a file as often as it fits, with what was asked and found', async () => {
  const model = scriptedModel(parseScript(chat, 'chat.json'))
  const first = await complete(model, ask('How are "cents" rounded?', ['casebook_recall']))
  assert.deepEqual(first.calls[0]?.arguments, { text: 'How are "cents" rounded?' })
  const messages = [
    { role: 'user', content: 'x' } as const,
    { role: 'assistant', content: '', calls: first.calls } as const,
    {
      role: 'tool',
      callId: first.calls[0]?.id ?? '',
      name: 'casebook_recall',
      content: '$& half to even',
    } as const,
  ]
  assert.equal((await complete(model, { ...ask('x'), messages })).text, 'Memory says: $& half to even')
  for (let i = 0; i < 2; i++) assert.match((await complete(model, ask('hm'))).text, /know nothing/)
  await assert.rejects(complete(model, ask('FAIL now')), /cut off/)
})

test('uses up what has a number', async () => {
  const model = scriptedModel(parseScript('[{"reply": "once", "times": 1}, {"reply": "then"}]', 'x.json'))
  assert.equal((await complete(model, ask('a'))).text, 'once')
  assert.equal((await complete(model, ask('a'))).text, 'then')
})

test('says what is wrong with a script, and where', () => {
  const wrong: [string, RegExp][] = [
    ['{', /x\.json is no script of a model: /],
    ['[{"reply": 1}]', /0\.reply/],
    ['[{"reply": "a", "wen": {}}]', /wen/],
    ['[{"reply": "a", "when": {"lastUser": "("}}]', /0\.when\.lastUser: Invalid regular expression/],
  ]
  for (const [text, why] of wrong) {
    assert.throws(
      () => parseScript(text, 'x.json'),
      (error) => error instanceof UserError && why.test(error.message),
    )
  }
})
