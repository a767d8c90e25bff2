/** Anchors from what people name: files, lines, symbols, selections and texts; and what is said about wrong names. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { openCodeView } from '../../../src/cli/bench/code-view.ts'
import { openAnchorCheck } from '../../../src/memory/recall/records/anchors.ts'
import { type CiteContext, cite, citeSelection, citeText } from '../../../src/memory/recall/records/cite.ts'
import { type Anchor, anchorSchema } from '../../../src/memory/record.ts'

const cart = [
  '"""The cart."""',
  '',
  '',
  'class Cart:',
  '    def grand_total(self):',
  '        return round(sum(self.prices), 2)',
  '',
  '    def empty(self):',
  '        self.prices = []',
  '',
].join('\n')
const texts = {
  'shop/cart.py': cart,
  'shop/util.py': 'def load(path):\n    return path\n',
  'lib/util.py': 'def load(path):\n    return [path]\n',
  'src/Box.ts': 'export class Box {\n  empty(): void {}\n}\n',
  'notes.md': '# Notes\n\nSome words.\n',
}
const head = 'c'.repeat(40)

async function open(t: TestContext): Promise<CiteContext> {
  const view = await openCodeView(texts)
  t.after(() => view.close())
  return { ...view, head }
}

function places(anchors: readonly Anchor[]) {
  return anchors.map(({ path, symbol, span }) =>
    [path, symbol, span && `${span.startLine}-${span.endLine}`].filter(Boolean).join(' '),
  )
}

test('names files, lines, symbols in a file and symbols alone', async (t) => {
  const context = await open(t)
  const named = (reference: string) => {
    const { anchors, notes } = cite(context, [reference])
    assert.deepEqual(notes, [], reference)
    return places(anchors).join()
  }
  assert.equal(named('shop/cart.py'), 'shop/cart.py')
  assert.equal(named('./shop\\cart.py'), 'shop/cart.py')
  assert.equal(named('cart.py'), 'shop/cart.py')
  assert.equal(named('shop/cart.py:6'), 'shop/cart.py Cart.grand_total 6-6')
  assert.equal(named('shop/cart.py:6:12'), 'shop/cart.py Cart.grand_total 6-6')
  assert.equal(named('shop/cart.py#L5-L9'), 'shop/cart.py Cart 5-9')
  assert.equal(named('notes.md:1-3'), 'notes.md 1-3')
  assert.equal(named('shop/cart.py#grand_total'), 'shop/cart.py Cart.grand_total 5-6')
  assert.equal(named('Cart::grand_total()'), 'shop/cart.py Cart.grand_total 5-6')
  assert.equal(named('Box'), 'src/Box.ts Box 1-3')
})

test('anchors carry blob, commit and the hash of their piece, and are fresh', async (t) => {
  const context = await open(t)
  const { anchors } = cite(context, ['Cart.grand_total', 'shop/util.py', 'notes.md:3'])
  for (const anchor of anchors) {
    assert.ok(anchorSchema.safeParse(anchor).success)
    assert.match(anchor.blob, /^[0-9a-f]{40}$/)
    assert.equal(anchor.commit, head)
    assert.equal(anchor.pieceHash === undefined, anchor.span === undefined)
  }
  assert.deepEqual(
    openAnchorCheck(context)
      .check(anchors)
      .map(({ state }) => state),
    ['fresh', 'fresh', 'fresh'],
  )
})

test('a selection is lines with what they belong to', async (t) => {
  const { anchors } = citeSelection(await open(t), { path: 'shop/cart.py', startLine: 8, endLine: 9 })
  assert.deepEqual(places(anchors), ['shop/cart.py Cart.empty 8-9'])
})

test('a wrong or ambiguous name is a note with what was perhaps meant, and no anchor', async (t) => {
  const context = await open(t)
  const noted = (reference: string) => {
    const { anchors, notes } = cite(context, [reference])
    assert.deepEqual(anchors, [], reference)
    return notes.join('\n')
  }
  assert.match(noted('shop/crat.py'), /perhaps shop\/cart\.py\./)
  assert.match(noted('grand_totl'), /perhaps Cart\.grand_total/)
  assert.match(noted('util.py'), /lib\/util\.py, shop\/util\.py: say which/)
  assert.match(noted('load'), /lib\/util\.py#load, shop\/util\.py#load: say which/)
  assert.match(noted('zzzzzz'), /is called zzzzzz\.$/)
  assert.match(noted('#'), /neither a file nor a symbol/)
})

test('what is not in a file is said, and the file is cited', async (t) => {
  const context = await open(t)
  const lines = cite(context, ['shop/cart.py:900'])
  assert.deepEqual(places(lines.anchors), ['shop/cart.py'])
  assert.match(lines.notes.join(), /has 9 lines/)
  const symbol = cite(context, ['shop/cart.py#emty'])
  assert.deepEqual(places(symbol.anchors), ['shop/cart.py'])
  assert.match(symbol.notes.join(), /perhaps Cart\.empty/)
})

test('finds in a text only what can mean one thing', async (t) => {
  const context = await open(t)
  const found = (text: string) => places(citeText(context, text))
  assert.deepEqual(found('In shop/cart.py:6 the sum is rounded, see `Cart.empty`.'), [
    'shop/cart.py Cart.grand_total 6-6',
    'shop/cart.py Cart.empty 8-9',
  ])
  assert.deepEqual(found('grand_total() must round once'), ['shop/cart.py Cart.grand_total 5-6'])
  assert.deepEqual(found('the box is empty after load, util.py says so'), [])
  assert.deepEqual(found('nothing here; missing/file.py neither'), [])
})

test('whatever is asked, the answer is anchors that fit the schema, or a note', async (t) => {
  const context = await open(t)
  const piece = fc.constantFrom(
    'shop/cart.py',
    'cart',
    ':',
    '#',
    '5',
    '-',
    'Cart',
    '.',
    'empty',
    '\\',
    '\0',
    '%',
    'é',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const { anchors, notes } = cite(context, [pieces.join('')])
      assert.ok(anchors.length + notes.length > 0)
      for (const anchor of anchors) assert.ok(anchorSchema.safeParse(anchor).success)
    }),
    { numRuns: 300 },
  )
})

test('a text that names a file and a symbol in it cites both', async (t) => {
  const context = await open(t)
  const found = citeText(context, 'shop/cart.py#Cart.empty must keep the prices (see src/Box.ts#Box).')
  assert.deepEqual(places(found), ['shop/cart.py Cart.empty 8-9', 'src/Box.ts Box 1-3'])
})

test('words of a path, of a quoted sentence and of builtin types are no mentions of symbols', async (t) => {
  const view = await openCodeView({
    'src/_pytest/fixtures.py': 'def fixture(scope):\n    return scope\n',
    'src/_pytest/pytester.py':
      'def _pytest(request):\n    return request\n\n\ndef old_name(a):\n    return a\n',
    'lib/text_type.py':
      'def fixtures_all():\n    return 1\n\n\nclass Text:\n    def str(self):\n        return 2\n',
    'lib/other.py': 'def text_type(x):\n    return x\n',
  })
  t.after(() => view.close())
  const found = (text: string) => places(citeText({ ...view, head }, text))
  const fixtures = ['src/_pytest/fixtures.py']
  assert.deepEqual(found('src/_pytest/fixtures.py holds all scopes'), fixtures)
  assert.deepEqual(found('See `src/_pytest/fixtures.py`.'), fixtures)
  assert.deepEqual(found('src/_pytest/fixtures.py:1-2 is it'), ['src/_pytest/fixtures.py fixture 1-2'])
  assert.deepEqual(found('look into src/_pytest/ and (src/_pytest).'), [])
  assert.deepEqual(found('text_type.py is old'), ['lib/text_type.py'])
  assert.deepEqual(found('it fails with "old_name is not there"'), [])
  assert.deepEqual(found('the "old_name" and `_pytest`'), [
    'src/_pytest/pytester.py old_name 5-6',
    'src/_pytest/pytester.py _pytest 1-2',
  ])
  assert.deepEqual(found('`str` or str(x) is a text'), [])
  assert.deepEqual(found('`Text.str` is a text'), ['lib/text_type.py Text.str 6-7'])
})
