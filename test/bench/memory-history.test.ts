/** The benchmark of past fixes: counts what it should, sees nothing of the future, and finds weights on other repositories only. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { votesOf } from '../../src/casebook/file-votes.ts'
import { benchMemoryHistory } from '../../src/cli/bench/memory-history.ts'
import { type Ranked, weighVotes } from '../../src/cli/bench/memory-votes.ts'
import { defaultSettings } from '../../src/config.ts'
import { toEpisode } from '../../src/memory/learn/history-episodes.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

test('an issue is led to its file by a past fix, and never by its own', async () => {
  using repo = makeRepo({ 'src/icons.py': 'A = 1\n', 'src/other.py': 'B = 1\n' })
  repo.commit('Fix the favicon of dark themes', { 'src/icons.py': 'A = 2\n' })
  const base = repo.commit('Fix the weather of yesterday', { 'src/other.py': 'B = 2\n' })
  repo.commit('Fix the zebra stripes of tables', { 'src/other.py': 'B = 3\n' })
  const folder = mkdtempSync(join(tmpdir(), 'casebook-bench-'))
  try {
    const issue = { instance_id: 'a', repo: basename(repo.dir), base_commit: base }
    const lines = [
      { ...issue, problem_statement: 'The favicon is lost in dark themes', gold_files: ['src/icons.py'] },
      { ...issue, problem_statement: 'Zebra stripes of tables are wrong', gold_files: ['src/zebra.py'] },
    ]
    const dev = join(folder, 'dev.jsonl')
    writeFileSync(dev, lines.map((line) => JSON.stringify(line)).join('\n'))
    const options = { dev, repos: dirname(repo.dir), locate: true, settings: defaultSettings, log }
    const report = await benchMemoryHistory(options)
    assert.equal(report.issues, 2)
    assert.deepEqual(report.hits.recall, { at1: 0.5, at5: 0.5, at10: 0.5, mrr: 0.5 })
    assert.ok(report.locateMs !== null)
    assert.equal(report.possible, 0.5)
    assert.equal(report.repositories[0]?.episodes, 2, 'the fix after the base commit is not there')
    assert.ok(report.votes !== null)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function ranked(repo: string, votes: Ranked['votes']): Ranked {
  const files = [
    { path: 'a.py', score: 1 },
    { path: 'b.py', score: 0.9 },
  ]
  return { repo, gold: ['b.py'], files, votes }
}

test('votes that lead to the right files get weight, held out as well', () => {
  const good = [{ path: 'b.py', kind: 'fix', score: 3 }] as const
  const report = weighVotes([ranked('x', good), ranked('y', good), ranked('z', good)])
  assert.equal(report.off.at1, 0)
  assert.equal(report.fitted.at1, 1)
  assert.equal(report.heldOut.at1, 1)
})

test('votes that mislead get none, and help in one repository is no help in another', () => {
  const bad = [{ path: 'a.py', kind: 'fix', score: 3 }] as const
  const good = [{ path: 'b.py', kind: 'fix', score: 3 }] as const
  assert.deepEqual(weighVotes([ranked('x', bad), ranked('y', bad)]).fitted.weights, [0, 0, 0])
  const mixed = weighVotes([ranked('x', good), ranked('y', [])])
  assert.deepEqual(mixed.heldOut.weights.x, [0, 0, 0], 'y alone gives no reason to weigh')
})

test('memory votes for the files of past fixes, not for those that were taken back, and not before its time', () => {
  const { db } = openMemory(null)
  try {
    const store = openMemoryStore({ db, namespace: 'test' })
    const files = [{ path: 'src/icons.py', status: 'M', blob: 'b', symbols: [] }]
    const commit = {
      authoredAt: 1,
      author: 'Ada',
      body: '',
      kind: 'fix',
      issues: [],
      request: null,
      files,
    } as const
    const rest = { ...commit, issues: [], files: [...files], reverts: [], added: 1, removed: 1 }
    const stands = { ...rest, sha: 'a'.repeat(40), time: 100, subject: 'Fix the favicon', revertedBy: null }
    const revertedBy = { sha: 'c'.repeat(40), reason: '', time: 300 }
    const gone = { ...rest, sha: 'b'.repeat(40), time: 200, subject: 'Fix the favicon again', revertedBy }
    for (const fix of [stands, gone]) {
      const draft = toEpisode(fix, null)
      assert.ok(draft)
      const record = store.complete(draft)
      const changes = [{ op: 'create' as const, id: record.id, record }]
      store.append([{ type: 'RECORDED', actor: { type: 'indexer', name: 'x' }, reason: 'x', changes }])
    }
    const votes = store.list({ kinds: ['episode'], limit: 9 }).flatMap((record) => votesOf(record, 1))
    assert.deepEqual(
      votes.map(({ path, kind }) => [path, kind]),
      [['src/icons.py', 'fix']],
    )
  } finally {
    db.close()
  }
})
