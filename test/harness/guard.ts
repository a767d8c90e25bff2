/**
 * Runs a command and ends it, with all its children, when standard input closes: even a killed parent leaves
 * no orphans. Usage: node guard.ts COMMAND ARGUMENTS...
 */

import { spawn } from 'node:child_process'

const [command = '', ...args] = process.argv.slice(2)
// A process group of its own: one signal reaches the server, its extension hosts and its terminals.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })

process.stdin.resume()
process.stdin.on('end', end)
process.stdin.on('error', end)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
child.on('error', (error) => {
  console.error(`${command} could not be started: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code) => {
  signalGroup('SIGKILL')
  process.exit(code ?? 1)
})

function end(): void {
  signalGroup('SIGTERM')
  setTimeout(() => signalGroup('SIGKILL'), 2000)
}

function signalGroup(signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group has ended by itself.
  }
}
