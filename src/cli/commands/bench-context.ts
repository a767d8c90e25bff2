/** `casebook bench context`. */

import type { Command } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { benchReply } from './bench-reply.ts'

export const benchContext: Command = {
  name: 'bench context',
  summary: 'Measure the working memory of the agent: what stays of each prompt over a long session',
  usage: '',
  details: `A script stands in for the model and for the repository: no model is asked, nothing leaves the machine.
Each prompt is compared with the one before, byte for byte, as caches of providers do.`,
  options: {
    turns: { type: 'string', value: 'N', help: 'requests of the model (default 200)' },
    window: { type: 'string', value: 'N', help: 'tokens of its window (default: 16000, 32000 and 128000)' },
    seed: { type: 'string', value: 'N', help: 'another session of the same kind (default 1)' },
  },
  async run(call) {
    const { benchContext: bench } = await import('../bench/context-bench.ts')
    const count = (name: string, most: number) => parseCount(name, call.values[name], benchContext, most)
    const window = count('window', 10_000_000)
    const report = await bench({
      turns: count('turns', 100_000) ?? 200,
      windows: window === undefined ? [16_000, 32_000, 128_000] : [window],
      seed: count('seed', 1_000_000) ?? 1,
      signal: call.signal,
      note: (text) => call.terminal.note(text),
    })
    return benchReply(report)
  },
}
