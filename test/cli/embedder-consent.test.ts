import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSettings, type Settings } from '../../src/config.ts'
import { agreedSettings } from '../../src/embedder-consent.ts'

const withEndpoint = (baseUrl: string): Settings =>
  parseSettings({ embedder: { kind: 'endpoint', baseUrl, model: 'some-model' } })

test('without consent code stays on this machine, and the person learns how to agree', () => {
  const { settings, note } = agreedSettings(withEndpoint('https://models.example.org/v1'), {})
  assert.equal(settings.embedder.kind, 'local')
  assert.match(note ?? '', /CASEBOOK_SEND_CODE_TO=models\.example\.org/)
})

test('a consent is for one host', () => {
  const settings = withEndpoint('https://models.example.org:8443/v1')
  const ask = (host: string) =>
    agreedSettings(settings, { CASEBOOK_SEND_CODE_TO: host }).settings.embedder.kind
  assert.equal(ask('models.example.org:8443'), 'endpoint')
  assert.equal(ask('models.example.org'), 'local')
  assert.equal(ask('evil.example.org'), 'local')
  assert.equal(ask('*'), 'local')
})

test('a server on this machine needs no consent', () => {
  for (const url of ['http://localhost:11434/v1', 'http://127.0.0.1:8080/v1', 'http://[::1]:1/v1']) {
    assert.deepEqual(agreedSettings(withEndpoint(url), {}), { settings: withEndpoint(url), note: null })
  }
  assert.equal(
    agreedSettings(withEndpoint('http://localhost.example.org/v1'), {}).settings.embedder.kind,
    'local',
  )
})
