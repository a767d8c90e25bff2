/** `casebook bench ann`. */

import { type Command, UsageError } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { benchReply } from './bench-reply.ts'

export const benchAnn: Command = {
  name: 'bench ann',
  summary: 'Measure vector search: exact against HNSW',
  usage: '[--sizes N,N]',
  options: {
    sizes: { type: 'string', value: 'N,N', help: 'numbers of vectors (default 10000,20000,50000,100000)' },
    dimensions: { type: 'string', value: 'N', help: 'numbers in a vector (default 384)' },
    seed: { type: 'string', value: 'N', help: 'other vectors of the same kind (default 1)' },
  },
  async run({ values, log, signal, terminal }) {
    const { benchAnn: bench } = await import('../bench/ann-bench.ts')
    const report = await bench({
      sizes: readSizes(values.sizes ?? '10000,20000,50000,100000'),
      dimensions: parseCount('dimensions', values.dimensions, benchAnn, 4_096) ?? 384,
      seed: parseCount('seed', values.seed, benchAnn, 2 ** 31) ?? 1,
      log,
      signal,
      note: (text) => terminal.note(text),
    })
    return benchReply(report)
  },
}

function readSizes(text: string | boolean): number[] {
  const sizes = String(text)
    .split(',')
    .map((size) => parseCount('sizes', size, benchAnn, 1e7) ?? Number.NaN)
  if (sizes.some(Number.isNaN)) throw new UsageError('--sizes takes numbers with commas between.', benchAnn)
  return sizes.sort((a, b) => a - b)
}
