/** How the tests of a repository are run, as memory knows it. */

import type { Knowledge } from '../../agent/ports.ts'

/** Keys of facts are `test-command(FOLDER)`; that of the whole repository goes first. */
const keyOfTests = /^test-command\((.*)\)$/

/** A contested fact is no knowledge. Null: not known. */
export async function knownTestCommand(knowledge: Pick<Knowledge, 'list'>): Promise<string | null> {
  const { records } = await knowledge.list({
    kinds: ['fact'],
    statuses: ['active'],
    text: 'test',
    limit: 200,
  })
  const known = records.flatMap(({ fact, flags, inhibited }) => {
    const folder = keyOfTests.exec(fact?.key ?? '')?.[1]
    const sound = flags.length === 0 && !inhibited
    return folder !== undefined && sound && fact?.value ? [{ folder, command: fact.value }] : []
  })
  return (known.find(({ folder }) => folder === '.') ?? known[0])?.command ?? null
}
