import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { defaultSettings } from '../../src/config.ts'

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
const manifest = read('package.json')
const texts: Record<string, string> = read('package.nls.json')
const properties: Record<string, { default: unknown; scope: string }> =
  manifest.contributes.configuration.properties

test('offers every setting with the default of the code, and no other', () => {
  const { embedder, ...plain } = defaultSettings
  const { apiKey: _secret, ...offered } = embedder
  const expected = new Map<string, unknown>([
    ...Object.entries(plain).map(([key, value]) => [`casebook.${key}`, value] as const),
    ...Object.entries(offered).map(([key, value]) => [`casebook.embedder.${key}`, value] as const),
  ])
  assert.deepEqual(new Map(Object.entries(properties).map(([key, value]) => [key, value.default])), expected)
})

test('takes nothing of an untrusted folder that says where code goes', () => {
  const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations
  for (const key of ['kind', 'baseUrl', 'model']) {
    assert.ok(restricted.includes(`casebook.embedder.${key}`))
    assert.equal(properties[`casebook.embedder.${key}`]?.scope, 'machine-overridable')
  }
})

test('has a text for every placeholder, and no text without one', () => {
  const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '')
  assert.deepEqual(new Set(used), new Set(Object.keys(texts)))
})

test('starts after the editor and for nothing else', () => {
  assert.deepEqual(manifest.activationEvents, ['onStartupFinished'])
  assert.deepEqual(manifest.extensionKind, ['workspace'])
})
