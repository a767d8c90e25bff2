import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { defaultSettings, settingsSchema } from '../../src/config.ts'
import { usableSettings } from '../../src/extension/usable-settings.ts'

test('takes what is good and replaces what is broken, naming it', () => {
  const { settings, problems } = usableSettings({
    maxFileSize: -1,
    maxCommits: 50,
    dutyCycle: 'fast',
    embedder: { kind: 'cloud', model: 'small' },
  })
  assert.equal(settings.maxFileSize, defaultSettings.maxFileSize)
  assert.equal(settings.maxCommits, 50)
  assert.equal(settings.dutyCycle, defaultSettings.dutyCycle)
  assert.deepEqual(settings.embedder, { ...defaultSettings.embedder, model: 'small' })
  assert.deepEqual(problems.map(({ key }) => key).sort(), [
    'casebook.dutyCycle',
    'casebook.embedder.kind',
    'casebook.maxFileSize',
  ])
})

test('gives usable settings whatever was written', () => {
  const keys = Object.keys(settingsSchema.shape)
  const raw = fc.dictionary(fc.constantFrom(...keys, 'other'), fc.jsonValue())
  fc.assert(
    fc.property(raw, (written) => {
      const { settings } = usableSettings(written)
      assert.ok(settingsSchema.safeParse(settings).success)
    }),
  )
})
