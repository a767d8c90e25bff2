import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type {
  CommitDetail,
  CommitHit,
  FileHit,
  LocateReply,
  RootStatus,
  SearchReply,
} from '../../src/protocol.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { runCli } from './run-cli.ts'

let repo: FixtureRepo

before(async () => {
  repo = makeRepo('python-small', {
    message: 'A ledger with exact money\n\nCloses #12.',
    commits: [
      {
        message: 'Round interest as banks do (#34)',
        files: { 'docs/rounding.md': '# Rounding of interest\n' },
      },
    ],
  })
  repo.write({ '.env': 'SECRET=hunter2\n' })
  repo.git('add', '--force', '.env')
  repo.git('commit', '--quiet', '--message', 'Add environment')
  assert.equal((await runCli(['index'], { cwd: repo.dir })).code, 0)
})

after(() => repo.cleanup())

const run = (...line: string[]) => runCli(line, { cwd: repo.dir })

async function json<Data>(...line: string[]): Promise<Data> {
  const { code, stdout, stderr } = await run(...line, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Data
}

test('the first question indexes the repository and says so', async () => {
  using fresh = makeRepo('python-small')
  const { code, stdout, stderr } = await runCli(['search', 'parse_amount'], { cwd: fresh.dir })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^ledger\/money\.py:\d+ {2}.*parse_amount/)
  assert.match(stderr, /not indexed yet/)
  assert.match(stderr, /\d+ results? in \d+ ms, from 100 % of the files\./)
  assert.equal(fresh.git('status', '--short'), '')
})

test('an indexed repository is not indexed again, but changes are seen', async () => {
  using own = makeRepo('python-small')
  const search = () => runCli(['search', 'brand_new_name'], { cwd: own.dir })
  assert.match((await search()).stdout, /^Nothing found|occurs? nowhere|nothing/i)
  own.write({ 'ledger/extra.py': 'def brand_new_name():\n    return 1\n' })
  const { stdout, stderr } = await search()
  assert.match(stdout, /^ledger\/extra\.py:1 /)
  assert.doesNotMatch(stderr, /not indexed yet/)
})

test('index reports what it did, and does nothing the second time', async () => {
  const { code, stdout } = await run('index')
  assert.equal(code, 0)
  assert.match(stdout, /^\d+ files indexed \(nothing changed\) in .*\n[1-9]\d* chunks, /)
  const summary = await json<Record<string, unknown>>('index')
  for (const key of ['files', 'parsed', 'chunks', 'commits', 'excluded', 'seconds'])
    assert.equal(typeof summary[key], 'number', key)
  assert.equal(summary.root, repo.dir)
  assert.equal(summary.commits, 3)
  const status = await json<RootStatus>('status')
  assert.deepEqual(
    [summary.files, summary.excluded, summary.chunks],
    [status.indexedFiles, status.excludedFiles, status.chunks],
  )
})

test('a rebuild happens when it is asked for, and its reason is kept', async () => {
  const summary = await json<{ parsed: number; reason: string }>(
    'index',
    '--fresh',
    '--reason',
    'because I say so',
  )
  assert.ok(summary.parsed > 0)
  const status = await json<RootStatus>('status')
  assert.equal(status.lastRun?.reason, 'because I say so')
})

