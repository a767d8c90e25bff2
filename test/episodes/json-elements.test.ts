/** Big JSON files are read piece by piece: lists element by element, what is broken costs only itself. */

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonElements, jsonFile } from '../../src/memory/episodes/json-elements.ts'

const folder = mkdtempSync(join(tmpdir(), 'casebook-json-'))
let count = 0

async function elements(content: string | Buffer, lists: string[] = []) {
  const file = join(folder, `${count++}.json`)
  writeFileSync(file, content)
  const skipped: string[] = []
  const skips = { skip: (reason: string) => void skipped.push(reason) }
  const found: { key: string | null; index: number; line: number; value: unknown }[] = []
  for await (const element of jsonElements(file, { skips, lists })) found.push(element)
  return { found, skipped }
}

test('any list gives its elements, however it is laid out', async () => {
  const law = fc.asyncProperty(
    fc.array(fc.jsonValue(), { maxLength: 8 }),
    fc.constantFrom(0, 2),
    async (list, indent) => {
      const { found, skipped } = await elements(JSON.stringify(list, null, indent))
      assert.deepEqual(
        found.map(({ value }) => value),
        JSON.parse(JSON.stringify(list)),
      )
      assert.deepEqual(
        found.map(({ index }) => index),
        list.map((_, at) => at),
      )
      assert.deepEqual(skipped, [])
    },
  )
  await fc.assert(law, { numRuns: 150 })
})

test('any object gives its wanted lists by element and its other members whole', async () => {
  const member = fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 4 }))
  const objects = fc.record({
    requests: fc.array(fc.jsonValue(), { maxLength: 5 }),
    title: member,
    'a "b"': member,
  })
  const law = fc.asyncProperty(objects, fc.constantFrom(0, 2), async (object, indent) => {
    const { found, skipped } = await elements(JSON.stringify(object, null, indent), ['requests'])
    const plain = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
    assert.deepEqual(
      found.filter(({ key }) => key === 'requests').map(({ value }) => value),
      plain.requests,
    )
    assert.deepEqual(
      found.find(({ key }) => key === 'title'),
      {
        ...found.find(({ key }) => key === 'title'),
        index: -1,
        value: plain.title,
      },
    )
    assert.deepEqual(skipped, [])
  })
  await fc.assert(law, { numRuns: 150 })
})

test('a file that ends too early gives what is whole of it', async () => {
  const whole = JSON.stringify([{ a: 1 }, { b: [2] }, { c: 'three' }])
  const { found, skipped } = await elements(whole.slice(0, -6))
  assert.deepEqual(
    found.map(({ value }) => value),
    [{ a: 1 }, { b: [2] }],
  )
  assert.ok(skipped.length > 0)
})

test('one broken element is counted, the others are read, and lines are told', async () => {
  const { found, skipped } = await elements('[\n  {"a": 1},\n  {"b" oops},\n  {"c": 3}\n]')
  assert.deepEqual(
    found.map(({ value, line }) => [value, line]),
    [
      [{ a: 1 }, 2],
      [{ c: 3 }, 4],
    ],
  )
  assert.deepEqual(skipped, ['a part of the file is no JSON'])
})

test('no JSON, the wrong encoding and a missing side file give nothing and say so', async () => {
  assert.deepEqual((await elements('not json at all')).skipped, ['the file is no JSON'])
  assert.deepEqual((await elements('')).found, [])
  const wide = await elements(Buffer.from('[{"a":1}]', 'utf16le'))
  assert.deepEqual(wide.found, [])
  assert.ok(wide.skipped.length > 0)
  const skips = { skip: () => assert.fail('a missing file is no fault') }
  assert.deepEqual(await jsonFile(join(folder, 'missing.json'), skips), {})
})

test('elements that reach over many pieces of the file are put together', async () => {
  const list = Array.from({ length: 40 }, (_, at) => ({ at, text: `${'\\"x'.repeat(40_000)}é${at}` }))
  const { found } = await elements(JSON.stringify(list))
  assert.deepEqual(
    found.map(({ value }) => value),
    list,
  )
})

test('what is nested too deep is cut, what is too long is shortened', async () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  const { found } = await elements(`[{"deep":${deep},"long":"${'a'.repeat(2_000_000)}"}]`)
  const [element] = found
  assert.ok(element)
  const { deep: cut, long } = element.value as { deep: unknown; long: string }
  assert.ok(JSON.stringify(cut).length < 300)
  assert.ok(long.length < 600_000 && long.includes('characters left out'))
})
