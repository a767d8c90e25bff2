import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { ParserPool, type ParseTask } from '../../src/memory/indexing/pool.ts'

function open(test: TestContext, threads = 2) {
  const troubles: string[] = []
  const pool = new ParserPool({
    entry: new URL('./pool-thread.ts', import.meta.url),
    threads,
    workerData: null,
    onTrouble: (message) => troubles.push(message),
  })
  test.after(() => pool.close())
  return { pool, troubles }
}

const task = (text: string): ParseTask => ({ bytes: Buffer.from(text), language: 'python' })

describe('the parser pool', () => {
  it('answers in the order of the question and leaves the bytes to the caller', async (test) => {
    const { pool } = open(test)
    const tasks = ['a', 'b', 'c'].map(task)
    const results = await pool.parse(tasks)
    assert.deepEqual(
      results.map(({ parsed }) => parsed.imports[0]?.module),
      ['a', 'b', 'c'],
    )
    assert.equal(Buffer.from(tasks[0]?.bytes ?? []).toString(), 'a')
  })

  for (const way of ['die', 'throw']) {
    it(`loses only the file that makes a thread ${way}, and says why`, async (test) => {
      const { pool, troubles } = open(test, 1)
      const results = await pool.parse(['before', way, 'after'].map(task))
      assert.deepEqual(
        results.map(({ parsed }) => parsed.imports[0]?.module),
        ['before', way, 'after'],
      )
      assert.deepEqual(
        results.map(({ parsed }) => parsed.fallback === undefined),
        [true, false, true],
      )
      assert.match(results[1]?.parsed.fallback ?? '', /the parser failed/)
      assert.equal(results[1]?.parsed.language, 'python')
      assert.equal(troubles.length, 1)
    })
  }

  it('goes on with other batches while a thread dies', async (test) => {
    const { pool } = open(test)
    const batches = await Promise.all(
      ['die', 'a', 'die', 'b', 'c', 'die'].map((text) => pool.parse([task(text)])),
    )
    assert.deepEqual(
      batches.map(([result]) => result?.parsed.imports[0]?.module),
      ['die', 'a', 'die', 'b', 'c', 'die'],
    )
  })

  it('starts new threads after a rest', async (test) => {
    const { pool } = open(test)
    await pool.parse([task('a')])
    await pool.rest()
    assert.equal((await pool.parse([task('b')])).length, 1)
  })

  it('rejects what comes after its end', async (test) => {
    const { pool } = open(test)
    await pool.close()
    await assert.rejects(pool.parse([task('a')]), /closed/)
  })
})
