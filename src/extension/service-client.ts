/** The window's end of the memory service: starts the process, calls it, and starts it again when it dies. */

import { type ChildProcess, fork } from 'node:child_process'
import type { BirpcReturn } from 'birpc'
import type {
  MemoryCall,
  MemoryChange,
  MemoryRequest,
  RootStatus,
  ServiceApi,
  ServiceEvents,
  SessionCall,
  SessionNews,
  SessionRequest,
} from '../protocol.ts'
import { connect, RemoteError } from '../rpc.ts'

export type ServiceState =
  | { kind: 'stopped' }
  | { kind: 'running'; pid: number }
  | { kind: 'restarting'; why: string; inMilliseconds: number }

export interface ServiceClientOptions {
  /** The service's entry file. */
  entry: string
  log(level: 'info' | 'warn' | 'error', message: string): void
  onStatus(status: RootStatus): void
  onMemories?(change: MemoryChange): void
  onSessions?(news: SessionNews): void
  onState?(state: ServiceState): void
  /** Milliseconds: the first wait after a crash, the longest, and the health that forgets earlier crashes. */
  backOff?: { first: number; longest: number; healthy: number }
}

type Remote = BirpcReturn<ServiceApi, ServiceEvents>

interface Running {
  child: ChildProcess
  remote: Remote
  /** Resolves when the roots that were open before a crash are open again. */
  replayed: Promise<void>
  since: number
  stderr: string
}

const usualBackOff = { first: 500, longest: 30_000, healthy: 60_000 }
/** Milliseconds that the service may take to close its stores before it is killed. */
const closingTime = 3_000
/** Calls that change nothing: asked again when the service died under them. */
const repeatable = new Set<keyof ServiceApi>([
  'status',
  'search',
  'locate',
  'commits',
  'examineCommit',
  'health',
  'sourceTurn',
  // Those that write leave the same behind when they are done twice.
  'tools',
])
const repeatableOfSessions = new Set<SessionCall>(['sources', 'list', 'show'])
const repeatableOfMemory = new Set<MemoryCall>([
  'recall',
  'list',
  'show',
  'open',
  'from',
  'log',
  'review',
  'stats',
])

export class ServiceClient {
  readonly #options: ServiceClientOptions
  readonly #backOff: { first: number; longest: number; healthy: number }
  readonly #folders = new Set<string>()
  #settings: unknown = {}
  #running: Running | null = null
  #crashes = 0
  #restart: { done: Promise<void>; now(): void } | null = null
  #disposed = false

  constructor(options: ServiceClientOptions) {
    this.#options = options
    this.#backOff = options.backOff ?? usualBackOff
  }

  /** Process id of the running service, null while there is none. */
  get pid(): number | null {
    return this.#running?.child.pid ?? null
  }

  /** Opens a folder's memory; it is opened again after every restart until `close`. */
  async open(folder: string, settings: unknown): Promise<RootStatus> {
    this.#settings = settings
    this.#folders.add(folder)
    return await this.call('open', folder, settings)
  }

