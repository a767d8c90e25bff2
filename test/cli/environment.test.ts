import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultSettings } from '../../src/config.ts'
import { environmentOf, settingsFromEnvironment, settingVariables } from '../../src/environment.ts'
import { UserError } from '../../src/memory/ports.ts'

test('without variables the defaults are used', () => {
  assert.deepEqual(settingsFromEnvironment({ PATH: '/bin', CASEBOOK_MAX_FILE_SIZE: '' }), defaultSettings)
})

test('every setting has a variable', () => {
  const names = settingVariables().map(({ variable }) => variable)
  for (const name of ['CASEBOOK_MAX_FILE_SIZE', 'CASEBOOK_AUTO_INDEX', 'CASEBOOK_EMBEDDER_BASE_URL'])
    assert.ok(names.includes(name), name)
  assert.equal(new Set(names).size, names.length)
})

test('numbers, truth values and texts are converted', () => {
  const settings = settingsFromEnvironment({
    CASEBOOK_MAX_FILE_SIZE: '2000000',
    CASEBOOK_AUTO_INDEX: 'off',
    CASEBOOK_EMBEDDER_MODEL: '7',
  })
  assert.equal(settings.maxFileSize, 2_000_000)
  assert.equal(settings.autoIndex, false)
  assert.equal(settings.embedder.model, '7')
  assert.equal(settings.embedder.kind, 'local')
})

test('a broken value is refused with the name of the variable', () => {
  for (const [variable, value] of [
    ['CASEBOOK_MAX_FILE_SIZE', 'huge'],
    ['CASEBOOK_MAX_COMMITS', '-3'],
    ['CASEBOOK_STORE_LOCATION', 'moon'],
    ['CASEBOOK_AUTO_INDEX', 'perhaps'],
    ['CASEBOOK_EMBEDDER_KIND', 'magic'],
  ] as const) {
    assert.throws(
      () => settingsFromEnvironment({ CASEBOOK_WORKERS: '2', [variable]: value }),
      (error) =>
        error instanceof UserError &&
        error.message.startsWith(`${variable}=${value}`) &&
        error.remedy.includes(variable),
    )
  }
})

test('settings become variables that give the same settings again, without keys', () => {
  const settings = settingsFromEnvironment({
    CASEBOOK_STORE_LOCATION: 'user',
    CASEBOOK_RECALL_LIMIT: '9',
    CASEBOOK_EMBEDDER_API_KEY: 'sk-secret',
  })
  const variables = environmentOf(settings)
  assert.deepEqual(variables, { CASEBOOK_STORE_LOCATION: 'user', CASEBOOK_RECALL_LIMIT: '9' })
  assert.equal(settingsFromEnvironment(variables).recallLimit, 9)
})
