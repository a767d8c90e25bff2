/** `casebook bench corpus`: the generated repository of `bench search`, kept. */

import type { CorpusSummary } from '../bench/made-corpus.ts'
import { type Command, UsageError } from '../command.ts'
import { plural } from '../format.ts'
import { parseCount } from '../parse-arguments.ts'

export const benchCorpus: Command = {
  name: 'bench corpus',
  summary: 'Write the generated repository of bench search to a folder',
  usage: '--out DIR',
  details: 'The same numbers give the same repository on every machine.',
  options: {
    out: { type: 'string', value: 'DIR', help: 'the folder, which is created' },
    files: { type: 'string', value: 'N', help: 'files (default 1000)' },
    functions: { type: 'string', value: 'N', help: 'functions of a file, on average (default 10)' },
    commits: { type: 'string', value: 'N', help: 'commits after the first (default 2000)' },
    queries: { type: 'string', value: 'N', help: 'short queries to make up (default 10)' },
    seed: { type: 'string', value: 'N', help: 'another repository of the same kind (default 1)' },
  },
  async run({ values, resolve, signal }) {
    if (typeof values.out !== 'string') throw new UsageError('Give the folder with --out DIR.', benchCorpus)
    const number = (name: string, usual: number) => parseCount(name, values[name], benchCorpus, 1e7) ?? usual
    const { writeCorpusRepository } = await import('../bench/corpus-repository.ts')
    const files = number('files', 1000)
    const queries = await writeCorpusRepository(resolve(values.out), {
      files,
      functionsPerFile: number('functions', 10),
      commits: number('commits', 2000),
      queries: number('queries', 10),
      seed: number('seed', 1),
      signal,
    })
    const data: CorpusSummary = { files, queries }
    return { data, text: () => [`${plural(files, 'file')} written.`, 'Queries:', ...queries].join('\n') }
  },
}
