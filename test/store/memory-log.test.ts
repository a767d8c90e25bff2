import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UserError } from '../../src/memory/ports.ts'
import { everything, factDraft, memoryIn, person, put, recorded } from './memory-fixtures.ts'

describe('the memory store', () => {
  it('gives back what was recorded, by id, prefix and handle', () => {
    const store = memoryIn()
    const record = put(store, factDraft('npm test needs Node 20'))
    assert.deepEqual(store.get(record.id), record)
    assert.deepEqual(store.find(record.id.slice(0, 20).toLowerCase()), record)
    assert.deepEqual(store.find(`mem:${record.id}`), record)
    assert.throws(() => store.find('01ZZZZ'), UserError)
    assert.equal(store.event(1)?.reason, 'because')
  })

  it('names the field of a record that is wrong, and writes nothing', () => {
    const store = memoryIn()
    assert.throws(() => store.complete(factDraft('')), /text/)
    const record = store.complete(factDraft('fine'))
    const other = { ...record, namespace: 'elsewhere' }
    assert.throws(() => store.append([recorded(record), recorded(other)]), /another repository/)
    assert.equal(store.lastSeq(), 0)
    assert.equal(store.get(record.id), null)
  })

  it('refuses a change of a value that somebody else changed since, and names the event', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('first'))
    const edit = (before: string, after: string) =>
      store.append([
        {
          type: 'REVISED',
          actor: person,
          reason: 'edit',
          changes: [{ op: 'set', id, fields: { text: { before, after } } }],
        },
      ])
    edit('first', 'second')
    assert.throws(() => edit('first', 'third'), new RegExp(`${id}.*text is "second".*event 2`))
    assert.equal(store.get(id)?.text, 'second')
  })

  it('finds records by path, symbol, issue and words', () => {
    const store = memoryIn()
    const anchors = [{ path: 'src/Pay.ts', symbol: 'Pay.charge', blob: 'b', commit: null }]
    const { id } = put(
      store,
      factDraft('charging twice is refused by the gateway', { anchors, entities: ['ECHARGE'] }),
    )
    put(store, factDraft('unrelated remark about colours'))
    const ids = (found: { id: string }[]) => found.map((one) => one.id)
    assert.deepEqual(ids(store.byKey('path', ['./src/pay.ts'], everything, 5)), [id])
    assert.deepEqual(ids(store.byKey('symbol', ['charge'], everything, 5)), [id])
    assert.deepEqual(ids(store.byKey('signature', ['ECHARGE'], everything, 5)), [id])
    assert.deepEqual(ids(store.byWords(['gateway', 'charging'], everything, 5)), [id])
    assert.equal(store.knowsKey('path', 'src/other.ts'), false)
  })

  it('keeps evidence once, compressed, under its hash', () => {
    const store = memoryIn()
    const sha = store.putArtifact('log', 'text/plain', 'boom\n'.repeat(1000))
    assert.equal(store.putArtifact('log', 'text/plain', 'boom\n'.repeat(1000)), sha)
    assert.equal(store.artifact(sha)?.content.length, 5000)
    assert.equal(store.artifact('0'.repeat(64)), null)
  })
})
