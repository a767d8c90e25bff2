/** One call of the CLI: parse, run, print; returns the exit code. */

import { resolve } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { agreedSettings } from '../embedder-consent.ts'
import { settingsFromEnvironment } from '../environment.ts'
import { type Call, type Command, UsageError } from './command.ts'
import { commandGroups, commands } from './commands.ts'
import { escapeJson } from './escape.ts'
import { exitCodes, reportFailure } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { openLog } from './log.ts'
import { type ParsedLine, parseCommandLine, parseLimit } from './parse-arguments.ts'
import type { Terminal } from './terminal.ts'
import { textOption } from './with-memories.ts'

export interface Surroundings {
  terminal: Terminal
  environment: NodeJS.ProcessEnv
  folder: string
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}

export async function runCli(line: readonly string[], around: Surroundings): Promise<number> {
  const { terminal, signal } = around
  const verbose = line.includes('--verbose') || line.includes('-v')
  try {
    const parsed = parseCommandLine(line, commands)
    const words = explanation(parsed)
    if (words !== null) {
      await terminal.print(words)
      return exitCodes.done
    }
    return await runCommand(parsed, around)
  } catch (error) {
    return reportFailure(error, { terminal, signal, verbose })
  }
}

async function runCommand(
  { command, values, positionals }: ParsedLine,
  around: Surroundings,
): Promise<number> {
  if (command === null) throw new UsageError('A command is missing.')
  const call = makeCall(command, { values, positionals }, around)
  const reply = await command.run(call)
  around.signal.throwIfAborted()
  if (reply.silent === true) return exitCodes.done
  const text = values.json === true ? escapeJson(reply.data) : reply.text(around.terminal.style)
  await around.terminal.print(text)
  return reply.failed === true ? exitCodes.failed : exitCodes.done
}

/** What `--help` and `--version` print; null when neither was asked. */
function explanation({ command, values }: ParsedLine): string | null {
  if (values.version === true) return packageJson.version
  if (values.help !== true) return null
  return command === null ? overview(commandGroups) : commandHelp(command)
}

function makeCall(
  command: Command,
  { values, positionals }: Pick<ParsedLine, 'values' | 'positionals'>,
  { terminal, environment, folder, signal }: Surroundings,
): Call {
  const absolute = (path: string) => resolve(folder, path)
  const limit = parseLimit(values.limit, command)
  const { settings, note } = agreedSettings(settingsFromEnvironment(environment), environment)
  if (note !== null) terminal.note(note)
  return {
    repo: absolute(textOption(values.repo) ?? '.'),
    ...(values.at !== undefined && { at: String(values.at) }),
    ...(values.store !== undefined && { store: absolute(String(values.store)) }),
    ...(limit !== undefined && { limit }),
    positionals,
    values,
    resolve: absolute,
    settings,
    terminal,
    log: openLog(terminal, values.verbose === true),
    signal,
  }
}
