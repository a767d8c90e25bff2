/** Two processes that change the same memory at the same time: one is right, the other is told. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const program = fileURLToPath(new URL('./editing-process.ts', import.meta.url))

interface Edited {
  version?: number
  text?: string
  error?: string
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Edited>()
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part
    if (output.includes('ready\n')) ready.resolve()
  })
  child.on('close', () => {
    ready.resolve()
    ended.resolve(JSON.parse(output.split('\n')[1] || '{}') as Edited)
  })
  return { ready: ready.promise, ended: ended.promise, go: () => child.stdin.write('go\n') }
}

test('of two processes that edit one version of a memory one wins, and the other changes nothing', async (t) => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const { memories } = await openMemory(t, repo.dir)
  const { record } = await memories.remember({ text: 'Prices in shop/tax.py are net prices' })
  const before = (await memories.log({ limit: 500 })).length
  const texts = ['Prices in shop/tax.py are euros', 'Prices in shop/tax.py are cents']
  const editors = texts.map((text) => start(repo.dir, record.id, text))
  await Promise.all(editors.map(({ ready }) => ready))
  for (const { go } of editors) go()
  const results = await Promise.all(editors.map(({ ended }) => ended))
  const winner = results.find(({ error }) => error === undefined)
  const loser = results.find(({ error }) => error !== undefined)
  assert.equal(winner?.version, 2)
  assert.match(
    loser?.error ?? '',
    /UserError: The memory \w+ was changed meanwhile by .*\(event \d+\): it is version 2, not 1/,
  )
  const { record: now, history } = await memories.show(record.id)
  assert.deepEqual([now.text, now.tags, now.version], [winner?.text, [winner?.text], 2])
  assert.equal((await memories.log({ limit: 500 })).length, before + 1, 'one event, of the winner')
  assert.equal(history[0]?.type, 'REVISED')
})
