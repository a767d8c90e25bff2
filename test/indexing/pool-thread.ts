/** A parser thread for tests: dies, hangs or answers, as the bytes tell it. */

import { parentPort } from 'node:worker_threads'
import type { ParseRequest } from '../../src/memory/indexing/pool.ts'

parentPort?.on('message', ({ id, tasks }: ParseRequest) => {
  const results = tasks.map(({ bytes, language }) => {
    const text = Buffer.from(bytes).toString()
    if (text === 'die' && language !== 'text') process.exit(3)
    if (text === 'throw' && language !== 'text') throw new Error('a bad file')
    const parsed = { language, lines: 1, chunks: [], symbols: [], imports: [{ module: text, names: [] }] }
    return { parsed, vectors: null }
  })
  parentPort?.postMessage({ id, results })
})
