/** The help texts, made from the same table that parses the command line. */

import { consentVariable } from '../embedder-consent.ts'
import { settingVariables } from '../environment.ts'
import type { Command, OptionTable } from './command.ts'
import type { CommandGroup } from './commands.ts'
import { columns } from './format.ts'
import { globalOptions } from './parse-arguments.ts'

export function usageLine(command?: Command): string {
  if (command === undefined) return 'Usage: casebook COMMAND [options]'
  const words = ['casebook', command.name, command.usage, '[options]']
  return `Usage: ${words.filter((word) => word !== '').join(' ')}`
}

export function overview(groups: readonly CommandGroup[]): string {
  return `Casebook: a persistent memory of a repository, its code and its history.

${usageLine()}
Begin with 'casebook index', then ask: 'casebook recall QUESTION', 'casebook locate --query-file ISSUE.txt'.

${groupRows(groups)}

Options of every command
${optionRows(globalOptions)}

'casebook COMMAND --help' explains one command.
Text goes to stdout, progress and notes to stderr.
Exit codes: 0 done, 1 failed (the reason is on stderr), 2 wrong usage, 130 stopped with Ctrl-C.

Settings are read from the environment:
${settingRows()}
${consentVariable}=HOST agrees that code is sent to that embedding server; nothing is sent without it.
CASEBOOK_DATA_FOLDER=DIR keeps what belongs to you and not to one repository, such as the ledger of model calls.
NO_COLOR=1 switches colours off.`
}

/** One table, so that the summaries of all groups stand below each other. */
function groupRows(groups: readonly CommandGroup[]): string {
  const all = groups.flatMap(({ commands }) => commands.map(({ name, summary }) => [name, summary]))
  const lines = columns(all, '  ').split('\n')
  return groups
    .map(({ title, commands }) => [title, ...lines.splice(0, commands.length)].join('\n'))
    .join('\n\n')
}

export function commandHelp(command: Command): string {
  const parts = [`${command.summary}.`, usageLine(command)]
  if (command.details !== undefined) parts.push(command.details)
  if (Object.keys(command.options).length > 0) parts.push(`Options\n${optionRows(command.options)}`)
  parts.push(`Options of every command\n${optionRows(globalOptions)}`)
  return parts.join('\n\n')
}

function optionRows(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `
    return [`${short}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`, spec.help]
  })
  return columns(rows, '  ')
}

function settingRows(): string {
  const rows = settingVariables().map((setting) => [
    setting.variable,
    `default: ${setting.default === '' ? 'none' : setting.default}`,
  ])
  return columns(rows, '  ')
}
