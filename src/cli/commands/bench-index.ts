/** `casebook bench index`. */

import type { Command } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { benchReply } from './bench-reply.ts'

export const benchIndex: Command = {
  name: 'bench index',
  summary: 'Measure the first index, reopening, saving, a new worktree',
  usage: '',
  details:
    'Works in a clone in the temporary folder; the repository itself, which may be bare, is not touched.',
  options: {
    runs: { type: 'string', value: 'N', help: 'first indexes, of which the median is shown (default 3)' },
  },
  async run(call) {
    const { benchIndex: bench } = await import('../bench/index-bench.ts')
    const { repo, at, settings, log, signal, terminal } = call
    const report = await bench({
      repo,
      ...(at !== undefined && { at }),
      runs: parseCount('runs', call.values.runs, benchIndex, 100) ?? 3,
      settings,
      log,
      signal,
      note: (text) => terminal.note(text),
      onProgress: (progress) => terminal.progress(progress),
    })
    return benchReply(report)
  },
}
