/** Where the built files lie: grammars, queries, the native addon and the entries of other processes. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** True while the sources run directly (tests, development), false inside a bundle. */
const runsFromSource = import.meta.url.endsWith('.ts')

/**
 * The folder `dist/`, which holds `grammars/*.wasm`, `queries/*.scm`, `web-tree-sitter.wasm` and `addon.node`:
 * beside the bundle, or in the project when the sources run directly. Throws when nothing was built yet.
 */
export function assetsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const found = [here, join(here, '..'), join(here, '../dist')].find((folder) =>
    existsSync(join(folder, 'grammars')),
  )
  if (found === undefined) throw new Error(`No grammars near ${here}: run "npm run build" first`)
  return found
}

/** The file to start another process or thread with: the bundle, or the source when that is what runs. */
export function entryFile(name: 'service' | 'parse-worker' | 'mcp'): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return runsFromSource ? join(here, `${name}.ts`) : join(assetsFolder(), `${name}.cjs`)
}
