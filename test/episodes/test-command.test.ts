/** Which shell lines run tests, and whether the exit code of the line is theirs. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simpleCommands } from '../../src/memory/episodes/shell.ts'
import { testRunOf } from '../../src/memory/episodes/test-command.ts'

const lines: [line: string, runner: string, scope: string[], ownsExit: boolean][] = [
  ['pytest', 'pytest', [], true],
  ['cd /x && FOO=1 python -m pytest tests/test_a.py -q', 'pytest', ['tests/test_a.py'], true],
  ['bash -lc "npm test -- --watch=false"', 'npm test', [], true],
  ['npx -y vitest run src/a.test.ts', 'jest', ['src/a.test.ts'], true],
  ['pytest -x 2>&1 | tail -20', 'pytest', [], false],
  ['pytest > out.txt 2>&1', 'pytest', [], true],
  ['go test ./...', 'go test', [], true],
  ['go test ./pkg/foo -run TestX', 'go test', ['./pkg/foo', 'TestX'], true],
  ['make test || true', 'make test', [], false],
  ['npm run build && npm run test:unit', 'npm test', [], true],
  ['poetry run pytest -k cart', 'pytest', ['cart'], true],
  ['./gradlew :app:test --tests Foo', 'gradle test', [':app:test', 'Foo'], true],
  ['docker compose exec web pytest', 'pytest', [], true],
  ['yarn workspace foo test', 'npm test', [], true],
  ['node --test test/a.test.js', 'node --test', ['test/a.test.js'], true],
  ['mvn -q -Dtest=FooTest test', 'mvn test', ['FooTest'], true],
  ['cmd /c npm test', 'npm test', [], true],
  ['timeout 60 pytest tests', 'pytest', [], true],
  ['cd sub; pytest; echo done', 'pytest', [], false],
  ['pytest &', 'pytest', [], false],
]

for (const [line, runner, scope, ownsExit] of lines) {
  test(`knows the test run of: ${line}`, () => {
    const run = testRunOf(line)
    assert.deepEqual(
      { runner: run?.runner, kind: run?.kind, scope: run?.scope, ownsExit: run?.ownsExit },
      { runner, kind: 'test', scope, ownsExit },
    )
  })
}

test('types and style are checks, not tests', () => {
  for (const line of ['tsc --noEmit', 'npm run lint', 'ruff check .', 'npx eslint src', 'cargo clippy'])
    assert.equal(testRunOf(line)?.kind, 'check', line)
})

test('what only names a test program runs no test', () => {
  const others = [
    'git status',
    'cat pytest.ini',
    'echo pytest',
    'grep -r "npm test" .',
    'pip install pytest',
    'pytest --version',
    'pytest --collect-only',
    'sed -n 1,5p tests/test_a.py',
    'vim tests/test_cart.py',
    'git commit -m "make test green"',
  ]
  for (const line of others) assert.equal(testRunOf(line), null, line)
})

test('a shell line is taken apart with its quotes', () => {
  const commands = simpleCommands(`A=1 echo "a && b" 'c;d' | wc -l && rm x\\ y`)
  assert.deepEqual(commands, [
    { words: ['A=1', 'echo', 'a && b', 'c;d'], joint: '|' },
    { words: ['wc', '-l'], joint: '&&' },
    { words: ['rm', 'x y'], joint: '' },
  ])
})

test('a line of any characters ends in time and does not throw', () => {
  for (const line of ['"', "'", '\\', '&&', '"'.repeat(50_000), `${'a '.repeat(30_000)}`, '$(pytest)'])
    assert.doesNotThrow(() => testRunOf(line))
})
