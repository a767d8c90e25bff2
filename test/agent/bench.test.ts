import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeToolCorpus } from '../../src/cli/bench/tool-corpus.ts'
import { measureRetrieval, readToolSet } from '../../src/cli/bench/tool-set.ts'
import { benchTools } from '../../src/cli/bench/tools-bench.ts'
import { fixture } from './tool-fixture.ts'
import { openWorld } from './world.ts'

test('D-47: over a long chat Workflow, Hybrid and the rule keep few tools; who never removes stays at the limit', async () => {
  const { signal } = new AbortController()
  const options = { tools: 1_000, turns: 50, seed: 1, toolSet: fixture, signal, note: () => {} }
  const { figures } = await benchTools(options)
  /** Kept share and tools left after peaks of a run. */
  const run = (name: string) => {
    const at = figures.findIndex((figure) => figure.name.startsWith(name))
    const [ratio, residual] = figures.slice(at, at + 2)
    assert.ok(ratio && residual, name)
    return { kept: ratio.value, residual: residual.value, note: `${ratio.note} ${residual.note}` }
  }
  for (const name of ['Workflow:', 'Hybrid:', 'Workflow, rule', 'Hybrid, rule']) {
    const { kept, residual, note } = run(name)
    // The marks of the full size, 5,000 tools and 100 turns, are 0.1 and 10; a fifth of the tools scatters more.
    assert.ok(kept <= 0.12, `${name} ${kept}`)
    assert.ok(residual < (name.includes('rule') ? 11 : 10), `${name} ${residual}`)
    // What was pruned is found again.
    assert.ok(Number(/task completion ([\d.]+)/.exec(note)?.[1]) >= 0.97, note)
  }
  const removing = [0.9, 0.3, 0.1].map((chance) => run(`Autonomous, removes ${chance}`))
  assert.deepEqual(
    removing.map(({ residual }) => residual),
    removing.map(({ residual }) => residual).sort((a, b) => a - b),
  )
  assert.ok((removing[0]?.residual ?? 99) < 15)
  for (const { kept } of removing) assert.ok(kept > 0.02 && kept < 0.3, String(kept))
  const never = run('Autonomous, never')
  assert.equal(never.kept, 1)
  assert.ok(never.residual > 115 && never.residual <= 126)
  assert.ok(Number(/limit hit in turn (\d+)/.exec(never.note)?.[1]) <= 30, never.note)
  assert.ok(!never.note.includes('failed'))
})

test('at least nine of ten hand-written requests find their tool among five', async (t) => {
  const wishes = await readToolSet(fixture)
  assert.ok(wishes.length >= 150)
  assert.ok(new Set(wishes.map(({ tool }) => tool.server)).size >= 10)
  const world = openWorld(t)
  await world.store.sync(wishes.map(({ tool }) => tool))
  const all = await measureRetrieval(world.store, wishes, 5)
  assert.ok(all.hits / all.asked >= 0.9, `${all.hits} of ${all.asked}`)
  // The weights and the everyday words were looked at with the other half.
  const held = await measureRetrieval(
    world.store,
    wishes.filter((_, at) => at % 2 === 1),
    5,
  )
  assert.ok(held.hits / held.asked >= 0.9, `${held.hits} of ${held.asked}`)
})

test('a line that is no tool is told', async () => {
  await assert.rejects(readToolSet(import.meta.filename), {
    name: 'UserError',
    message: /^Line 1 of .* is not a tool/,
  })
})

test('the made-up tools differ, and the same seed makes the same chat', () => {
  const make = (seed: number) => makeToolCorpus({ count: 5_000, turns: 20, seed })
  const { tools, turns } = make(3)
  assert.equal(new Set(tools.map(({ name }) => name)).size, 5_000)
  assert.deepEqual(make(3).turns, turns)
  assert.notDeepEqual(make(4).turns, turns)
  const names = new Set(tools.map(({ name }) => name))
  for (const { needs } of turns) for (const { name } of needs) assert.ok(names.has(name), name)
})
