/** Sweeps over a real repository, its index and its memory: what each change of code and branches does to records. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type SweepContext, sweepAnchors, sweepBranches } from '../../src/casebook/sweeps.ts'
import type { Casebook } from '../../src/casebook.ts'
import { openGit } from '../../src/memory/git.ts'
import { cite } from '../../src/memory/recall/records/cite.ts'
import type { MemoryRecord, RecordDraft } from '../../src/memory/record.ts'
import { openIndex } from '../../src/memory/store/index-db.ts'
import { openMemory as openMemoryDb } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const total = 'def grand_total(prices):\n    rounded = round(sum(prices), 2)\n    return rounded\n'
const stock = 'def in_stock(item):\n    return item.count > 0\n'

interface Swept extends SweepContext {
  repo: FixtureRepo
  casebook: Casebook
  remember(reference: string, fields?: Partial<RecordDraft>): MemoryRecord
  /** Indexes and sweeps everything; gives the types of the new events. */
  pass(): Promise<string[]>
}

async function open(t: TestContext): Promise<Swept> {
  const repo = makeRepo({ 'shop/cart.py': total, 'shop/stock.py': stock })
  const place = makeRepo({}, { git: false })
  const casebook = await openMemory(t, repo.dir, { store: place.dir })
  await casebook.index({ reason: 'test' })
  const { db } = openIndex(place.dir)
  const memory = openMemoryDb(null)
  const store = openMemoryStore({ db: memory.db, namespace: 'n' })
  const git = await openGit(repo.dir)
  assert.ok(git)
  t.after(() => {
    db.close()
    memory.db.close()
    repo.cleanup()
    place.cleanup()
  })
  const viewId = Number(db.prepare('select id from view').get()?.id)
  const context: SweepContext = { store, db, viewId, git, commit: null, hasHistory: true, settled: new Map() }
  return {
    ...context,
    repo,
    casebook,
    remember(reference, fields = {}) {
      const head = repo.git('rev-parse', 'HEAD')
      const { anchors, notes } = cite({ db, viewId, head }, [reference])
      assert.deepEqual(notes, [])
      const record = store.complete({ ...lesson, anchors, commit: head, ...fields })
      store.append([{ ...event, changes: [{ op: 'create', id: record.id, record }] }])
      return record
    },
    async pass() {
      await casebook.index({ reason: 'test' })
      const before = store.lastSeq()
      await sweepBranches(context)
      await sweepAnchors(context, 'all')
      return store
        .events({ limit: 100 })
        .filter(({ seq }) => seq > before)
        .map(({ type }) => type)
    },
  }
}

const event = { type: 'RECORDED', actor: { type: 'person', name: 'ada' }, reason: 'said so' } as const
const lesson: RecordDraft = {
  kind: 'lesson',
  text: 'Totals are rounded once, at the end.',
  status: 'active',
  confidence: 'observed',
  provenance: { sources: [{ type: 'person', ref: 'ada' }], author: 'person', method: 'remember' },
  lesson: { polarity: 'do', stream: 'reasoning', role: null, order: null, params: {}, procedure: [] },
}

test('a lesson goes stale with its code, without any message, and is true again when the code is', async (t) => {
  const all = await open(t)
  const { id } = all.remember('grand_total')
  const other = all.remember('in_stock', { text: 'Stock is counted in pieces.' })
  assert.deepEqual(await all.pass(), [])
  all.repo.write({ 'shop/cart.py': total.replace('2', '3') })
  assert.deepEqual(await all.pass(), ['STALED'])
  assert.deepEqual(await all.pass(), [])
  assert.equal(all.store.get(id)?.status, 'stale')
  assert.equal(all.store.get(other.id)?.status, 'active')
  all.repo.write({ 'shop/cart.py': `import math\n\n\n${total}` })
  assert.deepEqual(await all.pass(), ['REVALIDATED'])
  assert.equal(all.store.get(id)?.status, 'active')
})

test('a lesson follows its code, is archived when that goes and comes back with it; undo brings it back, too', async (t) => {
  const all = await open(t)
  const { id } = all.remember('grand_total')
  all.repo.git('mv', 'shop/cart.py', 'shop/basket.py')
  assert.deepEqual(await all.pass(), ['REVALIDATED'])
  assert.equal(all.store.get(id)?.anchors[0]?.path, 'shop/basket.py')
  all.repo.write({ 'shop/basket.py': null })
  assert.deepEqual(await all.pass(), ['ARCHIVED'])
  const [gone] = all.store.events({ id, limit: 1 })
  assert.match(gone?.reason ?? '', /^code gone: grand_total/)
  all.repo.write({ 'lib/sums.py': total })
  assert.deepEqual(await all.pass(), ['RESTORED'])
  assert.deepEqual(
    [all.store.get(id)?.status, all.store.get(id)?.anchors[0]?.path],
    ['active', 'lib/sums.py'],
  )
  assert.deepEqual(all.store.verify(), [])
})

