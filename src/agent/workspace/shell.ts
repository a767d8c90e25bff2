/** Runs one shell command to its end, to its time limit or until it is stopped, with all that it started. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RanCommand } from '../ports.ts'

export interface ShellOptions {
  cwd: string
  seconds: number
  /** Characters of output that are kept: half of the beginning, half of the end. */
  mostOutput?: number
  signal?: AbortSignal
}

const usualOutput = 200_000
/** Milliseconds between the polite end and the other one. */
const grace = 2_000

/** Throws the reason of an abort, after the command is gone. */
export async function runShell(command: string, options: ShellOptions): Promise<RanCommand> {
  const { cwd, seconds, mostOutput = usualOutput, signal } = options
  signal?.throwIfAborted()
  const began = performance.now()
  const child = spawn(command, {
    cwd,
    shell: true,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts ends with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const output = keepEnds(mostOutput)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8')
    stream?.on('data', (text: string) => output.add(text))
  }
  let ended: RanCommand['ended'] = 'itself'
  const end = (why: RanCommand['ended']) => {
    if (ended === 'itself') ended = why
    endGroup(child)
  }
  const timer = setTimeout(end, seconds * 1_000, 'timeout')
  const stop = () => end('stopped')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null]
    signal?.throwIfAborted()
    const took = (performance.now() - began) / 1_000
    return { exitCode: ended === 'itself' ? exitCode : null, ended, ...output.read(), seconds: took }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

/** What Casebook itself was told in secret is no business of a command. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('CASEBOOK_') && name !== 'ELECTRON_RUN_AS_NODE',
  )
  return Object.fromEntries(own)
}

/** The group, not only the shell: it would leave its children behind. */
function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM')
  const force = setTimeout(() => {
    signalGroup(child, 'SIGKILL')
    // What left the group may hold them open for as long as it lives.
    child.stdout?.destroy()
    child.stderr?.destroy()
  }, grace)
  child.once('close', () => {
    clearTimeout(force)
    // Nobody listens any more, but some of the group may have closed its ears to both.
    signalGroup(child, 'SIGKILL')
  })
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    if (process.platform === 'win32')
      spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {})
    else process.kill(-pid, signal)
  } catch {
    // It is gone already.
  }
}

/** Keeps the first and the last half of what comes. */
function keepEnds(most: number) {
  const half = Math.floor(most / 2)
  let head = ''
  let tail = ''
  let omitted = 0
  return {
    add(text: string): void {
      const room = Math.max(0, half - head.length)
      head += text.slice(0, room)
      tail += text.slice(room)
      // Cut seldom: each cut copies.
      if (tail.length > 2 * half) {
        omitted += tail.length - half
        tail = tail.slice(-half)
      }
    },
    read(): { output: string; omitted: number } {
      const over = Math.max(0, tail.length - half)
      const left = omitted + over
      if (left === 0) return { output: head + tail, omitted: 0 }
      return { output: `${head}\n[${left} characters left out]\n${tail.slice(over)}`, omitted: left }
    },
  }
}
