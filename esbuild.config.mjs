/**
 * Builds one file per process into dist/ and copies the assets beside them.
 * Flags: --production (minified, no source maps), --watch, --tests (also the suites that run inside the editor),
 * --outdir=FOLDER (instead of dist/).
 */

import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
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

/** npm leaves an optional package out where it could not be built; asking for it then fails when it is asked for. */
const missingAddon = existsSync(join(modules, 'hnswlib-node')) ? [] : ['hnswlib-node']

/** Only the extension (and the tests inside the editor) may import `vscode`: a lock of the import law. */
export function nodeOptions(entry, outfile, { editor = false, banner = '' } = {}) {
  return {
    ...shared,
    entryPoints: [entry],
    outfile,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: [...(editor ? ['vscode'] : []), ...missingAddon],
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

/**
 * The extension in two files: what `activate` needs, and `later.cjs` with all that is imported on demand, so that the
 * editor does not parse a megabyte when it starts. A module that both need exists once, in the first: `instanceof` and
 * kept state hold across the two.
 */
async function extensionInTwo() {
  const { entryPoints, ...options } = nodeOptions('src/extension/main.ts', '', { editor: true })
  const [entry] = entryPoints
  const { first, later } = await splitAtDynamicImports({ ...options, entryPoints })
  const shared = [...first].map((path, at) => ({ path, name: `module${at}` }))
  return [
    {
      ...options,
      outfile: join(dist, 'extension.cjs'),
      stdin: {
        resolveDir: root,
        contents: [
          ...shared.map(({ path, name }) => `import * as ${name} from ${JSON.stringify(path)}`),
          `export * from ${JSON.stringify(`./${entry}`)}`,
          `export const shared = { ${shared.map(({ path, name }) => `${keyOf(path)}: ${name}`)} }`,
        ].join('\n'),
      },
      plugins: [...options.plugins, takenFrom('later.cjs', 'later', (path) => later.has(path), true)],
    },
    {
      ...options,
      outfile: join(dist, 'later.cjs'),
      stdin: {
        resolveDir: root,
        contents: `exports.later = { ${[...later].map(
          (path) => `get ${keyOf(path)}() { return require(${JSON.stringify(path)}) }`,
        )} }`,
      },
      plugins: [...options.plugins, takenFrom('extension.cjs', 'shared', (path) => first.has(path), false)],
    },
  ]
}

/** The files that are loaded at once, and those that only dynamic imports of these lead to. Absolute paths. */
async function splitAtDynamicImports(options) {
  const later = new Set()
  const stopThere = {
    name: 'stop-at-dynamic-imports',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        const path = args.kind === 'dynamic-import' ? await sourceOf(build, args) : undefined
        if (path !== undefined) later.add(path)
        return path === undefined ? undefined : { path, external: true }
      })
    },
  }
  const { metafile } = await esbuild.build({
    ...options,
    outfile: 'nowhere.cjs',
    write: false,
    metafile: true,
    plugins: [...options.plugins, stopThere],
  })
  const sources = Object.keys(metafile.inputs).filter((path) => path.startsWith('src/'))
  const first = new Set(sources.map((path) => join(root, path)))
  for (const path of first) later.delete(path)
  return { first, later }
}

/** Modules that stand in another bundle, which exports them by path under `field`. */
function takenFrom(bundle, field, isThere, onlyDynamic) {
  return {
    name: `taken-from-${bundle}`,
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.namespace === field) return { path: args.path, external: true }
        if (args.kind === 'entry-point' || (onlyDynamic && args.kind !== 'dynamic-import')) return undefined
        const path = await sourceOf(build, args)
        if (path === undefined || !isThere(path)) return undefined
        // What stands in for it is CommonJS, whatever its own name says.
        return { path: `${relative(root, path)}.cjs`, namespace: field, pluginData: keyOf(path) }
      })
      build.onLoad({ filter: /.*/, namespace: field }, ({ pluginData: key }) => ({
        contents: `module.exports = require('./${bundle}').${field}[${key}]`,
      }))
    },
  }
}

