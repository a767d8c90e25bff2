import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { defaultSettings } from '../../src/config.ts'
import { noModelVendor, ownVendor } from '../../src/extension/models/vendor.ts'

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
const manifest = read('package.json')
const texts: Record<string, string> = read('package.nls.json')
const properties: Record<string, { default: unknown; scope: string }> =
  manifest.contributes.configuration.properties

test('offers every setting with the default of the code, and no other', () => {
  const { embedder, model, tools, ...plain } = defaultSettings
  const { apiKey: _secret, ...offered } = embedder
  const { apiKey: _other, ...asked } = model
  const expected = new Map<string, unknown>([
    ...Object.entries(plain).map(([key, value]) => [`casebook.${key}`, value] as const),
    ...Object.entries(offered).map(([key, value]) => [`casebook.embedder.${key}`, value] as const),
    ...Object.entries(asked).map(([key, value]) => [`casebook.model.${key}`, value] as const),
    ...Object.entries(tools).map(([key, value]) => [`casebook.tools.${key}`, value] as const),
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

test('takes nothing of an untrusted folder that says where memories go', () => {
  const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations
  for (const key of ['model.baseUrl', 'model.model', 'model.use', 'shareFolder']) {
    assert.ok(restricted.includes(`casebook.${key}`))
  }
  for (const [key, { scope }] of Object.entries(properties)) {
    if (key.startsWith('casebook.model.')) assert.match(scope, /^machine/, key)
  }
  assert.ok(!Object.keys(properties).some((key) => /key$/i.test(key)), 'a key is never a setting')
})

test('takes nothing of an untrusted folder that makes a chat ask its model more often', () => {
  const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations
  for (const key of ['mode', 'pruner', 'history', 'maxSteps'])
    assert.ok(restricted.includes(`casebook.tools.${key}`), key)
})

test('offers the endpoint as models of the editor, managed by the command that sets it up', () => {
  const { languageModelChatProviders, commands } = manifest.contributes
  assert.deepEqual(
    languageModelChatProviders.map(({ vendor }: { vendor: string }) => vendor),
    [ownVendor, noModelVendor],
  )
  const [{ managementCommand }] = languageModelChatProviders
  const command = commands.find((entry: { command: string }) => entry.command === managementCommand)
  assert.equal(command.enablement, undefined, 'a model is set up in any window')
})

test('offers memory commands only in trusted folders, and those of one memory only where one is chosen', () => {
  const { commands, menus } = manifest.contributes
  const hidden = new Set(
    menus.commandPalette.filter(({ when }: { when: string }) => when === 'false').map(commandOf),
  )
  for (const entry of commands) {
    if (!/(Memory|Memories)$|\.(remember|recall|forgetFrom)/.test(entry.command)) continue
    assert.match(entry.enablement ?? '', /isWorkspaceTrusted/, entry.command)
    const needsOne = /\.(open|edit|pin|unpin|mute|unmute|archive|restore|accept|reject|forget)Memory$/
    assert.equal(hidden.has(entry.command), needsOne.test(entry.command) || /refresh/.test(entry.command))
  }
})

test('offers past sessions only in trusted folders, in a view that stays out of the way', () => {
  const { commands, menus, views, viewsWelcome } = manifest.contributes
  const hidden = new Set(
    menus.commandPalette.filter(({ when }: { when: string }) => when === 'false').map(commandOf),
  )
  const own = commands.filter(({ command }: { command: string }) =>
    /Sessions?$|Sources?$|Turn$/.test(command),
  )
  assert.equal(own.length, 7)
  for (const entry of own) {
    assert.match(entry.enablement ?? '', /isWorkspaceTrusted/, entry.command)
    const needsRow = /\.(watchSource|unwatchSource|openSession|refreshSources)$/
    assert.equal(hidden.has(entry.command), needsRow.test(entry.command), entry.command)
  }
  const view = views.casebook.find(({ id }: { id: string }) => id === 'casebook.sources')
  assert.equal(view.visibility, 'collapsed')
  const whens: string[] = viewsWelcome
    .filter((one: { view: string }) => one.view === 'casebook.sources')
    .map(({ when }: { when: string }) => when)
  assert.ok(whens.includes('!isWorkspaceTrusted && workspaceFolderCount > 0'))
  assert.ok(whens.some((when) => when.includes('casebook.sources == empty')))
})

test('offers no command in a menu that is not there', () => {
  const known = new Set(manifest.contributes.commands.map(commandOf))
  const used = Object.values(manifest.contributes.menus).flat() as { command: string }[]
  assert.deepEqual(
    used.map(commandOf).filter((command) => !known.has(command)),
    [],
  )
})

test('has a text for every placeholder, and no text without one', () => {
  const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '')
  assert.deepEqual(new Set(used), new Set(Object.keys(texts)))
})

test('starts after the editor and for nothing else', () => {
  assert.deepEqual(manifest.activationEvents, ['onStartupFinished'])
  assert.deepEqual(manifest.extensionKind, ['workspace'])
})

function commandOf({ command }: { command: string }): string {
  return command
}
