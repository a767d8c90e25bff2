/** Files that the code says an issue is about bring their records: which, in which order, and when nobody asks. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { episodeDraft } from './records.ts'
import { idsOf, now, openWorld, type World } from './world.ts'

let world: World
beforeEach(() => {
  world = openWorld()
})
afterEach(() => world.close())

/** Longer than what somebody types by hand, and about nothing that a record says. */
const issue = `Tables lose their stripes.\n${'When the page is printed in landscape every second row turns white. '.repeat(4)}`

const likely = (...paths: string[]) => {
  const asked: { text: string; before: number }[] = []
  const locate = async (text: string, before: number) => {
    asked.push({ text, before })
    return paths.map((path, at) => ({ path, score: 1 - at / 10 }))
  }
  return { asked, locate }
}

const touched = (text: string, path: string, validFrom = 1_000) =>
  world.put(episodeDraft(text, { files: [{ path, change: 'M' }] }, { validFrom }))

test('an issue that shares no word with a fix is led to it by the file, and the account names the file', async () => {
  const fix = touched('zebra', 'src/rows.py')
  touched('giraffe', 'src/other.py')
  const { locate } = likely('src/nothing.py', 'src/rows.py')
  const { memories } = await world.recall({ text: issue, moment: 'task-start' }, { locate })
  assert.deepEqual(idsOf(memories), [fix.id])
  const channel = memories[0]?.channels.find((one) => one.channel === 'located')
  assert.equal(channel?.detail, 'src/rows.py')
  assert.match(memories[0]?.why ?? '', /a file that the question leads to/)
})

const animals = ['zebra', 'giraffe', 'lion', 'monkey', 'snake']

test('one file does not crowd out the others', async () => {
  for (const path of ['a.py', 'b.py', 'c.py'])
    for (const animal of animals) touched(`${animal} of ${path.slice(0, 1).repeat(5)}`, path)
  const { locate } = likely('b.py', 'a.py', 'c.py')
  const { memories } = await world.recall({ text: issue, moment: 'first-test', limit: 5 }, { locate })
  const files = memories.map(({ record }) => record.episode?.files[0]?.path)
  assert.deepEqual(files.slice(0, 3), ['b.py', 'a.py', 'c.py'])
})

test('of one file what shares words comes first, then the newest', async () => {
  touched('lion', 'a.py', 1_000)
  const newest = touched('zebra', 'a.py', 3_000)
  touched('monkey', 'a.py', 2_000)
  const { locate } = likely('a.py')
  const first = async () => {
    const { memories } = await world.recall({ text: issue, moment: 'any' }, { locate })
    return memories[0]?.record.id
  }
  assert.equal(await first(), newest.id)
  const alike = touched('the stripes of tables', 'a.py', 500)
  assert.equal(await first(), alike.id)
})

test('the code is asked once, as it was at the moment of the question', async () => {
  touched('zebra', 'a.py')
  const { locate, asked } = likely('a.py')
  await world.recall({ text: issue, moment: 'task-start', shadow: true }, { locate })
  await world.recall({ text: issue, moment: 'task-start', before: 5_000 }, { locate })
  assert.deepEqual(asked, [
    { text: issue, before: now + 1 },
    { text: issue, before: 5_000 },
  ])
})

test('a question typed by hand, and what is asked in the middle of a repair, stay as they are', async () => {
  touched('zebra', 'a.py')
  const { locate, asked } = likely('a.py')
  await world.recall({ text: 'why do tables lose stripes?', moment: 'task-start' }, { locate })
  await world.recall({ text: issue, moment: 'after-failure' }, { locate })
  await world.recall({ text: issue, moment: 'before-edit' }, { locate })
  assert.deepEqual(asked, [])
})
