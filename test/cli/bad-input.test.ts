import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { type CliOptions, runCli } from './run-cli.ts'

let repo: FixtureRepo
let folder: FixtureRepo

before(() => {
  repo = makeRepo('python-small')
  folder = makeRepo({ 'notes.txt': 'hello\n' }, { git: false })
})

after(() => {
  repo.cleanup()
  folder.cleanup()
})

/** Nothing on stdout; the message and, on a line of its own, what to do. */
async function expectFailure(
  line: readonly string[],
  message: RegExp,
  remedy: RegExp,
  options: CliOptions = {},
) {
  const { code, stdout, stderr } = await runCli(line, { cwd: repo.dir, ...options })
  assert.equal(stdout, '')
  const at = stderr.indexOf('casebook: ')
  assert.ok(at >= 0, stderr)
  const [first = '', ...rest] = stderr.slice(at).split('\n')
  assert.match(first, message)
  assert.match(rest.join('\n'), remedy)
  assert.doesNotMatch(stderr, /not expected|\n {4}at /)
  assert.equal(code, 1, stderr)
}

async function expectUsage(line: readonly string[], message: RegExp, usage: RegExp) {
  const { code, stdout, stderr } = await runCli(line, { cwd: repo.dir })
  assert.equal(stdout, '')
  assert.match(stderr, message)
  assert.match(stderr, usage)
  assert.equal(code, 2)
}

test('no command', () => expectUsage([], /command is missing/, /Usage: casebook COMMAND/))
test('unknown command', () =>
  expectUsage(['indx'], /'indx'\. Did you mean 'index'\?/, /Usage: casebook COMMAND/))
test('unknown option', () =>
  expectUsage(['status', '--jsn'], /--jsn\. Did you mean --json/, /Usage: casebook status/))
test('empty query', () => expectUsage(['search', '  '], /query is empty/, /Usage: casebook search QUERY/))
test('no query for commits', () =>
  expectUsage(['commits'], /query is empty/, /Usage: casebook commits QUERY/))
test('no commit to examine', () =>
  expectUsage(['examine'], /Give one commit/, /Usage: casebook examine COMMIT/))
test('no issue to locate', () => expectUsage(['locate'], /--query-file FILE/, /Usage: casebook locate/))
test('a limit that is no number', () =>
  expectUsage(['search', 'x', '-n', 'many'], /'many'/, /Usage: casebook search/))

test('missing folder', () => expectFailure(['status', '--repo', 'nowhere'], /no folder .*nowhere/, /--repo/))
test('a file instead of a folder', () => {
  repo.write({ 'plain.txt': 'x' })
  return expectFailure(['status', '--repo', 'plain.txt'], /is a file/, /--repo/)
})
test('unknown commit', () => expectFailure(['search', 'x', '--at', 'v9.9'], /no commit v9\.9/, /git log/))
test('a commit that looks like an option', () =>
  expectFailure(['search', 'x', '--at=--all'], /no commit --all/, /git log/))
test('a commit in a folder without git', () =>
  expectFailure(['search', 'x', '--at', 'HEAD'], /not a git repository/, /--at/, { cwd: folder.dir }))
test('a bare repository without a commit', () => {
  repo.git('clone', '--quiet', '--bare', '.', 'bare.git')
  return expectFailure(['search', 'x', '--repo', 'bare.git'], /bare repository/, /--at HEAD/)
})
test('a query file that does not exist', () =>
  expectFailure(['locate', '--query-file', 'none.txt'], /cannot be read.*none\.txt/, /--query-file/))
test('a query file that is a folder', () =>
  expectFailure(['locate', '--query-file', '.'], /cannot be read/, /--query-file/))
test('an empty query file', () => {
  repo.write({ 'empty.txt': '\n' })
  return expectFailure(['locate', '--query-file', 'empty.txt'], /empty\.txt is empty/, /text of the issue/)
})
test('empty standard input', () =>
  expectFailure(['locate', '-'], /Standard input is empty/, /text of the issue/))
test('a commit id that nobody knows', () => expectFailure(['examine', 'abcdef1234'], /abcdef1234/, /./))
test('a broken settings value', () =>
  expectFailure(['status'], /CASEBOOK_MAX_FILE_SIZE=big/, /CASEBOOK_MAX_FILE_SIZE/, {
    env: { CASEBOOK_MAX_FILE_SIZE: 'big' },
  }))

test('a store from a newer version is left alone', async () => {
  const store = mkdtempSync(join(tmpdir(), 'casebook-newer-'))
  try {
    const db = new DatabaseSync(join(store, 'index.db'))
    db.exec('pragma user_version = 9999; create table precious (x)')
    db.close()
    await expectFailure(['index', '--store', store], /newer Casebook/, /Update Casebook/)
    const again = new DatabaseSync(join(store, 'index.db'))
    assert.equal(again.prepare('select count(*) as n from precious').get()?.n, 0)
    again.close()
  } finally {
    rmSync(store, { recursive: true })
  }
})

test('a store folder that cannot be made', () => {
  writeFileSync(join(repo.dir, 'in-the-way'), '')
  return expectFailure(['index', '--store', 'in-the-way/store'], /in-the-way/, /another folder/)
})

test('a store folder where no folder can ever be made', { skip: !existsSync('/proc/self') }, () =>
  expectFailure(['status', '--store', '/proc/x/y'], /\/proc\/x\/y cannot be written/, /another folder/),
)

test('a repository that cannot be written is indexed in memory, and says so', async () => {
  using locked = makeRepo('python-small')
  writeFileSync(join(locked.dir, '.git/casebook'), 'a file where the store folder should be')
  const found = await runCli(['search', 'round_half_even', '--repo', locked.dir])
  assert.equal(found.code, 0, found.stderr)
  assert.match(found.stdout, /ledger\/money\.py/)
  assert.match(found.stderr, /warning: .*memory only/)
  const examined = await runCli(['doctor', '--repo', locked.dir])
  assert.match(examined.stdout, /warn {2}store .*memory only/)
  assert.equal(examined.code, 0)
})

test('a dead embedding server is said once, and the built-in embedder answers', async () => {
  const env = {
    CASEBOOK_EMBEDDER_KIND: 'endpoint',
    CASEBOOK_EMBEDDER_BASE_URL: 'http://127.0.0.1:9/v1',
    CASEBOOK_EMBEDDER_MODEL: 'some-model',
  }
  const { code, stdout, stderr } = await runCli(['search', 'parse_amount'], { cwd: repo.dir, env })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /ledger\/money\.py/)
  assert.equal(stderr.match(/built-in embedder serves/g)?.length, 1, stderr)
})
