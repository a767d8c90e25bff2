/** What users get: the packed extension, installed in a real VS Code. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { installArguments } from '../../harness/editor-server.ts'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { projectFolder } from '../../harness/project.ts'
import { openWorkbench } from '../../harness/workbench.ts'

/** Bytes that a VSIX may have. */
const sizeLimit = 15_000_000

const folder = mkdtempSync(join(tmpdir(), 'casebook-vsix-'))
let packed = ''

before(() => {
  packed = pack()
})

after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

test('the VSIX holds everything that runs and nothing else', () => {
  assert.ok(statSync(packed).size < sizeLimit, `${statSync(packed).size} bytes`)
  const names = namesInZip(readFileSync(packed))
  for (const name of [
    'extension.cjs',
    'service.cjs',
    'parse-worker.cjs',
    'cli.cjs',
    'panel.js',
    'addon.node',
  ]) {
    assert.ok(names.includes(`extension/dist/${name}`), `${name} is missing`)
  }
  assert.equal(names.filter((name) => /dist\/grammars\/.*\.wasm$/.test(name)).length, 16)
  assert.deepEqual(
    names.filter((name) => /\.(ts|map)$|node_modules|\/test\/|\.env/.test(name)),
    [],
  )
})

test('a universal VSIX, and one for another platform, come without the addon', () => {
  for (const flags of [['--universal'], ['--target', 'win32-arm64']]) {
    const file = pack(...flags)
    assert.ok(statSync(file).size < sizeLimit)
    assert.ok(!namesInZip(readFileSync(file)).includes('extension/dist/addon.node'))
  }
})

test('installed in a real VS Code it indexes a repository and finds code in it', async () => {
  using repo = makeRepo('polyglot')
  const extensionsFolder = join(folder, 'extensions')
  execFileSync(process.execPath, installArguments(packed, extensionsFolder, join(folder, 'data')), {
    stdio: 'pipe',
  })
  assert.ok(readdirSync(extensionsFolder).some((name) => name.startsWith('casebook.casebook')))
  const workbench = await openWorkbench({ folder: repo.dir, development: null, extensionsFolder })
  try {
    const panel = await workbench.panel()
    await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
    await workbench.command('Casebook: Search Memory')
    await workbench.page.locator('.quick-input-title', { hasText: 'Search Memory' }).waitFor()
    await workbench.page.keyboard.type('push value onto ring stack')
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'ring_stack.go' })
    await row.first().waitFor({ timeout: 15_000 })
    await workbench.screenshot('packaged-vsix')
  } catch (error) {
    await workbench.screenshot('failed-packaged-vsix')
    throw error
  } finally {
    await workbench.close()
  }
})

function pack(...flags: string[]): string {
  const script = join(projectFolder, 'test/harness/package.ts')
  const output = execFileSync(process.execPath, [script, '--out', folder, ...flags], { encoding: 'utf8' })
  return output.trim().split('\n').at(-1) ?? ''
}

/** The names in a zip file's central directory (APPNOTE.TXT 4.3.12 and 4.3.16). */
function namesInZip(zip: Buffer): string[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'))
  const names: string[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const length = zip.readUInt16LE(at + 28)
    names.push(zip.toString('utf8', at + 46, at + 46 + length))
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return names
}
