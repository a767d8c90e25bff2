/** `casebook credit`: which of the recalled memories a session used, and how that ended. */

import { type Command, UsageError } from '../command.ts'
import { plural } from '../format.ts'
import { listOption, oneOf, textOption, withMemories } from '../with-memories.ts'

export const credit: Command = {
  name: 'credit',
  summary: 'Tell which recalled memories were used, and how it ended',
  usage: '--session ID --cited m1,m3 [--outcome helped|hurt]',
  details: `What helped is ranked higher next time, what hurt lower. The numbers are those of the session's newest
'casebook recall --session ID'; ids of memories do as well.`,
  options: {
    session: { type: 'string', value: 'ID', help: 'the session that recalled them' },
    cited: { type: 'string', value: 'LIST', help: 'numbers or ids, comma-separated' },
    outcome: { type: 'string', value: 'HOW', help: 'helped or hurt; without it they count as cited alone' },
  },
  async run(call) {
    const { values } = call
    const sessionId = textOption(values.session)?.trim() ?? ''
    const cited = listOption(values.cited) ?? []
    if (call.positionals.length > 0 || sessionId === '' || cited.length === 0)
      throw new UsageError('Give the session with --session and what it used with --cited.', credit)
    const outcome = oneOf('outcome', values.outcome, ['helped', 'hurt'], credit) ?? null
    await withMemories(call, (memories) => memories.credit({ cited, outcome, sessionId }))
    const count = plural(cited.length, 'memory').replace('memorys', 'memories')
    return {
      data: { sessionId, cited, outcome },
      text: () => `${count} noted as ${outcome === null ? 'cited' : `cited; it ${outcome}`}`,
    }
  },
}
