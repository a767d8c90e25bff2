import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Known, reconcile } from '../../src/memory/indexing/reconcile.ts'
import type { ViewFile } from '../../src/memory/store/files.ts'
import type { ListedFile } from '../../src/memory/types.ts'

const listed = (...files: ListedFile[]) => new Map(files.map((file) => [file.path, file]))
const file = (path: string, oid: string | null): ListedFile => ({ path, oid, size: null })
const row = (path: string, more: Partial<ViewFile> = {}): ViewFile => ({
  path,
  oid: 'old',
  blobId: 1,
  bytes: 5,
  mtime: null,
  excluded: null,
  ...more,
})

function known(rows: ViewFile[], more: Partial<Known> = {}): Known {
  const files = new Map(rows.map((one) => [one.path, one]))
  return { files, findBlob: () => null, stamps: new Map(), maxFileSize: 100, ...more }
}

describe('reconciling', () => {
  it('finds nothing to do when nothing changed', () => {
    const plan = reconcile(listed(file('a', 'old')), known([row('a')]))
    assert.deepEqual(plan, { changed: [], gone: [], pending: [] })
  })

  it('reads new and changed files, and lets a changed one stay searchable meanwhile', () => {
    const plan = reconcile(listed(file('a', 'new'), file('b', 'b')), known([row('a')]))
    assert.deepEqual(
      plan.pending.map(({ path }) => path),
      ['a', 'b'],
    )
    assert.deepEqual(
      plan.changed.map(({ path }) => path),
      ['b'],
    )
  })

  it('shows content that was parsed before without reading it: a branch switched back', () => {
    const plan = reconcile(
      listed(file('a', 'seen')),
      known([row('a')], { findBlob: () => ({ id: 7, bytes: 5 }) }),
    )
    assert.deepEqual(plan.pending, [])
    assert.equal(plan.changed[0]?.blobId, 7)
  })

  it('forgets what is no longer listed', () => {
    assert.deepEqual(reconcile(listed(), known([row('a')])).gone, ['a'])
  })

  it('trusts time and size of files that git does not vouch for, and nothing less', () => {
    const rows = [row('same', { mtime: 9 }), row('later', { mtime: 9 }), row('racy', { mtime: null })]
    const stamps = new Map(
      ['same', 'later', 'racy'].map((path) => [path, { size: 5, mtime: path === 'later' ? 10 : 9 }]),
    )
    const plan = reconcile(
      listed(file('same', null), file('later', null), file('racy', null)),
      known(rows, { stamps }),
    )
    assert.deepEqual(
      plan.pending.map(({ path }) => path),
      ['later', 'racy'],
    )
  })

  it('reads a file again that the size limit of today lets in', () => {
    const rows = [row('a', { blobId: null, excluded: 'too-large', bytes: 50 })]
    assert.equal(reconcile(listed(file('a', 'old')), known(rows)).pending.length, 1)
    assert.equal(reconcile(listed(file('a', 'old')), known(rows, { maxFileSize: 40 })).pending.length, 0)
  })

  it('reads an indexed file again that the size limit of today keeps out', () => {
    const seen = { findBlob: () => ({ id: 1, bytes: 50 }), maxFileSize: 40 }
    const plan = reconcile(listed(file('a', 'old')), known([row('a', { bytes: 50 })], seen))
    assert.deepEqual(
      plan.pending.map(({ path }) => path),
      ['a'],
    )
  })

  it('settles: applying a plan leaves nothing to do', () => {
    const files = fc.uniqueArray(fc.record({ path: fc.string({ minLength: 1 }), oid: fc.string() }), {
      selector: ({ path }) => path,
    })
    fc.assert(
      fc.property(files, files, (before, after) => {
        const rows = new Map(before.map(({ path, oid }) => [path, row(path, { oid })]))
        const target = listed(...after.map(({ path, oid }) => file(path, oid)))
        const plan = reconcile(target, known([...rows.values()]))
        for (const changed of plan.changed) rows.set(changed.path, changed)
        for (const path of plan.gone) rows.delete(path)
        for (const { path, oid } of plan.pending) rows.set(path, row(path, { oid }))
        assert.deepEqual(reconcile(target, known([...rows.values()])), { changed: [], gone: [], pending: [] })
        assert.deepEqual([...rows.keys()].sort(), [...target.keys()].sort())
      }),
    )
  })
})