test('search prints place, name and score, and why on request', async () => {
  const plain = await run('search', 'parse_amount')
  assert.match(plain.stdout, /^ledger\/money\.py:\d+ {2}\S*.* {2}\d+\.\d{3}\n/)
  assert.ok(!plain.stdout.includes('\u001b'))
  const explained = await run('search', 'parse_amount', '--explain')
  assert.match(explained.stdout, /\n {6}\w+ .*[+-]\d\.\d{4} {2}(#\d+|prior)/)
})

test('search as JSON is the reply of the memory', async () => {
  const reply = await json<SearchReply>('search', 'round_half_even', '--limit', '2')
  assert.ok(reply.hits.length >= 1 && reply.hits.length <= 2)
  assert.equal(reply.coverage, 1)
  const [hit] = reply.hits
  assert.ok(hit?.type === 'chunk')
  assert.equal(hit.path, 'ledger/money.py')
  assert.ok(hit.explain.length > 0)
})

test('what occurs nowhere is not found, which is no failure', async () => {
  const { code, stdout } = await run('search', 'zyxwvutXylophon')
  assert.equal(code, 0)
  assert.doesNotMatch(stdout, /\.py/)
  const reply = await json<SearchReply>('search', 'zyxwvutXylophon')
  assert.deepEqual(reply.hits, [])
})

test('locate ranks the files of an issue from a file and from standard input', async () => {
  const issue = 'Rounding is wrong\n\nparse_amount("1,234.567") should raise, but the cents are cut.\n'
  using text = makeRepo({ 'issue.txt': issue }, { git: false })
  const reply = await json<LocateReply>('locate', '--query-file', join(text.dir, 'issue.txt'))
  assert.equal(reply.files[0]?.path, 'ledger/money.py')
  const { code, stdout } = await runCli(['locate', '-'], { cwd: repo.dir, stdin: issue })
  assert.equal(code, 0)
  assert.match(stdout, /^ {2}1 {2}ledger\/money\.py {2}/)
  const piped = await runCli(['locate', '-f', '-', '--json'], { cwd: repo.dir, stdin: issue })
  assert.deepEqual(
    (JSON.parse(piped.stdout) as LocateReply).files.map((file: FileHit) => file.path),
    reply.files.map((file) => file.path),
  )
})

test('commits are found by their words and shown whole', async () => {
  const { commits } = await json<{ commits: CommitHit[] }>('commits', 'interest', 'banks')
  const [first] = commits
  assert.equal(first?.subject, 'Round interest as banks do (#34)')
  const detail = await json<CommitDetail>('examine', first?.sha.slice(0, 8) ?? '')
  assert.equal(detail.sha, first?.sha)
  assert.deepEqual(
    detail.files.map(({ path }) => path),
    ['docs/rounding.md'],
  )
  const { stdout } = await run('examine', detail.sha)
  assert.match(stdout, /^commit [0-9a-f]{40}\nauthor {2}Ada Example\n/)
  assert.match(stdout, /\+# Rounding of interest/)
  repo.git('tag', 'rounded', detail.sha)
  const shas = async (...names: string[]) =>
    Promise.all(names.map(async (name) => (await json<CommitDetail>('examine', name)).sha))
  const [head] = await shas('HEAD')
  assert.deepEqual(await shas('rounded', '@', head?.slice(0, 5) ?? ''), [detail.sha, head, head])
  const unknown = await run('examine', 'no-such-branch')
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /no-such-branch is not among/)
})

test('time travel sees the tree and the history of that commit only', async () => {
  const reply = await json<SearchReply>(
    'search',
    'interest',
    '--at',
    'HEAD~2',
    '--store',
    join(repo.dir, '.git/other'),
  )
  assert.ok(!JSON.stringify(reply).includes('Rounding of interest'))
  const { commits } = await json<{ commits: CommitHit[] }>('commits', 'interest', '--at', 'HEAD~2')
  assert.deepEqual(commits, [])
  assert.ok(existsSync(join(repo.dir, '.git/other/index.db')))
})

test('status says what is indexed', async () => {
  const { code, stdout } = await run('status')
  assert.equal(code, 0)
  assert.match(stdout, /^repository +\S+/)
  assert.match(stdout, /languages +.*python/)
  const status = await json<RootStatus>('status')
  assert.equal(status.root, repo.dir)
  assert.equal(status.indexedFiles, status.files)
  assert.equal(status.commits, 3)
})

test('status of a repository that is not indexed does not index it', async () => {
  using fresh = makeRepo('python-small')
  const { code, stdout } = await runCli(['status'], { cwd: fresh.dir })
  assert.equal(code, 0)
  assert.match(stdout, /not indexed yet/)
})

test('excluded files come with their reason', async () => {
  const { stdout } = await run('excluded')
  assert.match(stdout, /secrets.*\.env/)
  assert.doesNotMatch(stdout, /hunter2/)
  const { files } = await json<{ files: { path: string; reason: string }[] }>('excluded')
  assert.deepEqual(files, [{ path: '.env', reason: 'secret' }])
})

test('settings come from the environment', async () => {
  using own = makeRepo({ 'small.py': 'x = 1\n', 'large.py': `y = '${'a'.repeat(5000)}'\n` })
  const { stdout } = await runCli(['excluded'], { cwd: own.dir, env: { CASEBOOK_MAX_FILE_SIZE: '1000' } })
  assert.match(stdout, /CASEBOOK_MAX_FILE_SIZE +large\.py/)
})

test('doctor finds nothing wrong', async () => {
  const { code, stdout } = await run('doctor')
  assert.equal(code, 0, stdout)
  for (const name of [
    'node',
    'git',
    'store',
    'writable',
    'sqlite',
    'memory',
    'embedder',
    'vectors',
    'errors',
    'addon',
    'index',
  ])
    assert.match(stdout, new RegExp(`^ok {4}${name} `, 'm'))
  const report = await json<{ ok: boolean; checks: { name: string; state: string }[] }>('doctor')
  assert.equal(report.ok, true)
})

test('doctor fails with the reason when the repository cannot be opened', async () => {
  const { code, stdout } = await run('doctor', '--repo', 'nowhere')
  assert.equal(code, 1)
  assert.match(stdout, /^fail {2}repository +There is no folder/m)
})

test('a plain folder has a memory too', async () => {
  using folder = makeRepo('no-git')
  const { code, stderr } = await runCli(['index'], { cwd: folder.dir })
  assert.equal(code, 0, stderr)
  assert.ok(existsSync(join(folder.dir, '.casebook/index.db')))
  assert.equal((await runCli(['commits', 'x'], { cwd: folder.dir })).stdout, 'No commit found.\n')
})

test('works from a folder inside the repository', async () => {
  const { stdout } = await runCli(['search', 'parse_amount'], { cwd: join(repo.dir, 'docs') })
  assert.match(stdout, /^ledger\/money\.py:/)
})

test('the hottest files and those that change together are listed', async () => {
  const { files } = await json<{ files: { path: string; edits: number }[] }>('hot')
  assert.ok(files.length > 0)
  assert.ok(files.every(({ edits }) => edits > 0))
  const { stdout, code } = await run('hot', 'no-such-file.py')
  assert.equal(code, 0)
  assert.match(stdout, /No commit changed no-such-file\.py together/)
})
