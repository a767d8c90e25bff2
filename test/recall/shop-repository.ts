/** A small repository in which every channel of recall has exactly one thing to find, indexed for a test. */

import type { TestContext } from 'node:test'
import type { RecallContext } from '../../src/memory/recall/context.ts'
import { openIndex } from '../../src/memory/store/index-db.ts'
import { openMemory } from '../casebook/open-memory.ts'
import { type FixtureCommit, makeRepo } from '../harness/fixture-repo.ts'

const filler = (name: string) =>
  `"""Keeps ${name} records."""\n\n\ndef load_${name}(path):\n    """Load ${name} rows."""\n    return path\n`

const files: Record<string, string> = {
  'shop/__init__.py': 'from shop.cart import Cart\n',
  'shop/cart.py': [
    '"""The shopping cart."""',
    'from shop.money import round_half_even',
    '',
    '',
    'class Cart:',
    '    """Collects what somebody wants to buy."""',
    '',
    '    def grand_total(self):',
    '        return round_half_even(sum(self.prices))',
    '',
  ].join('\n'),
  'shop/money.py': [
    '"""Amounts without surprises."""',
    '',
    '',
    'def round_half_even(amount):',
    '    if amount is None:',
    "        raise ValueError('cannot round an unknown amount: %r' % amount)",
    '    return round(amount, 2)',
    '',
  ].join('\n'),
  'shop/shipping/labels.py':
    '"""Prints stickers for parcels."""\n\n\ndef sticker(parcel):\n    return str(parcel)\n',
  'shop/tax.py': '"""Value added."""\n\n\ndef duty(amount):\n    return amount * 0.19\n',
  'shop/vouchers.py': '"""Codes that make things cheaper."""\n\n\ndef redeem(code):\n    return code\n',
  'tests/test_vouchers.py': [
    'from shop.vouchers import redeem',
    '',
    '',
    'def test_expired_coupon_is_refused():',
    '    """An expired coupon from a newsletter is refused."""',
    "    assert redeem('x') == 'x'",
    '',
  ].join('\n'),
  'doc/tax.rst': 'Tax\n===\n\nThe surcharge of the customs office is explained here. surcharge surcharge\n',
  ...Object.fromEntries(
    ['orders', 'users', 'stock', 'mail'].map((name) => [`shop/${name}.py`, filler(name)]),
  ),
}

const commits: FixtureCommit[] = [
  {
    message: 'Parcels: gummed paper was curling in damp warehouses, see #77',
    files: { 'shop/shipping/labels.py': `${files['shop/shipping/labels.py']}\n# thicker\n` },
  },
  { message: 'Add a changelog', files: { 'CHANGES.md': '# Changes\n' } },
]

/** The recall context of the indexed repository; everything is closed and removed after the test. */
export async function openShop(
  test: TestContext,
  repo = makeRepo(files, { commits }),
): Promise<RecallContext & { head: string }> {
  const store = makeRepo({}, { git: false })
  test.after(() => {
    repo.cleanup()
    store.cleanup()
  })
  const casebook = await openMemory(test, repo.dir, { store: store.dir })
  await casebook.index({ reason: 'test' })
  const { db } = openIndex(store.dir)
  test.after(() => db.close())
  const viewId = Number(db.prepare('select id from view').get()?.id)
  return { db, viewId, root: repo.dir, head: repo.git('rev-parse', 'HEAD') }
}
