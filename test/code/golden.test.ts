import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { after, test } from 'node:test'
import { languageOf, languagesWithGrammar } from '../../src/memory/code/languages.ts'
import { openParser } from '../../src/memory/code/parser.ts'
import type { ParsedFile } from '../../src/memory/types.ts'
import { sourceAssets } from './assets.ts'

/**
 * Each fixture `sample.go` has a golden file `sample.go.golden`: its symbols, chunks and imports in lines
 * that a person can check. `UPDATE_GOLDEN=1` writes them anew; the difference is then reviewed.
 */
const folder = join(import.meta.dirname, '../fixtures/code')
const fixtures = globSync('*.*', { cwd: folder }).filter((name) => extname(name) !== '.golden')

const parser = await openParser(sourceAssets())
after(() => parser.close())

for (const name of fixtures) {
  test(`finds the definitions, chunks and imports of ${name}`, () => {
    const text = readFileSync(join(folder, name), 'utf8')
    const actual = describe(parser.parse(text, languageOf(name)))
    const golden = join(folder, `${name}.golden`)
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, actual)
    assert.equal(actual, readFileSync(golden, 'utf8'))
  })
}

test('has a fixture for every language with a grammar', () => {
  const covered = new Set(fixtures.map(languageOf))
  assert.deepEqual(
    languagesWithGrammar().filter((language) => !covered.has(language)),
    [],
  )
})

function describe({ language, lines, symbols, chunks, imports, fallback }: ParsedFile): string {
  return [
    `${language}, ${lines} lines${fallback === undefined ? '' : `, fallback: ${fallback}`}`,
    '',
    ...symbols.map(
      ({ startLine, endLine, kind, name, container }) =>
        `${startLine}-${endLine} ${kind} ${name}${container === '' ? '' : ` in ${container}`}`,
    ),
    '',
    ...chunks.map(({ startLine, endLine, kind, name }) =>
      `${startLine}-${endLine} ${kind} ${name}`.trimEnd(),
    ),
    '',
    ...imports.map(
      ({ module, names }) => `import ${module}${names.length > 0 ? `: ${names.join(', ')}` : ''}`,
    ),
    '',
  ].join('\n')
}
