/** `casebook bench tools`. */

import { join } from 'node:path'
import { assetsFolder } from '../../assets.ts'
import type { Command } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { textOption } from '../with-memories.ts'
import { benchReply } from './bench-reply.ts'

export const benchTools: Command = {
  name: 'bench tools',
  summary: 'Measure the memory of tools: three modes over a long chat, and the search of tools',
  usage: '',
  details: `A simulated policy stands in for the model: no model is asked, nothing leaves the machine.
The tools of the chat are made up; those of the search are written by hand, with a request for each.`,
  options: {
    tools: { type: 'string', value: 'N', help: 'made-up tools in the store (default 5000)' },
    turns: { type: 'string', value: 'N', help: 'questions of the chat (default 100)' },
    seed: { type: 'string', value: 'N', help: 'another chat of the same kind (default 1)' },
    set: { type: 'string', value: 'FILE', help: 'hand-written tools (default: those of the project)' },
  },
  async run(call) {
    const { benchTools: bench } = await import('../bench/tools-bench.ts')
    const count = (name: string, fallback: number) =>
      parseCount(name, call.values[name], benchTools, 100_000) ?? fallback
    const set = textOption(call.values.set)
    const report = await bench({
      tools: count('tools', 5_000),
      turns: count('turns', 100),
      seed: count('seed', 1),
      // The tests of the project hold them: they are not shipped.
      toolSet:
        set === undefined ? join(assetsFolder(), '../test/fixtures/agent/tools.txt') : call.resolve(set),
      signal: call.signal,
      note: (text) => call.terminal.note(text),
    })
    return benchReply(report)
  },
}
