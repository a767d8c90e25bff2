/** The log of changes of a chat session is replayed as VS Code does it, and nothing in it can reach beyond the state. */

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyEntry, replay } from '../../src/memory/episodes/mutation-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'casebook-log-'))
let count = 0

async function replayed(lines: readonly unknown[], omit?: ReadonlySet<string>) {
  const file = join(folder, `${count++}.jsonl`)
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
  const skipped: { reason: string; line: number | undefined }[] = []
  const skips = { skip: (reason: string, { line }: { line?: number }) => void skipped.push({ reason, line }) }
  const log = await replay(file, { skips, ...(omit && { omit }) })
  return { ...log, skipped }
}

const start = { kind: 0, v: { requests: [{ id: 'a', response: ['x', 'y', 'z'] }], title: 'old' } }

test('sets, pushes and deletes lead to the state that VS Code has', async () => {
  const { state, skipped } = await replayed([
    start,
    { kind: 1, k: ['title'], v: 'new' },
    { kind: 1, k: ['requests', 0, 'vote'], v: 1 },
    { kind: 2, k: ['requests'], v: [{ id: 'b' }] },
    { kind: 2, k: ['requests', 1, 'response'], v: ['p'] },
    { kind: 3, k: ['requests', 0, 'vote'] },
  ])
  assert.deepEqual(skipped, [])
  assert.deepEqual(state, {
    requests: [
      { id: 'a', response: ['x', 'y', 'z'] },
      { id: 'b', response: ['p'] },
    ],
    title: 'new',
  })
})

test('a push with a position cuts there first, with or without new items', async () => {
  const { state } = await replayed([
    start,
    { kind: 2, k: ['requests', 0, 'response'], v: ['Y'], i: 1 },
    { kind: 2, k: ['requests', 0, 'response'], v: ['Z', 'W'] },
    { kind: 2, k: ['requests', 0, 'response'], i: 2 },
  ])
  assert.deepEqual(state, { requests: [{ id: 'a', response: ['x', 'Y'] }], title: 'old' })
})

test('a later first entry, as compaction writes it, begins anew', async () => {
  const { state } = await replayed([
    start,
    { kind: 1, k: ['title'], v: 'lost' },
    { kind: 0, v: { requests: [] } },
  ])
  assert.deepEqual(state, { requests: [] })
})

test('entries that do not fit are counted with their line and change nothing', async () => {
  const misfits = [
    { kind: 1, k: ['requests', 7, 'vote'], v: 1 },
    { kind: 2, k: ['title'], v: ['x'] },
    { kind: 2, k: ['requests'], v: [], i: 4_294_967_295 },
    { kind: 2, k: ['requests'], v: [], i: -1 },
    { kind: 1, k: ['requests', 'length'], v: 1e9 },
    { kind: 1, k: ['requests', 1_000_000], v: {} },
    { kind: 9, k: ['title'], v: 'x' },
    { kind: 1, k: 'title', v: 'x' },
    { kind: 1, k: [{}], v: 'x' },
  ]
  const { state, skipped } = await replayed([{ kind: 1, k: ['title'], v: 'early' }, start, ...misfits])
  assert.deepEqual(state, start.v)
  assert.deepEqual(
    skipped.map(({ line }) => line),
    [1, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  )
})

test('paths through prototypes reach nothing', async () => {
  const hostile = ['__proto__', 'constructor', 'prototype', 'toString']
  const lines = hostile.flatMap((name) => [
    { kind: 1, k: [name, 'polluted'], v: true },
    { kind: 1, k: ['constructor', 'prototype', 'polluted'], v: true },
    { kind: 1, k: ['requests', name, 'polluted'], v: true },
    { kind: 2, k: [name], v: [1] },
    { kind: 3, k: [name, 'toString'] },
    `{"kind":1,"k":["${name}"],"v":{"__proto__":{"polluted":true}}}`,
    `{"kind":0,"v":{"requests":[],"__proto__":{"polluted":true}}}`,
  ])
  const { state } = await replayed(lines)
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
  assert.equal((state as { polluted?: boolean }).polluted, undefined)
  assert.equal(typeof {}.toString, 'function')
  assert.equal(Object.getPrototypeOf(state), Object.prototype)
})

test('what nobody reads is not kept, and changes of it are no misfits', async () => {
  const { state, skipped } = await replayed(
    [
      { kind: 0, v: { keep: 1, inputState: { text: 'x'.repeat(1000) } } },
      { kind: 1, k: ['inputState', 'text', 'deep'], v: 'y' },
    ],
    new Set(['inputState']),
  )
  assert.equal(JSON.stringify(state), '{"keep":1}')
  assert.deepEqual(skipped, [])
})

test('every object knows the line that it came with', async () => {
  const { state, lineOf } = await replayed([
    start,
    { kind: 2, k: ['requests'], v: [{ id: 'b', response: [] }] },
    { kind: 2, k: ['requests', 1, 'response'], v: [{ kind: 'tool' }] },
  ])
  const { requests } = state as { requests: { response: unknown[] }[] }
  assert.equal(lineOf(requests[0]), 1)
  assert.equal(lineOf(requests[1]), 2)
  assert.equal(lineOf(requests[1]?.response[0]), 3)
})

/** What VS Code's reader does, written down plainly: the law that the replay is held to. */
function reference(
  state: unknown,
  entry: { kind: number; k: (string | number)[]; v?: unknown; i?: number },
): unknown {
  const copy = structuredClone(state)
  let node = copy as Record<string | number, unknown>
  for (const key of entry.k.slice(0, -1)) node = node[key] as Record<string | number, unknown>
  const key = entry.k.at(-1) as string | number
  if (entry.kind === 1) node[key] = entry.v
  if (entry.kind === 3) node[key] = undefined
  if (entry.kind === 2) {
    const list = (node[key] as unknown[] | undefined) ?? []
    if (entry.i !== undefined) list.length = entry.i
    list.push(...((entry.v as unknown[] | undefined) ?? []))
    node[key] = list
  }
  return copy
}

test('any fitting entry gives what the plain reading of the format gives', () => {
  const item = fc.record({ id: fc.string(), parts: fc.array(fc.integer(), { maxLength: 4 }) })
  const states = fc.record({ list: fc.array(item, { minLength: 1, maxLength: 4 }), title: fc.string() })
  const law = fc.property(
    states,
    fc.nat(),
    fc.nat(),
    fc.array(fc.integer(), { maxLength: 3 }),
    (state, a, b, v) => {
      const at = a % state.list.length
      const parts = state.list[at]?.parts ?? []
      const entries = [
        { kind: 1, k: ['title'], v },
        { kind: 1, k: ['list', at, 'new'], v },
        { kind: 1, k: ['list', at, 'parts', b % (parts.length + 1)], v },
        { kind: 2, k: ['list', at, 'parts'], v },
        { kind: 2, k: ['list', at, 'parts'], v, i: b % (parts.length + 1) },
        { kind: 2, k: ['list', at, 'parts'], i: b % (parts.length + 1) },
        { kind: 2, k: ['list', at, 'fresh'], v },
        { kind: 2, k: ['list'], v: [{ id: 'n', parts: [] }], i: at },
        { kind: 3, k: ['title'] },
        { kind: 3, k: ['list', at, 'parts'] },
        { kind: 3, k: ['list', at] },
      ]
      for (const entry of entries) {
        const change = applyEntry(structuredClone(state), structuredClone(entry))
        assert.equal(change.problem, null)
        assert.equal(JSON.stringify(change.state), JSON.stringify(reference(state, entry)))
      }
    },
  )
  fc.assert(law, { numRuns: 200 })
})
