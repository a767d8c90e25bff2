/** Doctor compares what memory shows with its log, says what is wrong, and makes it anew. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { makeRepo } from '../harness/fixture-repo.ts'
import { runHere } from './in-process.ts'

test('finds a record that differs from its log, repairs it, and remembers when it looked', async () => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const run = (...line: string[]) => runHere(line, repo.dir)
  const id = JSON.parse((await run('remember', 'Prices in shop/tax.py are net prices.', '--json')).stdout)
    .record.id
  assert.match((await run('doctor')).stdout, /memory .*never compared with its log/)
  const sound = await run('doctor', '--deep')
  assert.equal(sound.code, 0, sound.stdout)
  assert.match(sound.stderr, /Comparing \d+ event/)
  assert.match(sound.stdout, /ok {4}log .*no difference/)

  const db = new DatabaseSync(join(repo.dir, '.git/casebook/memory.db'))
  db.exec("update item set status = 'archived'; delete from item_key")
  db.close()
  const broken = await run('doctor', '--deep')
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /fail {2}log .*The item differ from the log.*\n.*casebook doctor --repair/)
  assert.match((await run('doctor')).stdout, /compared with its log on .* and found 2 faults/)

  const repaired = await run('doctor', '--repair')
  assert.equal(repaired.code, 0, repaired.stdout)
  assert.match(repaired.stdout, /ok {4}log .*made anew from the log/)
  assert.match((await run('facts', 'show', id)).stdout, /fact {2}active/)
  assert.match((await run('doctor')).stdout, /compared with its log on [^,;]*\d\n/)
})

test('a log that was changed is told, and a repair does not hide it', async () => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const run = (...line: string[]) => runHere(line, repo.dir)
  await run('remember', 'Prices in shop/tax.py are net prices.')
  const db = new DatabaseSync(join(repo.dir, '.git/casebook/memory.db'))
  db.exec("update event set reason = 'something else' where seq = 1")
  db.close()
  const { code, stdout } = await run('doctor', '--repair')
  assert.equal(code, 1)
  assert.match(stdout, /fail {2}log .*Event 1 does not fit its hash.*\n.*The log itself was changed/)
})
