/** `casebook bench chat`. */

import type { Command } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { benchReply } from './bench-reply.ts'

export const benchChat: Command = {
  name: 'bench chat',
  summary: "Measure the chat: its first token after the endpoint's own",
  usage: '',
  details: `Generates a repository in the temporary folder, indexes it, asks it and removes it.
A script stands in for the model behind a real server on this machine: nothing leaves it.`,
  options: {
    chunks: { type: 'string', value: 'N', help: 'about so many chunks (default 30000)' },
    questions: { type: 'string', value: 'N', help: 'questions to time for each endpoint (default 60)' },
    memories: { type: 'string', value: 'N', help: 'memories that are recalled from (default 200)' },
    seed: { type: 'string', value: 'N', help: 'another repository of the same kind (default 1)' },
  },
  async run(call) {
    const { benchChat: bench } = await import('../bench/chat-bench.ts')
    const { settings, log, signal, terminal, values } = call
    const count = (name: string, most: number) => parseCount(name, values[name], benchChat, most)
    const report = await bench({
      chunks: count('chunks', 1e6) ?? 30_000,
      questions: count('questions', 1e4) ?? 60,
      memories: count('memories', 1e4) ?? 200,
      seed: count('seed', 2 ** 31) ?? 1,
      settings,
      log,
      signal,
      note: (text) => terminal.note(text),
      onProgress: (progress) => terminal.progress(progress),
    })
    return benchReply(report)
  },
}
