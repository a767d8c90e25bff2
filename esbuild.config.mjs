/**
 * Builds one file per process into dist/ and copies the assets beside them.
 * Flags: --production (minified, no source maps), --watch, --tests (also the suites that run inside the editor),
 * --outdir=FOLDER (instead of dist/).
 */

import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))
const modules = join(root, 'node_modules')
const flags = new Set(process.argv.slice(2))
const outdir = [...flags].find((flag) => flag.startsWith('--outdir='))?.slice('--outdir='.length)
const dist = resolve(outdir ?? join(root, 'dist'))
const production = flags.has('--production')

/** Grammar files by npm package. `php` reads files that mix HTML and PHP; `php_only` is not needed. */
const grammars = {
  '@tree-sitter-grammars/tree-sitter-kotlin': ['kotlin'],
  '@tree-sitter-grammars/tree-sitter-lua': ['lua'],
  'tree-sitter-bash': ['bash'],
  'tree-sitter-c': ['c'],
  'tree-sitter-c-sharp': ['c_sharp'],
  'tree-sitter-cpp': ['cpp'],
  'tree-sitter-go': ['go'],
  'tree-sitter-java': ['java'],
  'tree-sitter-javascript': ['javascript'],
  'tree-sitter-php': ['php'],
  'tree-sitter-python': ['python'],
  'tree-sitter-ruby': ['ruby'],
  'tree-sitter-rust': ['rust'],
  'tree-sitter-scala': ['scala'],
  'tree-sitter-typescript': ['typescript', 'tsx'],
}

/** web-tree-sitter asks `import.meta.url` for its place, which CommonJS does not have. */
const importMetaUrl = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"

/** A person may run the command line with any Node from 20 on; `node:sqlite` with FTS5 needs 22.16. */
const cliBanner = `#!/usr/bin/env node
{
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 16)) {
    const newer = require('node:path').join(__dirname, '../node_modules/node/bin/node')
    if (!require('node:fs').existsSync(newer)) {
      console.error('casebook needs Node 22.16 or newer; this is ' + process.version)
      process.exit(1)
    }
    const again = [__filename, ...process.argv.slice(2)]
    const { status } = require('node:child_process').spawnSync(newer, again, { stdio: 'inherit' })
    process.exit(status ?? 1)
  }
}
`

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
}

/** Only the extension (and the tests inside the editor) may import `vscode`: a lock of the import law. */
export function nodeOptions(entry, outfile, { editor = false, banner = '' } = {}) {
  return {
    ...shared,
    entryPoints: [entry],
    outfile,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: editor ? ['vscode'] : [],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: banner + importMetaUrl },
    plugins: [addonBesideBundle],
  }
}

/** The package `bindings` looks for addons in a source tree; a bundle has its addon beside it. */
const addonBesideBundle = {
  name: 'addon-beside-bundle',
  setup(build) {
    build.onResolve({ filter: /^bindings$/ }, () => ({ path: 'bindings', namespace: 'addon' }))
    build.onLoad({ filter: /.*/, namespace: 'addon' }, () => ({
      contents: "module.exports = (name) => require(require('node:path').join(__dirname, name + '.node'))",
    }))
  },
}

const panelOptions = {
  ...shared,
  entryPoints: { panel: 'webview/main.ts' },
  outdir: dist,
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  loader: { '.ttf': 'file' },
}

function processes() {
  return [
    nodeOptions('src/extension/main.ts', join(dist, 'extension.cjs'), { editor: true }),
    nodeOptions('src/service.ts', join(dist, 'service.cjs')),
    nodeOptions('src/parse-worker.ts', join(dist, 'parse-worker.cjs')),
    nodeOptions('src/cli/main.ts', join(dist, 'cli.cjs'), { banner: cliBanner }),
    panelOptions,
  ]
}

function editorSuites() {
  if (!existsSync(join(root, 'test/editor/suite'))) return []
  const { outfile: _, ...options } = nodeOptions('', '', { editor: true })
  const entries = readdirSync(join(root, 'test/editor/suite')).filter((name) => name.endsWith('.test.ts'))
  return [
    {
      ...options,
      outdir: join(dist, 'test'),
      outExtension: { '.js': '.cjs' },
      entryPoints: ['test/editor/suite-runner.ts', ...entries.map((name) => `test/editor/suite/${name}`)],
      outbase: 'test/editor',
    },
  ]
}

function copyAssets() {
  copyInto(dist, join(modules, 'web-tree-sitter/web-tree-sitter.wasm'))
  for (const [name, languages] of Object.entries(grammars)) {
    const files = languages.map((language) => join(modules, name, `tree-sitter-${language}.wasm`))
    copyInto(join(dist, 'grammars'), ...files)
  }
  rmSync(join(dist, 'queries'), { recursive: true, force: true })
  const queries = join(root, 'media/queries')
  if (existsSync(queries))
    copyInto(join(dist, 'queries'), ...readdirSync(queries).map((name) => join(queries, name)))
  copyInto(dist, join(modules, '@vscode/codicons/dist/codicon.css'))
  copyInto(dist, join(modules, '@vscode/codicons/dist/codicon.ttf'))
  const addon = join(modules, 'hnswlib-node/build/Release/addon.node')
  if (existsSync(addon)) copyInto(dist, addon)
  else console.warn('hnswlib-node was not built on this machine: vectors will be searched exactly.')
}

function copyInto(folder, ...files) {
  mkdirSync(folder, { recursive: true })
  for (const file of files) copyFileSync(file, join(folder, basename(file)))
}

/** While the house is being built some entries do not exist yet. */
function exists(options) {
  const entry = Array.isArray(options.entryPoints) ? options.entryPoints[0] : options.entryPoints.panel
  if (existsSync(join(root, entry))) return true
  console.warn(`${entry} does not exist yet: skipped`)
  return false
}

async function build() {
  copyAssets()
  const all = [...processes(), ...(flags.has('--tests') ? editorSuites() : [])].filter(exists)
  if (flags.has('--watch')) {
    for (const options of all) await (await esbuild.context({ ...options, logLevel: 'info' })).watch()
    return
  }
  // esbuild has printed the errors by then; one broken process does not keep the others from being built.
  const results = await Promise.allSettled(all.map((options) => esbuild.build(options)))
  if (results.some(({ status }) => status === 'rejected')) process.exitCode = 1
  if (existsSync(join(dist, 'cli.cjs'))) chmodSync(join(dist, 'cli.cjs'), 0o755)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
