/** `casebook distil`: makes facts and lessons of episodes. */

import type { DistilSummary } from '../../protocol-memories.ts'
import type { Command } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { columns, count, plural } from '../format.ts'
import { withMemories } from '../with-memories.ts'

export const distil: Command = {
  name: 'distil',
  summary: 'Make facts and lessons of episodes',
  usage: '',
  details: `Without a model: commands that work, files that change together, where errors come from, what was reverted.
With --with-model the model of CASEBOOK_MODEL_MODEL reads episodes (masked) as well; --limit says how many.`,
  options: {
    'with-model': { type: 'boolean', help: 'ask the model that is set; episodes are sent to it' },
  },
  async run(call) {
    const summary = await withMemories(call, (memories) =>
      memories.distil({
        useModel: call.values['with-model'] === true,
        signal: call.signal,
        ...(call.limit !== undefined && { limit: call.limit }),
      }),
    )
    return { data: summary, text: () => render(summary) }
  },
}

function render(summary: DistilSummary): string {
  const { model, calls, inputTokens, outputTokens, rejected } = summary
  const turnedAway = Object.entries(rejected).map(([gate, number]) => `${escapeLine(gate)} ${number}`)
  const rows = [
    ['model', model === null ? 'none' : escapeLine(model)],
    ['episodes', count(summary.episodes)],
    ['admitted', count(summary.admitted)],
    ['activated', count(summary.activated)],
    ['merged', count(summary.merged)],
    ['superseded', count(summary.superseded)],
    ['rejected', turnedAway.length === 0 ? 'none' : turnedAway.join(', ')],
  ]
  if (model !== null)
    rows.push([
      'asked',
      `${plural(calls, 'question')}, ${count(inputTokens)} tokens in, ${count(outputTokens)} out`,
    ])
  return columns(rows)
}
