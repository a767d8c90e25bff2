/** Commands that a repository's own files name. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandFact, commandFindings } from '../../src/memory/learn/command-facts.ts'
import { mayHoldCommands } from '../../src/memory/learn/command-files.ts'

function find(files: Record<string, string>) {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text, blob: `b-${path}` }))
  return commandFindings(texts).map(({ purpose, scope, command, places }) => ({
    said: `${purpose} ${scope}: ${command}`,
    files: places.map(({ path, line }) => `${path}:${line}`),
  }))
}

test('a script and the CI step that runs it are one command, said by two files', () => {
  const found = find({
    'package.json': '{\n  "scripts": {\n    "test": "vitest",\n    "lint": "biome check"\n  }\n}',
    '.github/workflows/ci.yml': 'jobs:\n  a:\n    steps:\n      - run: npm ci\n      - run: npm test\n',
  })
  assert.deepEqual(found, [
    { said: 'test .: npm test', files: ['package.json:3', '.github/workflows/ci.yml:5'] },
    { said: 'lint .: npm run lint', files: ['package.json:4'] },
  ])
})

test('another package manager is called by its name', () => {
  const manifest = '{"packageManager": "pnpm@9.0.0", "scripts": {"test": "x", "build": "y"}}'
  assert.deepEqual(
    find({ 'package.json': manifest }).map(({ said }) => said),
    ['test .: pnpm test', 'build .: pnpm run build'],
  )
})

test("npm's empty test script, broken JSON and a Makefile without targets say nothing", () => {
  const empty = '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'
  assert.deepEqual(
    find({ 'package.json': empty, 'composer.json': '{"scripts": ', Makefile: 'x := test' }),
    [],
  )
})

const cases: [string, Record<string, string>, string][] = [
  [
    'tox',
    {
      'tox.ini': '[tox]\n[testenv]\ncommands =\n  pytest {posargs}\n',
      '.travis.yml': 'script:\n  - tox -e py\n',
    },
    'test .: tox',
  ],
  [
    'pytest',
    {
      'pyproject.toml': '[tool.pytest.ini_options]\n',
      '.github/workflows/t.yml': '        run: python -m pytest -x --cov && true\n',
    },
    'test .: pytest',
  ],
  ['nox', { 'noxfile.py': '@nox.session\ndef tests(session):\n  pass\n' }, 'test .: nox -s tests'],
  ['make', { Makefile: 'all: x\ntest: all\n\tgo test\n' }, 'test .: make test'],
  ['cargo', { 'Cargo.toml': '[package]' }, 'test .: cargo test'],
  ['go', { 'go.mod': 'module a' }, 'test .: go test ./...'],
  [
    'maven',
    { 'pom.xml': '<project/>', '.github/workflows/b.yml': '- run: mvn -B verify\n- run: mvn test -P a\n' },
    'test .: mvn test',
  ],
  ['gradle', { 'build.gradle.kts': '' }, 'test .: ./gradlew test'],
  ['dotnet', { 'App.sln': '' }, 'test .: dotnet test'],
]
for (const [name, files, said] of cases) {
  test(`knows how ${name} tests`, () =>
    assert.equal(find(files).find(({ said: one }) => one.startsWith('test'))?.said, said))
}

test('a package inside a larger build has a command of its own only where somebody wrote one', () => {
  const found = find({
    'Cargo.toml': '[workspace]',
    'crates/a/Cargo.toml': '[package]',
    'web/package.json': '{"scripts": {"test": "vitest"}}',
  })
  assert.deepEqual(
    found.filter(({ said }) => said.startsWith('test')).map(({ said }) => said),
    ['test .: cargo test', 'test web: npm test'],
  )
})

test('vendored, example and deep files are not read', () => {
  assert.equal(mayHoldCommands('package.json'), true)
  assert.equal(mayHoldCommands('.github/workflows/ci.yml'), true)
  assert.equal(mayHoldCommands('packages/a/package.json'), true)
  assert.equal(mayHoldCommands('node_modules/a/package.json'), false)
  assert.equal(mayHoldCommands('examples/a/package.json'), false)
  assert.equal(mayHoldCommands('a/b/c/d/Cargo.toml'), false)
})

test('the fact is keyed by purpose and folder, checked by its command, anchored in its files', () => {
  const [finding] = commandFindings([{ path: 'Makefile', blob: 'b', text: 'test:\n\tx\n' }])
  assert.ok(finding)
  const draft = commandFact(finding, { head: 'h', branch: null, time: 5 })
  assert.deepEqual(draft.fact, { key: 'test-command(.)', value: 'make test', checker: 'make test' })
  assert.deepEqual(draft.anchors, [
    { path: 'Makefile', blob: 'b', commit: 'h', span: { startLine: 1, endLine: 1 } },
  ])
})
