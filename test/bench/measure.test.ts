import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Figure,
  machineFacts,
  median,
  quantile,
  renderReport,
  verdict,
} from '../../src/cli/bench/measure.ts'

test('quantiles are values that were measured', () => {
  const values = [5, 1, 4, 2, 3]
  assert.equal(quantile(values, 0.95), 5)
  assert.equal(quantile(values, 0.2), 1)
  assert.equal(median(values), 3)
  assert.deepEqual(values, [5, 1, 4, 2, 3], 'the list is left as it was')
  assert.ok(Number.isNaN(quantile([], 0.5)))
})

test('a figure is held against floor and goal', () => {
  const figure = (value: number): Figure => ({ name: 'x', value, unit: 'ms', floor: 50, goal: 20 })
  assert.deepEqual(
    [19, 20, 50, 51].map((value) => verdict(figure(value))),
    ['goal met', 'goal met', 'floor met', 'MISSED'],
  )
  assert.equal(verdict({ name: 'x', value: 1, unit: '' }), '')
})

test('a report says what, where and when', () => {
  const figures: Figure[] = [
    { name: 'search, p95', value: 12.345, unit: 'ms', floor: 50, goal: 20, note: 'warm' },
  ]
  const lines = renderReport({ bench: 'search', subject: 'nothing', machine: machineFacts(), figures }).split(
    '\n',
  )
  assert.equal(lines[0], 'search: nothing')
  assert.match(lines[1] ?? '', /^\d{4}-\d\d-\d\d, \d+ cores .*Node \d+/)
  assert.match(lines[3] ?? '', /^search, p95 {2}12\.3 ms {3}50 ms +20 ms +goal met; warm$/)
})
