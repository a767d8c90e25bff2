import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { benchLocalise } from '../../src/cli/bench/localise.ts'
import { parseSettings } from '../../src/config.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const settings = parseSettings({ workers: 1 })

/** A repository where the fix is known, under three of the names that are looked for, and a file of issues. */
function prepare(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'casebook-localise-test-'))
  const repo = makeRepo({
    'pkg/rounding.py': 'def round_half_even(amount):\n    """Round money."""\n    return round(amount, 2)\n',
    'pkg/mail.py': 'def send(letter):\n    """Send a letter."""\n    return letter\n',
    'tests/test_rounding.py': 'from pkg.rounding import round_half_even\n',
  })
  t.after(() => {
    repo.cleanup()
    rmSync(folder, { recursive: true, force: true })
  })
  const base = repo.git('rev-parse', 'HEAD')
  repo.commit('Round the money of letters as well', {
    'pkg/mail.py': 'def send(letter):\n    return round(letter)\n',
  })
  cpSync(repo.dir, join(folder, 'me__plain'), { recursive: true })
  repo.git('clone', '--quiet', '--bare', '.', join(folder, 'me+bare', 'repo'))
  const issue = (name: string, text: string, gold: string) => ({
    instance_id: `${name}-1`,
    repo: `me/${name}`,
    base_commit: base,
    created_at: '2024-01-01T00:30:00Z',
    problem_statement: text,
    gold_files: [gold],
  })
  const issues = [
    issue('plain', 'Money is rounded the wrong way\n\nSee `round_half_even`.', 'pkg/rounding.py'),
    issue('bare', 'A letter is not sent\n\nsend the letter by mail', 'pkg/mail.py'),
    issue('absent', 'whatever', 'pkg/mail.py'),
  ]
  const data = join(folder, 'issues.jsonl')
  writeFileSync(data, issues.map((one) => `${JSON.stringify(one)}\n`).join(''))
  return { folder, data }
}

test('finds repositories by their names, counts, and says what was skipped', async (t) => {
  const { folder, data } = prepare(t)
  const out = join(folder, 'ranking.jsonl')
  const lines: string[] = []
  const report = await benchLocalise({
    data,
    repos: folder,
    out,
    ablate: true,
    settings,
    log,
    onProgress: (_done, _total, line) => lines.push(line),
  })
  assert.equal(report.issues, 2)
  assert.deepEqual(report.overall, { at1: 1, at3: 1, at5: 1, at10: 1 })
  assert.deepEqual(
    report.skipped.map(({ id }) => id),
    ['absent-1'],
  )
  assert.ok(report.ablations.length > 3)
  assert.equal(lines.length, 2)
  const rankings = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const { files } of rankings) {
    for (const { path } of files) assert.doesNotMatch(path, /^tests\//)
  }
})

test('sees no commit later than the base commit', async (t) => {
  const { folder, data } = prepare(t)
  const out = join(folder, 'ranking.jsonl')
  await benchLocalise({ data, repos: folder, out, only: 'plain', settings, log })
  const [ranking] = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const votes = (wanted: string) =>
    ranking.files
      .find(({ path }: { path: string }) => path === wanted)
      ?.explain.find(({ channel }: { channel: string }) => channel === 'best commit')?.score
  assert.equal(
    votes('pkg/mail.py'),
    votes('pkg/rounding.py'),
    'only the first commit, which added both, votes',
  )
})

test('names the line that is not an issue', async (t) => {
  const { folder } = prepare(t)
  const data = join(folder, 'broken.jsonl')
  writeFileSync(data, '{"instance_id": "x"}\n')
  await assert.rejects(benchLocalise({ data, repos: folder, settings, log }), /Line 1 of .*broken\.jsonl/)
})
