/** The assets folder for tests: grammars from the packages, queries from the sources, nothing built. */

import { globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const grammars = 'node_modules/{tree-sitter-*,@tree-sitter-grammars/tree-sitter-*}/tree-sitter-*.wasm'

/** A folder of links as `assetsFolder()` gives it, so that an edited query needs no build. */
export function sourceAssets(): string {
  const assets = mkdtempSync(join(tmpdir(), 'casebook-assets-'))
  process.on('exit', () => rmSync(assets, { recursive: true, force: true }))
  mkdirSync(join(assets, 'grammars'))
  for (const file of globSync(grammars, { cwd: root })) {
    symlinkSync(join(root, file), join(assets, 'grammars', basename(file)))
  }
  symlinkSync(join(root, 'media/queries'), join(assets, 'queries'))
  const runtime = 'web-tree-sitter.wasm'
  symlinkSync(join(root, 'node_modules/web-tree-sitter', runtime), join(assets, runtime))
  return assets
}
