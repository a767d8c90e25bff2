/** Progress as a person sees it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { RunState } from '../../src/casebook/run-state.ts'

test('shows the files while they are read, and the history that is left afterwards', () => {
  const run = new RunState(() => {})
  run.begin('test')
  const shown = (phase: 'parse' | 'history', done: number, total: number) => {
    run.advance(phase, done, total)
    return `${run.progress?.phase} ${run.progress?.done}`
  }
  assert.equal(shown('history', 500, 7_000), 'history 500')
  assert.equal(shown('parse', 10, 100), 'parse 10')
  assert.equal(shown('history', 1_000, 7_000), 'parse 10')
  assert.equal(shown('parse', 100, 100), 'parse 100')
  assert.equal(shown('history', 6_000, 7_000), 'history 6000')
})

test('knows rate and time left although phases alternate', async () => {
  const run = new RunState(() => {})
  run.begin('test')
  for (let done = 0; done <= 40; done += 10) {
    run.advance('parse', done, 100)
    run.advance('history', done * 7, 7_000)
    await wait(100)
  }
  run.advance('parse', 50, 100)
  assert.ok((run.progress?.rate ?? 0) > 20)
  assert.ok((run.progress?.etaSeconds ?? 0) > 0)
})

test('a stop lets paused work through, also one that came before the work met the pause', async () => {
  const run = new RunState(() => {})
  run.pause()
  const passes = async (signal: AbortSignal) =>
    await Promise.race([run.passGate(signal).then(() => true), wait(500, false)])
  assert.equal(await passes(new AbortController().signal), false)
  assert.equal(await passes(AbortSignal.timeout(20)), true)
  assert.equal(await passes(AbortSignal.abort()), true)
})
