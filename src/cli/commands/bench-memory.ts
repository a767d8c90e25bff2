/** `casebook bench memory`. */

import { join } from 'node:path'
import { assetsFolder } from '../../assets.ts'
import { type MemoryPart, memoryParts } from '../bench/memory-parts.ts'
import { type Command, UsageError } from '../command.ts'
import { parseCount } from '../parse-arguments.ts'
import { benchReply } from './bench-reply.ts'

export const benchMemory: Command = {
  name: 'bench memory',
  summary: 'Measure what memory must get right: state, gates, pairs, anchors, secrets, speed',
  usage: '[--only PART,PART]',
  details:
    'Works with stores in the temporary folder. The sources and diffs of the repository (--repo) serve as material.',
  options: {
    only: { type: 'string', value: 'PARTS', help: `of ${memoryParts.join(', ')} (default all)` },
    pairs: { type: 'string', value: 'FILE', help: 'hand-written pairs (default: those of the project)' },
    distractors: { type: 'string', value: 'N', help: 'facts under which one is found again (default 10000)' },
    events: { type: 'string', value: 'N', help: 'happenings of the made-up year (default 1000)' },
    records: { type: 'string', value: 'N', help: 'records while speed is measured (default 10000)' },
    seed: { type: 'string', value: 'N', help: 'other material of the same kind (default 1)' },
  },
  async run(call) {
    const { benchMemory: bench } = await import('../bench/memory-bench.ts')
    const count = (name: string, fallback: number) =>
      parseCount(name, call.values[name], benchMemory, 1e6) ?? fallback
    const { repo, settings, log, signal, terminal } = call
    const pairs = call.values.pairs
    const report = await bench({
      parts: readParts(call.values.only),
      repo,
      pairs: typeof pairs === 'string' ? call.resolve(pairs) : ownPairs(),
      distractors: count('distractors', 10_000),
      events: count('events', 1_000),
      records: count('records', 10_000),
      seed: count('seed', 1),
      settings,
      log,
      signal,
      note: (text) => terminal.note(text),
    })
    return benchReply(report)
  },
}

/** The tests of the project hold them: they are not shipped. */
function ownPairs(): string {
  return join(assetsFolder(), '../test/fixtures/learn/pairs.json')
}

function readParts(only: string | boolean | undefined): MemoryPart[] {
  if (typeof only !== 'string') return [...memoryParts]
  const parts = only.split(',').map((part) => part.trim())
  const unknown = parts.find((part) => !memoryParts.some((one) => one === part))
  if (unknown !== undefined) throw new UsageError(`--only does not know ${unknown}.`, benchMemory)
  return memoryParts.filter((part) => parts.includes(part))
}
