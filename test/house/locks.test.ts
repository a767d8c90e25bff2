/** The other locks of the house: import cycles, `vscode` outside the extension, the size of files. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import esbuild, { type BuildOptions } from 'esbuild'
import { projectFolder } from '../harness/project.ts'

test('Biome refuses an import cycle', async () => {
  await withFolder((folder) => {
    copyFileSync(join(projectFolder, 'biome.json'), join(folder, 'biome.json'))
    mkdirSync(join(folder, '.git'))
    writeFileSync(join(folder, '.gitignore'), 'dist/\n')
    writeFileSync(join(folder, 'one.ts'), "import { two } from './two.ts'\n\nexport const one = () => two\n")
    writeFileSync(join(folder, 'two.ts'), "import { one } from './one.ts'\n\nexport const two = () => one\n")
    const biome = join(projectFolder, 'node_modules/.bin/biome')
    const { status, stderr, stdout } = spawnSync(biome, ['lint'], { cwd: folder, encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.match(stdout + stderr, /noImportCycles/)
  })
})

test('a service that imports vscode cannot be built, the extension can', async () => {
  const { nodeOptions } = await readBuild()
  await withFolder(async (folder) => {
    const entry = join(folder, 'entry.ts')
    writeFileSync(entry, "import { window } from 'vscode'\n\nconsole.log(window)\n")
    const silent = { write: false, logLevel: 'silent' } as const
    const out = join(folder, 'out.cjs')
    await assert.rejects(
      esbuild.build({ ...nodeOptions(entry, out), ...silent }),
      /Could not resolve "vscode"/,
    )
    await esbuild.build({ ...nodeOptions(entry, out, { editor: true }), ...silent })
  })
})

test('no source file is longer than 400 lines', () => {
  const long = globSync(['src/**/*.ts', 'webview/**/*.ts'], { cwd: projectFolder }).filter(
    (file) => readFileSync(join(projectFolder, file), 'utf8').split('\n').length > 401,
  )
  assert.deepEqual(long, [])
})

test('every source file says in its first line what it is', () => {
  const silent = globSync(['src/**/*.ts', 'webview/**/*.ts'], { cwd: projectFolder }).filter(
    (file) => !/^(#!.*\n)?\/(\*\*|\/) ?\S*/.test(readFileSync(join(projectFolder, file), 'utf8')),
  )
  assert.deepEqual(silent, [])
})

test('the lockfile names every package for every platform', () => {
  const { packages } = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
    ),
  )
  assert.deepEqual(missing, [], 'npm ci would fail on a machine whose registry has these')
})

async function readBuild(): Promise<{
  nodeOptions(entry: string, outfile: string, options?: { editor?: boolean }): BuildOptions
}> {
  return await import(pathToFileURL(join(projectFolder, 'esbuild.config.mjs')).href)
}

async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-house-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
