/** `casebook index`: reads what changed, or everything the first time. */

import type { Casebook, HistorySummary, IndexSummary } from '../../casebook.ts'
import type { Call, Command } from '../command.ts'
import { count, duration, plural } from '../format.ts'
import { isIndexed, runIndex, withCasebook } from '../with-casebook.ts'

export const index: Command = {
  name: 'index',
  summary: 'Index the repository, or bring the index up to date',
  usage: '',
  details: 'Only what changed is read: bytes that were seen before, on any branch, are never parsed again.',
  options: {
    'no-memory': { type: 'boolean', help: 'do not read the history for past fixes' },
    fresh: { type: 'boolean', help: 'throw the index away first and build it anew' },
    reason: { type: 'string', value: 'TEXT', help: 'why, for the list of runs in the store' },
  },
  run: (call) =>
    withCasebook(call, async (casebook) => {
      const fresh = call.values.fresh === true
      const first = !isIndexed(casebook.status())
      const asked = call.values.reason
      const reason = typeof asked === 'string' ? asked : defaultReason(first, fresh)
      const summary = await runIndex(call, casebook, { reason, fresh })
      const memory = call.values['no-memory'] === true ? null : await rememberHistory(call, casebook)
      const { head, branch, indexedFiles: files, excludedFiles: excluded, chunks } = casebook.status()
      // As 'casebook status' counts them: what turned out to be no text while it was read is excluded.
      const found = { ...summary, files, excluded, chunks }
      return {
        data: { root: casebook.root, head, branch, reason, ...found, added: summary.chunks, memory },
        text: () => describe(found, memory),
      }
    }),
}

function defaultReason(first: boolean, fresh: boolean): string {
  if (fresh) return 'rebuild asked on the command line'
  return first ? 'first index, from the command line' : 'update asked on the command line'
}

async function rememberHistory(call: Call, casebook: Casebook): Promise<HistorySummary | null> {
  return await casebook.remember({
    signal: call.signal,
    onProgress: (progress) => call.terminal.progress(progress),
  })
}

function describe(summary: IndexSummary, memory: HistorySummary | null): string {
  const read = summary.parsed === 0 ? 'nothing changed' : `${plural(summary.parsed, 'file')} read`
  return [
    `${plural(summary.files, 'file')} indexed (${read}) in ${duration(summary.seconds)}.`,
    `${plural(summary.chunks, 'chunk')}, ${plural(summary.commits, 'commit')}, ${count(summary.excluded)} excluded.`,
    ...(memory === null || memory.added + memory.learned === 0 ? [] : [learned(memory)]),
  ].join('\n')
}

function learned({ added, learned: known, milliseconds }: HistorySummary): string {
  return `${plural(added, 'episode')} of the history remembered, ${count(known)} facts and lessons learned, in ${duration(milliseconds / 1000)}.`
}
