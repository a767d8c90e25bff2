/** `casebook mcp`: the server that other agents start, as a process of its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { entryFile } from '../../assets.ts'
import { UserError } from '../../memory/ports.ts'
import { type Command, UsageError } from '../command.ts'

export const mcp: Command = {
  name: 'mcp',
  summary: 'Answer another agent over the Model Context Protocol, on standard input and output',
  usage: '',
  details: `Agents start this by themselves: 'casebook connect AGENT' prints what to configure.
Without --repo it answers about the folder that the agent works in.`,
  options: {
    'allow-write': {
      type: 'boolean',
      help: 'let the agent propose memories and credit those that it used',
    },
  },
  async run(call) {
    if (call.at !== undefined) throw new UsageError("'mcp' takes no --at: it answers about now.", mcp)
    const { values } = call
    const args = [
      ...(values.repo === undefined ? [] : ['--repo', call.repo]),
      ...(call.store === undefined ? [] : ['--store', call.store]),
      ...(values['allow-write'] === true ? ['--allow-write'] : []),
      ...(values.verbose === true ? ['--verbose'] : []),
    ]
    // The channel tells the server when this process is killed: the input that both share then stays open.
    const stdio = ['inherit', 'inherit', 'inherit', 'ipc'] as const
    const child = spawn(process.execPath, [entryFile('mcp'), ...args], { stdio: [...stdio] })
    call.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
    const [code] = await once(child, 'exit')
    if (code !== 0 && !call.signal.aborted) {
      throw new UserError('The MCP server ended early.', 'What it wrote above says why.')
    }
    return { data: null, text: () => '', silent: true }
  },
}
