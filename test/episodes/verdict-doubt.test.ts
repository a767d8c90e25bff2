/** Sessions that look as if they passed, and what they prove: nothing. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statedExit } from '../../src/memory/episodes/exit.ts'
import type { Step } from '../../src/memory/episodes/session.ts'
import { changesFiles } from '../../src/memory/episodes/shell-edits.ts'
import { testRunOf } from '../../src/memory/episodes/test-command.ts'
import { verdictOf } from '../../src/memory/episodes/verdict.ts'

const place = { file: '/s.jsonl', line: 1 }
const edit = (path = 'shop/cart.py'): Step => ({ type: 'edit', path, applied: true, at: null, place })
const run = (command: string, exitCode: number | null = 0, output = ''): Step => {
  return { type: 'command', command, exitCode, evidence: null, output, at: null, place }
}
const tool = (name: string): Step => {
  return { type: 'tool', name, input: '{}', output: 'ok', isError: false, at: null, place }
}
/** `folder`: where the commands ran. */
function verdict(steps: Step[], folder = ''): string {
  const edited = steps.flatMap((step) => (step.type === 'edit' ? [step.path] : []))
  return verdictOf(steps, edited, () => folder).verdict
}

test('what builds, lists, checks or serves is no test', () => {
  const others = [
    'npm run typecheck',
    'yarn tsc --noEmit',
    'npm run test:types',
    'npm run test-server',
    'npm run tauri build',
    'python manage.py check',
    'python manage.py makemigrations shop',
    'node test-connection.js',
    'mvn test-compile',
    'mvn -q verify -DskipTests',
    'gradle build -x test',
    './gradlew testClasses',
    'make check-format',
    'make -n test',
    'pytest -h',
    'pytest --collectonly',
    'pytest --fixtures',
    'go test -list .',
    'go test -c ./shop',
    'cargo test -- --list',
    'tox --notest',
    'ctest -N',
    'playwright test --list',
  ]
  for (const line of others) {
    assert.notEqual(testRunOf(line)?.kind, 'test', line)
    assert.equal(verdict([edit(), run(line)]), 'unknown', line)
  }
})

test('tests that are still told from them', () => {
  const tests = [
    'npm t',
    'npm run test:unit',
    'python manage.py test shop',
    'python3 -W error manage.py test',
    'mvn -q verify',
    './gradlew :app:test',
    'gradle check',
    'make check',
    'make unit-test',
    'bun test',
    'deno test -A',
    'npm --prefix web test',
    'npm -w web run test',
  ]
  for (const line of tests) assert.equal(testRunOf(line)?.kind, 'test', line)
})

test('tests of another package prove nothing', () => {
  const others = [
    'npm test --prefix packages/other',
    'npm --prefix packages/other test',
    'npm test -w other',
    'npm test --workspace=other',
    'pnpm --filter other test',
    'pnpm --filter=@acme/other... test',
    'yarn workspace other test',
    'make -C packages/other test',
    'cargo test --manifest-path packages/other/Cargo.toml',
    'mvn -pl packages/other test',
    'go test .',
    'go test',
  ]
  for (const line of others) assert.equal(verdict([edit('packages/shop/cart.x'), run(line)]), 'unknown', line)
  const own = ['pnpm --filter @acme/shop test', 'npm test -w packages/shop', 'go test ./...', 'npm test']
  for (const line of own) assert.equal(verdict([edit('packages/shop/cart.x'), run(line)]), 'passed', line)
  const here = [edit('packages/a/cart.py'), run('pytest tests/test_cart.py')]
  assert.equal(verdict(here, 'packages/b'), 'unknown', 'the same name elsewhere')
  assert.equal(verdict(here, 'packages/a'), 'passed')
  assert.equal(verdict([edit(), run('pytest')], 'tests'), 'passed', 'tests lie beside the code')
  assert.equal(verdict([edit('pkg/a.go'), run('go test')], 'pkg'), 'passed')
})

test('a run that left out the tests of the change proves nothing', () => {
  const lines = [
    'pytest --deselect tests/test_cart.py::test_total',
    'pytest --ignore=tests/test_cart.py',
    'pytest -k "not cart"',
    'pytest -x tests/test_other.py',
    'python -m unittest -f tests.test_other',
    'cargo test -- --skip cart',
    'pytest tests/test_cartography_shopify.py::test_map',
  ]
  for (const line of lines.slice(0, -1)) assert.equal(verdict([edit(), run(line)]), 'unknown', line)
  assert.equal(verdict([edit('src/app.py'), run('pytest tests/test_mapper.py')]), 'unknown')
  assert.equal(verdict([edit('src/api.ts'), run('jest tests/rapid.test.ts')]), 'unknown')
  for (const line of [
    'pytest -k "cart and not slow"',
    'python -m unittest tests.test_cart.TestCart',
    'pytest -p no:cacheprovider',
    'pytest tests/test_shopping_cart.py',
  ])
    assert.equal(verdict([edit(), run(line)]), 'passed', line)
})

