/**
 * `npm run package`: a VSIX for this platform, with the native addon that was compiled on it.
 * Flags: --universal (no addon: vectors are searched exactly), --target X (another platform, for example
 * win32-x64; give its addon with --addon FILE, which a machine of that platform built), --out FOLDER.
 */

import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createVSIX, type IPackageOptions } from '@vscode/vsce'
import { outFolder, projectFolder } from './project.ts'

const { values } = parseArgs({
  options: {
    universal: { type: 'boolean', default: false },
    target: { type: 'string' },
    addon: { type: 'string' },
    out: { type: 'string', default: '.' },
  },
})

/** Everything that ships beside `dist/`: nothing else can get in. */
const shipped = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'media/icon.png',
  'media/casebook.svg',
  'media/plugin',
  'media/plugin-server',
  'package.nls.json',
]

const host = hostTarget()
const target = values.target ?? host
const staging = join(outFolder, `package-${values.universal ? 'universal' : target}`)
const { version } = readManifest()
const name = `casebook-${values.universal ? 'universal' : target}-${version}.vsix`
const file = join(resolve(process.env.INIT_CWD ?? '.', values.out), name)

stage()
placeAddon()
await createVSIX({
  cwd: staging,
  packagePath: file,
  dependencies: false,
  allowMissingRepository: true,
  ...(values.universal ? {} : { target }),
} satisfies IPackageOptions)
console.log(file)

function stage(): void {
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(join(staging, 'media'), { recursive: true })
  const build = [
    join(projectFolder, 'esbuild.config.mjs'),
    '--production',
    `--outdir=${join(staging, 'dist')}`,
  ]
  execFileSync(process.execPath, build, { stdio: ['ignore', 2, 2] })
  for (const path of shipped) cpSync(join(projectFolder, path), join(staging, path), { recursive: true })
  const translations = join(projectFolder, 'l10n')
  if (existsSync(translations)) cpSync(translations, join(staging, 'l10n'), { recursive: true })
  writeFileSync(join(staging, 'package.json'), JSON.stringify(shippedManifest(), null, 2))
}

/** Everything is bundled: an installed extension has no packages and no scripts of its own. */
function shippedManifest(): Record<string, unknown> {
  const { scripts, dependencies, optionalDependencies, devDependencies, allowScripts, ...rest } =
    readManifest()
  return { ...rest, private: false, files: ['**/*'] }
}

function placeAddon(): void {
  const place = join(staging, 'dist/addon.node')
  if (values.addon !== undefined) {
    copyFileSync(values.addon, place)
    return
  }
  if (!values.universal && target === host) {
    if (existsSync(place)) return
    throw new Error(
      'hnswlib-node was not compiled on this machine: use --universal, or install a C++ compiler.',
    )
  }
  rmSync(place, { force: true })
  if (!values.universal) {
    console.error(
      `No addon for ${target} was given (--addon FILE): vectors are searched exactly in this VSIX.`,
    )
  }
}

/** The name that the marketplace has for this machine. */
function hostTarget(): string {
  const arch = process.arch === 'arm' ? 'armhf' : process.arch
  if (process.platform !== 'linux') return `${process.platform}-${arch}`
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return `${report.header?.glibcVersionRuntime === undefined ? 'alpine' : 'linux'}-${arch}`
}

function readManifest(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Record<string, unknown>
}
