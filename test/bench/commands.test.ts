import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BenchReport } from '../../src/cli/bench/measure.ts'
import { runCli } from '../cli/run-cli.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

/** A folder of its own for what the benchmarks put into the temporary folder, so that leftovers are seen. */
function ownTemporaryFolder() {
  const folder = makeRepo({}, { git: false })
  return { env: { TMPDIR: folder.dir, TMP: folder.dir, TEMP: folder.dir }, folder }
}

async function report(line: readonly string[], env: Record<string, string>): Promise<BenchReport> {
  const { code, stdout, stderr } = await runCli([...line, '--json'], { env })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as BenchReport
}

const figure = ({ figures }: BenchReport, name: string) => {
  const found = figures.find((one) => one.name.includes(name))
  assert.ok(found, name)
  assert.ok(Number.isFinite(found.value), `${name}: ${found.value}`)
  return found
}

test('bench index measures a repository without touching it', async () => {
  using repo = makeRepo('python-small', { commits: [{ message: 'second', files: { 'a.py': 'a = 1\n' } }] })
  const { env, folder } = ownTemporaryFolder()
  const bench = await report(['bench', 'index', '--repo', repo.dir, '--runs', '2'], env)
  assert.equal(figure(bench, 'files indexed').value, 9)
  for (const name of [
    'parsing alone',
    'reopen',
    'save to searchable, p95',
    'worktree',
    'peak resident',
    'store',
  ])
    assert.ok(figure(bench, name).value > 0, name)
  assert.equal(bench.machine.node, process.versions.node)
  assert.deepEqual(readdirSync(folder.dir), [], 'nothing is left behind')
  assert.ok(!readdirSync(join(repo.dir, '.git')).includes('casebook'))
  assert.equal(repo.git('worktree', 'list').split('\n').length, 1)
  folder.cleanup()
})

test('bench index takes a bare repository and a commit', async () => {
  using repo = makeRepo('python-small', { commits: [{ message: 'second', files: { 'a.py': 'a = 1\n' } }] })
  repo.git('clone', '--quiet', '--bare', '.', 'bare.git')
  const line = ['bench', 'index', '--repo', join(repo.dir, 'bare.git'), '--at', 'HEAD~1', '--runs', '1']
  assert.equal(figure(await report(line, { TMPDIR: tmpdir() }), 'files indexed').value, 8)
})

test('bench search measures a generated repository and removes it', async () => {
  const { env, folder } = ownTemporaryFolder()
  const bench = await report(['bench', 'search', '--files', '60', '--queries', '30'], env)
  assert.equal(figure(bench, 'files').value, 60)
  assert.ok(figure(bench, 'search, p95').value > 0)
  assert.match(figure(bench, 'search, median').note ?? '', /^27 short queries, [0-3] without/)
  assert.deepEqual(readdirSync(folder.dir), [])
  folder.cleanup()
})

test('bench chat measures the first token of answers over a generated repository, and removes it', async () => {
  const { env, folder } = ownTemporaryFolder()
  const line = ['bench', 'chat', '--chunks', '200', '--questions', '5', '--memories', '5']
  const { figures } = await report(line, env)
  const [first, p95] = figures
  assert.match(first?.note ?? '', /^4 questions; the endpoint alone: \d+ ms$/)
  assert.ok(p95 !== undefined && p95.value > 0 && p95.floor === 150)
  assert.ok(figures.some(({ name, value }) => name.startsWith('recall and search') && value > 0))
  assert.deepEqual(readdirSync(folder.dir), [])
  folder.cleanup()
})

test('bench corpus writes the same repository for the same seed', async () => {
  const head = async (seed: string) => {
    using folder = makeRepo({}, { git: false })
    const line = [
      'bench',
      'corpus',
      '--out',
      join(folder.dir, 'c'),
      '--files',
      '20',
      '--commits',
      '5',
      '--seed',
      seed,
    ]
    assert.equal((await runCli(line)).code, 0)
    return folder.git('-C', 'c', 'rev-parse', 'HEAD')
  }
  assert.equal(await head('3'), await head('3'))
  assert.notEqual(await head('3'), await head('4'))
})

test('a benchmark of something that is no repository fails with a remedy', async () => {
  using folder = makeRepo('no-git')
  const { code, stderr } = await runCli(['bench', 'index', '--repo', folder.dir])
  assert.equal(code, 1)
  assert.match(stderr, /cannot be cloned/)
})

test('bench localise finds repositories by name, ranks the files of issues and writes the rankings', async () => {
  using place = makeRepo({}, { git: false })
  using repo = makeRepo('python-small')
  place.git('clone', '--quiet', '--bare', repo.dir, 'bookkeepers+ledger/repo')
  const issue = (id: string, repository: string, problem: string) => ({
    instance_id: id,
    repo: repository,
    base_commit: repo.git('rev-parse', 'HEAD'),
    problem_statement: problem,
    gold_files: ['ledger/money.py'],
  })
  const issues = [
    issue(
      'ledger-1',
      'bookkeepers/ledger',
      'parse_amount cuts cents\n\n`parse_amount("1.239")` should raise.',
    ),
    issue('other-1', 'nobody/nothing', 'x'),
  ]
  place.write({ 'issues.jsonl': issues.map((one) => `${JSON.stringify(one)}\n`).join('') })
  const line = [
    '--data',
    join(place.dir, 'issues.jsonl'),
    '--repos',
    place.dir,
    '--out',
    join(place.dir, 'out.jsonl'),
  ]
  const { code, stdout, stderr } = await runCli(['bench', 'localise', ...line, '--ablate'])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /\n *all +1 +1\.000 +1\.000 +1\.000 +1\.000\n|\nall +1 +1\.000/)
  assert.match(stdout, /skipped +other-1 +nobody\/nothing is not in/)
  assert.match(stdout, /\nwithout +Acc@1/)
  assert.match(stderr, /1\/2 {2}ledger-1 {2}rank 1\n/)
  const [ranking] = readFileSync(join(place.dir, 'out.jsonl'), 'utf8').split('\n')
  assert.equal((JSON.parse(ranking ?? '{}') as { rank: number }).rank, 1)
})

test('bench localise refuses data that are no issues, with the line', async () => {
  using place = makeRepo({ 'issues.jsonl': '{"instance_id": 3}\n' }, { git: false })
  const line = ['bench', 'localise', '--data', join(place.dir, 'issues.jsonl'), '--repos', place.dir]
  const { code, stderr } = await runCli(line)
  assert.equal(code, 1)
  assert.match(stderr, /Line 1 of .*issues\.jsonl is not an issue/)
})