/** Names no folder of the machine that builds. */
function keyOf(path) {
  return JSON.stringify(relative(root, path))
}

/** Where an import leads to; undefined for what stays outside of bundles. */
async function sourceOf(build, { path, resolveDir, kind, pluginData }) {
  if (pluginData === 'asked' || path === 'vscode' || path.startsWith('node:')) return undefined
  const found = await build.resolve(path, { resolveDir, kind, pluginData: 'asked' })
  return found.external || found.errors.length > 0 || found.namespace !== 'file' ? undefined : found.path
}

async function processes() {
  const extension = flags.has('--watch')
    ? [nodeOptions('src/extension/main.ts', join(dist, 'extension.cjs'), { editor: true })]
    : await extensionInTwo()
  return [
    ...extension,
    nodeOptions('src/service.ts', join(dist, 'service.cjs')),
    nodeOptions('src/parse-worker.ts', join(dist, 'parse-worker.cjs')),
    nodeOptions('src/mcp.ts', join(dist, 'mcp.cjs')),
    nodeOptions('src/cli/main.ts', join(dist, 'cli.cjs'), { banner: cliBanner }),
    panelOptions,
  ]
}

function editorSuites() {
  const { outfile: _, ...options } = nodeOptions('', '', { editor: true })
  const entries = readdirSync(join(root, 'test/editor/suite')).filter((name) => name.endsWith('.test.ts'))
  return {
    ...options,
    outdir: join(dist, 'test'),
    outExtension: { '.js': '.cjs' },
    entryPoints: ['test/editor/suite-runner.ts', ...entries.map((name) => `test/editor/suite/${name}`)],
    outbase: 'test/editor',
  }
}

function copyAssets() {
  copyInto(dist, join(modules, 'web-tree-sitter/web-tree-sitter.wasm'))
  for (const [name, languages] of Object.entries(grammars)) {
    const files = languages.map((language) => join(modules, name, `tree-sitter-${language}.wasm`))
    copyInto(join(dist, 'grammars'), ...files)
  }
  const queries = join(root, 'media/queries')
  copyInto(join(dist, 'queries'), ...readdirSync(queries).map((name) => join(queries, name)))
  for (const name of readdirSync(join(dist, 'queries'))) {
    if (!existsSync(join(queries, name))) rmSync(join(dist, 'queries', name))
  }
  copyInto(dist, join(modules, '@vscode/codicons/dist/codicon.css'))
  copyInto(dist, join(modules, '@vscode/codicons/dist/codicon.ttf'))
  const addon = join(modules, 'hnswlib-node/build/Release/addon.node')
  if (existsSync(addon)) copyInto(dist, addon)
  else console.warn('hnswlib-node was not built on this machine: vectors will be searched exactly.')
}

/** Leaves files alone that are there already: somebody may be reading them. */
function copyInto(folder, ...files) {
  mkdirSync(folder, { recursive: true })
  for (const file of files) {
    const target = join(folder, basename(file))
    if (!isCopy(file, target)) copyFileSync(file, target)
  }
}

function isCopy(file, target) {
  if (!existsSync(target)) return false
  const [from, to] = [statSync(file), statSync(target)]
  return from.size === to.size && from.mtimeMs <= to.mtimeMs
}

async function build() {
  copyAssets()
  const all = [...(await processes()), ...(flags.has('--tests') ? [editorSuites()] : [])]
  if (flags.has('--watch')) {
    for (const options of all) await (await esbuild.context({ ...options, logLevel: 'info' })).watch()
    return
  }
  // esbuild has printed the errors by then; one broken process does not keep the others from being built.
  const results = await Promise.allSettled(all.map((options) => esbuild.build(options)))
  if (results.some(({ status }) => status === 'rejected')) process.exit(1)
  chmodSync(join(dist, 'cli.cjs'), 0o755)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