  async close(folder: string): Promise<void> {
    this.#folders.delete(folder)
    if (this.#running !== null) await this.call('close', folder)
  }

  async configure(settings: unknown): Promise<void> {
    this.#settings = settings
    if (this.#running !== null) await this.call('configure', settings)
  }

  /** Calls the service, waiting for a restart that is under way. Throws `RemoteError`. */
  async call<Name extends keyof ServiceApi>(
    name: Name,
    ...args: Parameters<ServiceApi[Name]>
  ): Promise<Awaited<ReturnType<ServiceApi[Name]>>> {
    const running = await this.#ready()
    try {
      return await send(running.remote, name, args)
    } catch (error) {
      if (this.#running === running || this.#disposed || !isRepeatable(name, args)) throw error
      return await send((await this.#ready()).remote, name, args)
    }
  }

  /** Ends the service; it closes its stores first, and is killed if that takes too long. */
  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    this.#restart?.now()
    const child = this.#running?.child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const killer = setTimeout(() => child.kill('SIGKILL'), closingTime)
      child.once('exit', () => {
        clearTimeout(killer)
        resolve()
      })
      if (child.connected) child.disconnect()
    })
  }

  async #ready(): Promise<Running> {
    await this.#restart?.done
    if (this.#disposed) throw new RemoteError('ServiceEnded', 'The memory service has been ended.')
    this.#running ??= this.#start([])
    await this.#running.replayed
    return this.#running
  }

  #start(replay: readonly string[]): Running {
    const child = fork(this.#options.entry, [], {
      env: serviceEnvironment(),
      // V8 would rather keep garbage than look for it: 600 MB instead of 350 on 100,000 files (measured, Node 24).
      execArgv: ['--max-semi-space-size=4', '--optimize-for-size'],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const remote = connect<ServiceApi, ServiceEvents>(
      {
        status: this.#options.onStatus,
        memories: (change) => this.#options.onMemories?.(change),
        sessions: (news) => this.#options.onSessions?.(news),
        log: this.#options.log,
      },
      {
        // A pipe that breaks is told by the exit; without a callback each call would raise an error event.
        post: (message) => child.send(message as object, () => undefined),
        on: (listener) => child.on('message', listener),
        off: (listener) => child.off('message', listener),
      },
    )
    const running: Running = { child, remote, replayed: Promise.resolve(), since: Date.now(), stderr: '' }
    child.stdout?.on('data', (text) => this.#options.log('info', `service: ${String(text).trimEnd()}`))
    child.stderr?.on('data', (text) => {
      running.stderr = (running.stderr + String(text)).slice(-4_000)
    })
    child.on('error', (error) => this.#ended(running, `it could not run: ${error.message}`))
    child.once('exit', (code, signal) =>
      this.#ended(running, signal ? `signal ${signal}` : `exit code ${code}`),
    )
    running.replayed = this.#replay(running, replay)
    this.#options.log('info', `The memory service runs as process ${child.pid ?? 'unknown'}.`)
    this.#options.onState?.({ kind: 'running', pid: child.pid ?? 0 })
    return running
  }

  async #replay(running: Running, folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      try {
        await send(running.remote, 'open', [folder, this.#settings])
      } catch (error) {
        this.#options.log('error', `${folder} could not be opened again: ${messageOf(error)}`)
      }
    }
  }

  #ended(running: Running, how: string): void {
    if (this.#running !== running) return
    this.#running = null
    running.remote.$close(
      new RemoteError('ServiceEnded', `The memory service ended (${how}).`, 'It restarts by itself.'),
    )
    if (this.#disposed) {
      this.#options.onState?.({ kind: 'stopped' })
      return
    }
    this.#planRestart(running, how)
  }

  #planRestart(running: Running, how: string): void {
    if (Date.now() - running.since >= this.#backOff.healthy) this.#crashes = 0
    const wait = Math.min(this.#backOff.first * 2 ** this.#crashes, this.#backOff.longest)
    this.#crashes += 1
    const said = running.stderr.trim()
    this.#options.log(
      'error',
      `The memory service ended (${how}); it starts again in ${wait} ms.${said && `\n${said}`}`,
    )
    this.#options.onState?.({ kind: 'restarting', why: how, inMilliseconds: wait })
    this.#restart = delayed(wait, () => {
      this.#restart = null
      if (!this.#disposed) this.#running = this.#start([...this.#folders])
    })
  }
}

function isRepeatable(name: keyof ServiceApi, [first]: readonly unknown[]): boolean {
  if (name === 'sessions') return repeatableOfSessions.has((first as SessionRequest).call)
  if (name !== 'memory') return repeatable.has(name)
  return repeatableOfMemory.has((first as MemoryRequest).call)
}

/** Runs `work` after `wait` milliseconds, or as soon as somebody calls `now`. */
function delayed(wait: number, work: () => void): { done: Promise<void>; now(): void } {
  let now = () => {}
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(() => now(), wait)
    now = () => {
      clearTimeout(timer)
      work()
      resolve()
    }
  })
  return { done, now: () => now() }
}

async function send<Name extends keyof ServiceApi>(
  remote: Remote,
  name: Name,
  args: Parameters<ServiceApi[Name]>,
): Promise<Awaited<ReturnType<ServiceApi[Name]>>> {
  return await remote.$call(name, ...args)
}

/** The extension host's environment, as a plain Node, without what its debugger or the person's shell adds to Node. */
function serviceEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, VSCODE_INSPECTOR_OPTIONS: _inspector, ...rest } = process.env
  return { ...rest, ELECTRON_RUN_AS_NODE: '1' }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
