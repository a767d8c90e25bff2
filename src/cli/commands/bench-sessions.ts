/** `casebook bench sessions`. */

import type { Command } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { textOption } from '../with-memories.ts'
import { benchReply } from './bench-reply.ts'

export const benchSessions: Command = {
  name: 'bench sessions',
  summary: 'Measure the import of past sessions of other agents',
  usage: '',
  details: `Makes up logs in the forms of Claude Code and Codex in the temporary folder and imports them in a new process.
How often verdicts are right is a matter of the tests: test/episodes/precision.test.ts.`,
  options: {
    size: { type: 'string', value: 'MB', help: 'megabytes of logs (default 1000)' },
    seed: { type: 'string', value: 'N', help: 'of the made-up logs (default 1)' },
    home: {
      type: 'string',
      value: 'FOLDER',
      help: 'measure an import of logs that lie there, in this process',
    },
  },
  async run(call) {
    const { benchSessions: bench, measureImport } = await import('../bench/session-bench.ts')
    const { repo, settings, log, signal, terminal } = call
    const home = textOption(call.values.home)
    if (home !== undefined) {
      const data = await measureImport({ home: call.resolve(home), repo, settings, log, signal })
      return { data, text: () => JSON.stringify(data, null, 2) }
    }
    const report = await bench({
      size: parseCount('size', call.values.size, benchSessions, 100_000) ?? 1000,
      seed: parseCount('seed', call.values.seed, benchSessions, 1_000_000) ?? 1,
      signal,
      note: (text) => terminal.note(text),
    })
    return benchReply(report)
  },
}
