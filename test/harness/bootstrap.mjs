/**
 * The first step of every npm script: plain JavaScript for any Node from 20 on. It installs and builds what
 * is missing or stale, then goes on with Node 24 from node_modules.
 * Usage: node test/harness/bootstrap.mjs TASK [arguments]
 */

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const modules = join(root, 'node_modules')
const windows = process.platform === 'win32'
const node24 = join(modules, 'node/bin', windows ? 'node.exe' : 'node')

/** What goes on after installing and building, by the first argument; `build` ends there. */
const programs = {
  start: 'test/harness/start.ts',
  test: 'test/harness/test.ts',
  package: 'test/harness/package.ts',
  fixtures: 'test/harness/fixtures.ts',
  casebook: 'dist/cli.cjs',
  build: null,
}

const [task = '', ...args] = process.argv.slice(2)
if (!Object.hasOwn(programs, task)) fail(`Usage: bootstrap.mjs ${Object.keys(programs).join('|')}`)
install()
build()
if (programs[task] !== null) goOn(join(root, programs[task]), args)

function install() {
  if (!installedIsCurrent()) {
    say('installing the packages of package-lock.json')
    // Without scripts: native parsers that nobody uses would be compiled otherwise.
    run(
      'npm',
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      'The packages could not be installed.',
    )
    writeFileSync(stampFile(), lockHash())
  }
  if (!existsSync(node24)) run('npm', ['rebuild', 'node'], 'Node 24 could not be installed from npm.')
  buildAddon()
}

/** True when node_modules was made from this lockfile, by this script or by the person's own `npm ci`. */
function installedIsCurrent() {
  if (existsSync(stampFile())) return readFileSync(stampFile(), 'utf8') === lockHash()
  const inventory = join(modules, '.package-lock.json')
  if (!existsSync(inventory)) return false
  const installed = JSON.parse(readFileSync(inventory, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const current = Object.entries(wanted).every(
    ([path, { version, os }]) => path === '' || os !== undefined || installed[path]?.version === version,
  )
  if (current) writeFileSync(stampFile(), lockHash())
  return current
}

/** The addon is optional: without a compiler vectors are searched exactly, and nothing else changes. */
function buildAddon() {
  const folder = join(modules, 'hnswlib-node')
  const tried = join(modules, '.hnswlib-tried')
  if (!existsSync(folder) || existsSync(join(folder, 'build/Release/addon.node'))) return
  if (existsSync(tried) && readFileSync(tried, 'utf8') === lockHash()) return
  say('compiling hnswlib-node')
  const parts = join(modules, 'node/node_modules')
  const headers = readdirSync(parts).find((name) => existsSync(join(parts, name, 'include/node/node_api.h')))
  const { status } = npm(['rebuild', 'hnswlib-node'], {
    // The headers come with Node 24 itself, so that no download is needed; a static C++ library reaches old Linux.
    ...(headers === undefined ? {} : { npm_config_nodedir: join(parts, headers) }),
    ...(process.platform === 'linux' ? { LDFLAGS: '-static-libstdc++ -static-libgcc -s' } : {}),
  })
  if (status !== 0) say('hnswlib-node could not be compiled here (it needs python3, make and a C++ compiler)')
  writeFileSync(tried, lockHash())
}

function build() {
  const stamp = join(root, 'dist/.built')
  const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()
  if (current && statSync(stamp).mtimeMs > newestSource()) return
  say('building')
  const start = new Date()
  const config = join(root, 'esbuild.config.mjs')
  const { status } = spawnSync(node24, [config, '--tests'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail('The build failed.')
  writeFileSync(stamp, lockHash())
  // What changed while it was being built is stale.
  utimesSync(stamp, start, start)
}

/** Milliseconds since 1970 of the last change to anything that goes into dist/. */
function newestSource() {
  const files = ['package.json', 'esbuild.config.mjs'].map((name) => join(root, name))
  for (const folder of ['src', 'webview', 'media', 'test/editor', 'test/harness']) {
    if (!existsSync(join(root, folder))) continue
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    for (const entry of entries) files.push(join(entry.parentPath ?? entry.path, entry.name))
  }
  const addon = join(modules, 'hnswlib-node/build/Release/addon.node')
  if (existsSync(addon)) files.push(addon)
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}

/** Runs the program with Node 24 first in PATH; signals and the exit code pass through. */
function goOn(program, programArgs) {
  const path = [join(modules, '.bin'), pathWithoutModules()].join(delimiter)
  const child = spawn(node24, [program, ...programArgs], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
    // npm runs scripts in the project; the command line is about the folder that the person is in.
    cwd: task === 'casebook' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd(),
  })
  // Ctrl-C in a terminal reaches the whole group; a signal sent to this process alone is handed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(child)
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
}

/** A killed npm does not tell its scripts. */
function endWithParent(child) {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, 500).unref()
}

function run(command, commandArgs, message) {
  const { status } = npm(commandArgs, {})
  if (status !== 0) fail(`${message} See the output of "${command} ${commandArgs.join(' ')}" above.`)
}

/** npm must not run from the node_modules that it replaces. Its output goes to stderr: stdout is the program's. */
function npm(npmArgs, env) {
  return spawnSync('npm', npmArgs, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
    env: { ...process.env, ...env, PATH: pathWithoutModules() },
  })
}

function pathWithoutModules() {
  const path = process.env.PATH ?? process.env.Path ?? ''
  return path
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter)
}

function stampFile() {
  return join(modules, '.casebook-installed')
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function say(message) {
  process.stderr.write(`casebook: ${message}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