test('a summary that a pipe cut out of the output is not the whole of it', () => {
  const suites = 'Test Suites: 1 failed, 1 passed, 2 total\nTests:       3 passed, 3 total'
  assert.equal(verdict([edit(), run('npx jest | tail -5', 0, suites)]), 'failed')
  const files = ' Test Files  1 failed | 1 passed (2)\n      Tests  3 passed (3)'
  assert.equal(verdict([edit(), run('npx vitest run | tail -5', 0, files)]), 'failed')
  const errors = ' Test Files  1 passed (1)\n      Tests  3 passed (3)\n     Errors  1 error'
  assert.equal(verdict([edit(), run('npx vitest run | tail -5', 0, errors)]), 'failed')
  const ok = 'ok  \texample.com/x\t0.1s'
  assert.equal(verdict([edit(), run('go test ./... | grep ok', 0, ok)]), 'unknown')
  assert.equal(verdict([edit(), run('go test ./... | head -3', 0, ok)]), 'unknown')
  assert.equal(verdict([edit(), run('npm test | grep passing', 0, '  5 passing (2ms)')]), 'unknown')
  assert.equal(
    verdict([edit(), run('npm test', null, '  5 passing (2ms)\n[900 characters truncated]')]),
    'unknown',
  )
  assert.equal(verdict([edit(), run('go test ./... | tail -3', 0, ok)]), 'passed')
  assert.equal(verdict([edit(), run('pytest | grep -E "passed|failed"', 0, '5 passed in 0.1s')]), 'passed')
})

test('a success without a test proves nothing', () => {
  assert.equal(verdict([edit(), run('python -m unittest', 0, 'Ran 0 tests in 0.000s\n\nOK')]), 'unknown')
  assert.equal(
    verdict([edit(), run('python -m unittest', 0, 'Ran 2 tests in 0.1s\n\nOK (skipped=2)')]),
    'unknown',
  )
  assert.equal(verdict([edit(), run('node --test', 0, '# tests 0\n# pass 0\n# fail 0')]), 'unknown')
  assert.equal(
    verdict([edit(), run('./gradlew test', 0, '> Task :test NO-SOURCE\n\nBUILD SUCCESSFUL in 1s')]),
    'unknown',
  )
  assert.equal(
    verdict([edit(), run('mvn test', 0, '[INFO] No tests to run.\n[INFO] BUILD SUCCESS')]),
    'unknown',
  )
})

test('of several commands the exit code is that of all only where && joins them', () => {
  assert.equal(verdict([edit(), run('npm run test:unit; npm run test:e2e')]), 'unknown')
  assert.equal(verdict([edit(), run('npm run test:unit && npm run test:e2e')]), 'passed')
  assert.equal(verdict([edit(), run('test -d x || pytest')]), 'unknown')
})

test('files that were changed behind the tests', () => {
  const proof = [edit(), run('pytest', 0, '5 passed in 0.1s')]
  const changes = [
    "python - <<'EOF'\nfrom pathlib import Path\nPath('shop/cart.py').write_text('x')\nEOF",
    `python3 -c "open('shop/cart.py', 'w').write('x')"`,
    `node -e "require('fs').writeFileSync('a.js', 'x')"`,
    'ruff check --fix .',
    'npx eslint --fix src',
  ]
  for (const line of changes) {
    assert.ok(changesFiles(line), line)
    assert.equal(verdict([...proof, run(line)]), 'unknown', line)
  }
  for (const line of [
    `python -c "open('/tmp/x', 'w').write('x')"`,
    `python -c "print(open('shop/cart.py').read())"`,
    'git checkout -b fix',
    'python -m pytest -q',
  ])
    assert.ok(!changesFiles(line), line)
  assert.equal(verdict([edit(), run('git stash && pytest; git stash pop', 0, '5 passed in 0.1s')]), 'unknown')
  assert.equal(verdict([...proof, tool('mcp__serena__replace_symbol_body')]), 'unknown')
  assert.equal(verdict([...proof, tool('TodoWrite'), tool('read_file')]), 'passed')
})

test('a run that could not begin says nothing where another did', () => {
  const good = run('python3 -m pytest', 0, '5 passed in 0.1s')
  const missing = run('python -m pytest', 127, 'bash: python: command not found')
  const noModule = run('python3 -m pytest -q', 1, '/usr/bin/python3: No module named pytest')
  const noTest = run('pytest tests/test_cart.py::x', 4, 'ERROR: not found: x\n\nno tests ran in 0.01s')
  for (const bad of [missing, noModule, noTest]) {
    assert.equal(verdict([edit(), bad, good]), 'passed')
    assert.equal(verdict([edit(), bad]), 'unknown')
  }
  const broken = run('pytest', 1, "E   ModuleNotFoundError: No module named 'shop'\n1 error in 0.1s")
  assert.equal(verdict([edit(), broken]), 'failed')
})

test('a program may print what an agent writes about exit codes', () => {
  assert.equal(statedExit('Exit code: 1\nOutput:\n{"exit_code": 0}'), null)
  assert.equal(statedExit('child exited with code 0\n<exited with exit code 1>')?.exitCode, 1)
  assert.equal(statedExit('Exit code: 1\nOutput:\nchild exited with code 3')?.exitCode, 1)
})
