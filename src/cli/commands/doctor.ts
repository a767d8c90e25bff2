/** `casebook doctor`: checks everything that Casebook stands on, and says how to repair what is broken. */

import type { Memories } from '../../protocol-memories.ts'
import {
  type Check,
  checkAddon,
  checkFold,
  checkHealth,
  checkMachine,
  checkMemories,
  checkStoreFolder,
} from '../checks.ts'
import type { Call, Command, Reply } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { describeError } from '../failure.ts'
import { plural } from '../format.ts'
import type { Style } from '../style.ts'
import { isIndexed, loadCasebook, withCasebook } from '../with-casebook.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check the installation and the store, with remedies',
  usage: '',
  details: 'Exit code 1 when a check fails; warnings alone give 0.',
  options: {
    deep: { type: 'boolean', help: 'compare all that memory shows with its log: takes seconds' },
    repair: { type: 'boolean', help: 'as --deep, and make it anew from the log where it differs' },
  },
  async run(call): Promise<Reply> {
    const checks = [...(await checkMachine()), ...(await checkRepository(call))]
    return {
      data: { ok: !checks.some(isFailure), checks },
      text: (style) => render(checks, style),
      failed: checks.some(isFailure),
    }
  },
}

/** A repository that cannot be opened is a finding, not the end of the examination. */
async function checkRepository(call: Call): Promise<Check[]> {
  try {
    return await withCasebook(call, async (casebook) => {
      const deep = await checkDeep(call, casebook.memories)
      const health = await casebook.health()
      const addon = checkAddon(await (await loadCasebook()).vectorAddonProblem())
      const indexed: Check = isIndexed(casebook.status())
        ? { name: 'index', state: 'ok', message: `ready for ${casebook.root}` }
        : { name: 'index', state: 'warn', message: 'not built yet', remedy: "Run 'casebook index'." }
      const memories = checkMemories(casebook.memories.stats())
      return [...checkStoreFolder(health), ...checkHealth(health), ...deep, memories, addon, indexed]
    })
  } catch (error) {
    call.signal.throwIfAborted()
    const { message, remedy } = describeError(error)
    return [{ name: 'repository', state: 'fail', message, remedy }]
  }
}

async function checkDeep(call: Call, memories: Memories): Promise<Check[]> {
  const repair = call.values.repair === true
  if (!repair && call.values.deep !== true) return []
  call.terminal.note(`Comparing ${plural(memories.stats().events, 'event')} with what memory shows …`)
  return [checkFold(await memories.check({ repair }))]
}

function isFailure(check: Check): boolean {
  return check.state === 'fail'
}

function render(checks: readonly Check[], style: Style): string {
  const paint = { ok: style.good, warn: style.warn, fail: style.bad }
  const width = Math.max(...checks.map((check) => check.name.length))
  return checks
    .map((check) => {
      const line = `${paint[check.state](check.state.padEnd(4))}  ${check.name.padEnd(width)}  ${escapeLine(check.message)}`
      return check.remedy === undefined
        ? line
        : `${line}\n${' '.repeat(width + 8)}${escapeLine(check.remedy)}`
    })
    .join('\n')
}