test('looks only at the records of the paths that were touched', async (t) => {
  const all = await open(t)
  all.remember('grand_total')
  const other = all.remember('in_stock', { text: 'Stock is counted in pieces.' })
  all.repo.write({ 'shop/cart.py': total.replace('2', '3'), 'shop/stock.py': stock.replace('0', '1') })
  await all.casebook.index({ reason: 'test' })
  assert.deepEqual(await sweepAnchors(all, ['shop/stock.py', 'README.md']), { checked: 1, events: 1 })
  assert.equal(all.store.get(other.id)?.status, 'stale')
  assert.deepEqual(await sweepAnchors(all, ['README.md']), { checked: 0, events: 0 })
})

test('what another branch shows does not judge the records of the whole repository', async (t) => {
  const all = await open(t)
  const { id } = all.remember('grand_total')
  all.repo.git('checkout', '--quiet', '-b', 'feature/x')
  all.repo.commit('no more totals', { 'shop/cart.py': null })
  assert.deepEqual(await all.pass(), [])
  assert.equal(all.store.get(id)?.status, 'active')
  const own = all.remember('in_stock', { branch: 'feature/x', text: 'Stock is counted in pieces.' })
  all.repo.write({ 'shop/stock.py': null })
  assert.deepEqual(await all.pass(), ['ARCHIVED'])
  assert.equal(all.store.get(own.id)?.status, 'archived')
})

test('a view that HEAD has left, an old commit and a lost index judge nothing', async (t) => {
  const all = await open(t)
  all.remember('grand_total')
  all.repo.commit('changed', { 'shop/cart.py': null })
  assert.equal((await sweepAnchors(all, 'all')).checked, 0)
  await all.casebook.index({ reason: 'test' })
  assert.equal((await sweepAnchors({ ...all, commit: 'c'.repeat(40) }, 'all')).checked, 0)
  all.db.exec('update view set complete = 0')
  assert.equal((await sweepAnchors(all, 'all')).checked, 0)
})

test('the memories of a merged branch become those of the repository, those of an abandoned one expire visibly', async (t) => {
  const all = await open(t)
  const { repo, store } = all
  repo.git('checkout', '--quiet', '-b', 'feature/x')
  const merged = all.remember('in_stock', { branch: 'feature/x', text: 'Stock is counted in pieces.' })
  assert.deepEqual(await all.pass(), [])
  repo.commit('x', { 'x.txt': 'x\n' })
  assert.deepEqual(await all.pass(), [])
  repo.git('checkout', '--quiet', '-b', 'feature/y')
  repo.commit('y', { 'y.txt': 'y\n' })
  const left = all.remember('grand_total', { branch: 'feature/y' })
  assert.deepEqual(await all.pass(), [])
  repo.git('checkout', '--quiet', 'main')
  repo.git('merge', '--quiet', '--squash', 'feature/x')
  repo.commit('feature x')
  repo.git('branch', '--quiet', '-D', 'feature/x')
  assert.deepEqual(await all.pass(), ['PROMOTED'])
  assert.equal(store.get(merged.id)?.branch, null)
  const tip = repo.git('rev-parse', 'feature/y')
  repo.git('branch', '--quiet', '-D', 'feature/y')
  assert.deepEqual(await all.pass(), ['ARCHIVED'])
  const [gone] = store.events({ id: left.id, limit: 1 })
  assert.equal(gone?.reason, 'branch feature/y was deleted without being merged')
  assert.deepEqual(await all.pass(), [])
  repo.git('branch', 'feature/y', tip)
  assert.deepEqual(await all.pass(), ['RESTORED'])
  assert.deepEqual([store.get(left.id)?.status, store.get(left.id)?.branch], ['active', 'feature/y'])
})

test('thousands of records never hold up others for long, and a sweep stops when it is told to', async (t) => {
  const all = await open(t)
  const { anchors } = all.remember('grand_total')
  const records = Array.from({ length: 1_500 }, (_, at) =>
    all.store.complete({ ...lesson, anchors, text: `Totals are rounded once, ${at}.` }),
  )
  all.store.append(
    records.map((record) => ({ ...event, changes: [{ op: 'create', id: record.id, record }] })),
  )
  await assert.rejects(sweepAnchors(all, 'all', AbortSignal.abort()), { name: 'AbortError' })
  // Without git, so that nothing but the sweep itself can let others have their turn.
  let turns = 0
  let sweeping = true
  const take = () => {
    turns++
    if (sweeping) setImmediate(take)
  }
  setImmediate(take)
  const started = performance.now()
  const { checked, events } = await sweepAnchors({ ...all, hasHistory: false }, 'all')
  sweeping = false
  const each = (performance.now() - started) / turns
  t.diagnostic(`${turns} turns of others, one every ${each.toFixed(1)} ms`)
  assert.deepEqual([checked, events], [1_501, 0])
  // The quicker the machine, the fewer slices there are; one turn would mean that nobody else had any.
  assert.ok(turns >= 2, `${turns}`)
})
