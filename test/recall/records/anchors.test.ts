/** Anchors against the code as it is now: fresh, moved, drifted, gone, after each kind of change. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type CodeView, openCodeView } from '../../../src/cli/bench/code-view.ts'
import { freshnessOf, openAnchorCheck, reanchor } from '../../../src/memory/recall/records/anchors.ts'
import { cite } from '../../../src/memory/recall/records/cite.ts'
import type { AnchorState } from '../../../src/memory/recollection.ts'
import type { Anchor } from '../../../src/memory/record.ts'

const total = [
  'def grand_total(prices, discount):',
  '    """What somebody pays in the end."""',
  '    sum_of_prices = 0',
  '    for price in prices:',
  '        sum_of_prices += price',
  '    if discount is not None:',
  '        sum_of_prices -= discount.of(sum_of_prices)',
  '    if sum_of_prices < 0:',
  '        raise ValueError(sum_of_prices)',
  '    return round(sum_of_prices, 2)',
].join('\n')
const receipt = [
  'def print_receipt(lines):',
  '    """Prints what was bought."""',
  '    widest = max(len(line.name) for line in lines)',
  '    for line in lines:',
  '        name = line.name.ljust(widest)',
  '        price = str(line.price).rjust(8)',
  '        print(name, price)',
  '    print("-" * (widest + 9))',
  '    print(sum(line.price for line in lines))',
  '    return widest',
].join('\n')
const cart = `${total}\n\n\n${receipt}\n`
const stock = 'def in_stock(item):\n    return item.count > 0\n'

async function shop(t: TestContext): Promise<CodeView> {
  const view = await openCodeView({ 'shop/cart.py': cart, 'shop/stock.py': stock })
  t.after(() => view.close())
  return view
}

function cited(view: CodeView, ...references: string[]): Anchor[] {
  const { anchors, notes } = cite({ ...view, head: null }, references)
  assert.deepEqual(notes, [])
  return anchors
}

function state(view: CodeView, anchors: readonly Anchor[]): AnchorState {
  const [first] = openAnchorCheck(view).check(anchors)
  assert.ok(first)
  return first
}

test('is fresh while nothing changed, and when other lines of the file did', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'shop/cart.py#grand_total')
  assert.equal(state(view, anchors).state, 'fresh')
  view.write({ 'shop/cart.py': `import math\n\n\n${cart}` })
  const { state: now, to } = state(view, anchors)
  assert.equal(now, 'fresh')
  assert.equal(to?.startLine, 4)
})

test('drifts when the symbol itself changed, and is fresh again when the change is taken back', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'grand_total')
  view.write({ 'shop/cart.py': cart.replace('round(sum_of_prices, 2)', 'sum_of_prices') })
  assert.equal(state(view, anchors).state, 'drifted')
  view.write({ 'shop/cart.py': cart })
  assert.equal(state(view, anchors).state, 'fresh')
})

test('follows a renamed file and a symbol that went to another file', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'grand_total')
  view.write({ 'shop/cart.py': null, 'shop/basket.py': cart })
  assert.equal(state(view, anchors).state, 'moved')
  assert.equal(state(view, anchors).to?.path, 'shop/basket.py')
  view.write({
    'shop/basket.py': `${receipt}\n`,
    'shop/stock.py': `${total}\n\n\n${receipt.replaceAll('receipt', 'stock')}\n`,
  })
  const moved = state(view, anchors)
  assert.equal(moved.state, 'moved')
  assert.deepEqual(
    [moved.to?.path, moved.to?.symbol, moved.to?.startLine],
    ['shop/stock.py', 'grand_total', 1],
  )
})

test('follows a file that was renamed and edited, by what is left of it', async (t) => {
  const view = await shop(t)
  const [whole, symbol] = [cited(view, 'shop/cart.py'), cited(view, 'grand_total')]
  view.write({ 'shop/cart.py': null, 'shop/basket.py': cart.replace('"-"', '"="') })
  assert.deepEqual(state(view, whole), {
    anchor: whole[0],
    state: 'drifted',
    to: { path: 'shop/basket.py', blob: state(view, whole).to?.blob },
  })
  assert.equal(state(view, symbol).state, 'moved')
})

test('follows a file that was rewritten while it was renamed, by the commit that did it', async (t) => {
  const view = await shop(t)
  const whole = cited(view, 'shop/stock.py')
  view.write({ 'shop/stock.py': null, 'depot/stock.py': 'def nothing():\n    return 1\n' })
  assert.equal(state(view, whole).state, 'gone')
  view.commit([
    { path: 'shop/stock.py', status: 'D' },
    { path: 'depot/stock.py', status: 'A' },
    { path: 'README.md', status: 'A' },
  ])
  assert.equal(state(view, whole).state, 'drifted')
  assert.equal(state(view, whole).to?.path, 'depot/stock.py')
})

test('follows several renames in a row', async (t) => {
  const view = await shop(t)
  const whole = cited(view, 'shop/stock.py')
  view.commit([
    { path: 'shop/stock.py', status: 'D' },
    { path: 'a/stock.py', status: 'A' },
  ])
  view.commit([
    { path: 'a/stock.py', status: 'D' },
    { path: 'b/stock.py', status: 'A' },
  ])
  view.write({ 'shop/stock.py': null, 'b/stock.py': 'x = 1\n' })
  assert.equal(state(view, whole).to?.path, 'b/stock.py')
})

test('is gone when symbol or file went and nothing like it is left', async (t) => {
  const view = await shop(t)
  const [symbol, file] = [cited(view, 'grand_total'), cited(view, 'shop/stock.py')]
  view.write({ 'shop/cart.py': `${receipt}\n`, 'shop/stock.py': null })
  assert.equal(state(view, symbol).state, 'gone')
  assert.equal(state(view, file).state, 'gone')
})

test('a namesake with other words counts as changed, never as the same', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'grand_total')
  view.write({ 'shop/cart.py': `${receipt}\n`, 'shop/stock.py': total.replace('< 0', '<= 0') })
  const found = state(view, anchors)
  assert.deepEqual([found.state, found.to?.path], ['drifted', 'shop/stock.py'])
})

test('follows a method to another class of its file, though it is indented otherwise there', async (t) => {
  const method = (indent: string) => `${indent}def total(self):\n${indent}    return sum(self.prices)\n`
  const view = await openCodeView({ 'a.py': `class Cart:\n${method('    ')}\n    x = 1\n` })
  t.after(() => view.close())
  const anchors = cited(view, 'Cart.total')
  view.write({ 'a.py': `class Shop:\n    class Basket:\n${method('        ')}` })
  const { state: now, to } = state(view, anchors)
  assert.deepEqual([now, to?.symbol], ['moved', 'Shop.Basket.total'])
})

test('an empty file that went is not found in another empty file', async (t) => {
  const view = await openCodeView({ 'a/__init__.py': '', 'b/__init__.py': '', 'c/__init__.py': '' })
  t.after(() => view.close())
  const anchors = cited(view, 'a/__init__.py')
  view.write({ 'a/__init__.py': null })
  assert.equal(state(view, anchors).state, 'gone')
})

test('a file that is listed but not read yet is no proof', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'grand_total')
  view.db.exec(
    "update view_file set oid = null, blob_id = null where path_id = (select id from path where path = 'shop/cart.py')",
  )
  assert.equal(state(view, anchors).state, 'drifted')
})

test('another view has its own answer', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'grand_total')
  const other = Number(view.db.prepare("insert into view (key) values ('commit:x')").run().lastInsertRowid)
  assert.equal(state(view, anchors).state, 'fresh')
  assert.equal(openAnchorCheck({ db: view.db, viewId: other }).check(anchors)[0]?.state, 'gone')
})

test('a record is as good as its worst anchor, and gone only when all of them are', () => {
  const of = (...states: AnchorState['state'][]) => freshnessOf(states.map((one) => ({ state: one })))
  assert.equal(of(), 'none')
  assert.equal(of('fresh', 'fresh'), 'fresh')
  assert.equal(of('fresh', 'moved'), 'moved')
  assert.equal(of('fresh', 'drifted', 'moved'), 'drifted')
  assert.equal(of('fresh', 'gone'), 'drifted')
  assert.equal(of('gone', 'gone'), 'gone')
})

test('brings moved anchors to where their code is, so that they are fresh there', async (t) => {
  const view = await shop(t)
  const anchors = cited(view, 'grand_total', 'in_stock')
  view.write({ 'shop/cart.py': null, 'shop/basket.py': `${cart}\n\nx = 1\n` })
  const states = openAnchorCheck(view).check(anchors)
  const now = reanchor({ anchors }, states, { commit: 'c'.repeat(40) })
  assert.deepEqual(
    openAnchorCheck(view)
      .check(now)
      .map((one) => [one.state, one.anchor.path]),
    [
      ['fresh', 'shop/basket.py'],
      ['fresh', 'shop/stock.py'],
    ],
  )
  assert.deepEqual(now[1], anchors[1])
})

const overloads = (body: string) =>
  [
    'from typing import overload',
    '@overload\ndef load(x: int) -> int: ...',
    '@overload\ndef load(x: str) -> str: ...',
    `def load(x):\n    ${body}\n`,
  ].join('\n\n\n')

test('a name with several definitions in a file is as its least: a new body of an overload drifts', async (t) => {
  const view = await openCodeView({ 'a.py': overloads('return x') })
  t.after(() => view.close())
  for (const reference of ['load', 'a.py#load', 'a.py:12-13']) {
    view.write({ 'a.py': overloads('return x') })
    const anchors = cited(view, reference)
    assert.deepEqual(anchors[0]?.span, { startLine: 12, endLine: 13 }, reference)
    const now = (text: string) => {
      view.write({ 'a.py': text })
      return state(view, anchors).state
    }
    assert.equal(now(overloads('return x')), 'fresh', reference)
    assert.equal(now(`import os\n\n\n${overloads('return x')}`), 'fresh', reference)
    assert.equal(now(overloads('return x + x')), 'drifted', reference)
    assert.equal(now(overloads('return x').replace('-> str', '-> bytes')), 'drifted', reference)
    assert.equal(now(`${overloads('return x')}\n\ndef load(x):\n    return None\n`), 'drifted', reference)
  }
})

test('an anchor of one overload alone, as older records have it, does not vouch for the others', async (t) => {
  const view = await openCodeView({ 'a.py': overloads('return x').split('\n\n\n')[1] ?? '' })
  t.after(() => view.close())
  const anchors = cited(view, 'a.py#load')
  view.write({ 'a.py': overloads('return x') })
  assert.equal(state(view, anchors).state, 'drifted')
  view.write({ 'a.py': 'x = 1\n', 'b.py': overloads('return x') })
  assert.equal(state(view, anchors).state, 'drifted')
})

test('lines inside of one overload are fresh while another one changes', async (t) => {
  const view = await openCodeView({ 'a.py': overloads('return x') })
  t.after(() => view.close())
  const anchors = cited(view, 'a.py:13')
  view.write({ 'a.py': overloads('return x').replace('-> str', '-> bytes') })
  assert.equal(state(view, anchors).state, 'fresh')
})

test('follows all definitions of a name to another file, also a partial class', async (t) => {
  const part = (body: string) =>
    `public partial class A {\n  int X() { return 1; }\n}\npublic partial class A {\n  ${body}\n}\n`
  const view = await openCodeView({ 'a.py': overloads('return x'), 'a.cs': part('int Y() { return 1; }') })
  t.after(() => view.close())
  const [python, sharp] = [cited(view, 'load'), cited(view, 'a.cs#A')]
  view.write({
    'a.cs': part('int Y() { return 2; }'),
    'a.py': 'x = 1\n',
    'b.py': `y = 2\n\n\n${overloads('return x')}`,
  })
  assert.equal(state(view, sharp).state, 'drifted')
  const moved = state(view, python)
  assert.deepEqual([moved.state, moved.to?.path], ['moved', 'b.py'])
  const there = reanchor({ anchors: python }, [moved])
  assert.equal(state(view, there).state, 'fresh')
  view.write({ 'b.py': overloads('return [x]') })
  assert.equal(state(view, there).state, 'drifted')
  assert.equal(state(view, python).state, 'drifted')
})
