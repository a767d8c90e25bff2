/** The house keeps its import law, and the guard sees what it shall see. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { projectFolder } from '../harness/project.ts'
import { findImports, findViolations } from './import-law.ts'

test('the house keeps the import law', () => {
  assert.deepEqual(findViolations(projectFolder), [])
})

test('a room may use what lies below it', () => {
  assert.deepEqual(violationsOf({ 'src/memory/store/items.ts': "import type { A } from '../types.ts'" }), [])
})

test('a room may not use what lies above it', () => {
  assert.match(
    violationsOf({ 'src/memory/code/a.ts': "import { b } from '../indexing/b.ts'" })[0] ?? '',
    /may not/,
  )
})

test('peers do not meet', () => {
  const source = "import type { b } from '../indexing/b.ts'"
  assert.equal(violationsOf({ 'src/memory/recall/a.ts': source }).length, 1)
  assert.equal(violationsOf({ 'src/cli/a.ts': "export { b } from '../extension/b.ts'" }).length, 1)
})

test('outside things have one door each', () => {
  for (const [file, packageName] of [
    ['src/memory/indexing/a.ts', 'node:sqlite'],
    ['src/memory/code/a.ts', 'node:child_process'],
    ['src/memory/store/a.ts', 'hnswlib-node'],
    ['src/memory/recall/a.ts', 'web-tree-sitter'],
    ['src/casebook.ts', 'openai'],
    ['src/service.ts', 'vscode'],
    ['src/memory/store/a.ts', '#alias'],
    ['webview/a.ts', 'node:fs'],
  ] as const) {
    const found = violationsOf({ [file]: `import * as thing from '${packageName}'` })
    assert.equal(found.length, 1, `${packageName} in ${file}`)
  }
})

test('an import that hides is found', () => {
  assert.deepEqual(
    findImports(`
      import {
        one,
        two,
      } from './several-lines.ts'
      import './effect.ts'
      export * from './again.ts'
      // import './comment.ts'
      const later = await import('vscode')
      const old = require('openai')
      const bound = loadModule("hnswlib-node")
    `).sort(),
    ['./again.ts', './effect.ts', './several-lines.ts', 'hnswlib-node', 'openai', 'vscode'],
  )
})

test('a file outside the plan is found', () => {
  assert.deepEqual(violationsOf({ 'src/utils/a.ts': '' }), ['src/utils/a.ts lies in no room of the plan'])
})

/** Judges a synthetic house; the files that its imports name are there. */
function violationsOf(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'casebook-house-'))
  const neighbours = ['src/memory/types.ts', 'src/memory/indexing/b.ts', 'src/extension/b.ts']
  for (const [path, content] of Object.entries({
    ...Object.fromEntries(neighbours.map((n) => [n, ''])),
    ...files,
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  try {
    return findViolations(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}
