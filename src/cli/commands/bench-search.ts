/** `casebook bench search`. */

import { type Call, type Command, UsageError } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { benchReply } from './bench-reply.ts'

export const benchSearch: Command = {
  name: 'bench search',
  summary: 'Measure search and memory at a given size',
  usage: '[--chunks N | --files N]',
  details:
    'Generates a repository of that size in the temporary folder, indexes it, searches it and removes it.',
  options: {
    chunks: { type: 'string', value: 'N', help: 'about so many chunks (default 100000)' },
    files: { type: 'string', value: 'N', help: 'so many small files instead' },
    queries: { type: 'string', value: 'N', help: 'short queries to time (default 500)' },
    seed: { type: 'string', value: 'N', help: 'another repository of the same kind (default 1)' },
  },
  async run(call) {
    const { benchSearch: bench } = await import('../bench/search-bench.ts')
    const { settings, log, signal, terminal } = call
    const report = await bench({
      size: readSize(call),
      queries: parseCount('queries', call.values.queries, benchSearch, 1e5) ?? 500,
      seed: parseCount('seed', call.values.seed, benchSearch, 2 ** 31) ?? 1,
      settings,
      log,
      signal,
      note: (text) => terminal.note(text),
      onProgress: (progress) => terminal.progress(progress),
    })
    return benchReply(report)
  },
}

function readSize({ values }: Call): { chunks: number } | { files: number } {
  const files = parseCount('files', values.files, benchSearch, 1e6)
  const chunks = parseCount('chunks', values.chunks, benchSearch, 1e7)
  if (files !== undefined && chunks !== undefined)
    throw new UsageError('Give --chunks or --files, not both.', benchSearch)
  return files === undefined ? { chunks: chunks ?? 100_000 } : { files }
}
