/** The memory of this window: its trusted folders, the service that knows them, and what is known of their state. */

import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import * as vscode from 'vscode'
import type {
  MemoryArguments,
  MemoryCall,
  MemoryChange,
  MemoryReply,
  PanelState,
  RootStatus,
  ServiceApi,
  SessionArguments,
  SessionCall,
  SessionNews,
  SessionReply,
} from '../protocol.ts'
import type { SessionProgress } from '../protocol-sessions.ts'
import { RemoteError } from '../rpc.ts'
import { editorPath, memoryPath, type OpenFolder, type RootPath } from './root-paths.ts'
import { ServiceClient, type ServiceState } from './service-client.ts'

export interface WindowMemoryOptions {
  /** The service's entry file. */
  entry: string
  log: vscode.LogOutputChannel
  /** Settings for the service, checked and agreed to. */
  settings(): Promise<unknown>
}

export class WindowMemory implements vscode.Disposable {
  readonly #options: WindowMemoryOptions
  readonly #changed = new vscode.EventEmitter<PanelState>()
  readonly #memoriesChanged = new vscode.EventEmitter<MemoryChange>()
  readonly #sessionNews = new vscode.EventEmitter<SessionNews>()
  readonly #client: ServiceClient
  readonly #folders = new Map<string, OpenFolder>()
  readonly #roots = new Map<string, RootStatus>()
  readonly #problems = new Map<string, { message: string; remedy: string }>()
  #service: PanelState['service'] = 'starting'

  /** Fires when anything that is shown has changed. */
  readonly onDidChange = this.#changed.event
  /** Fires when memories of a root were made, changed or forgotten. */
  readonly onDidChangeMemories = this.#memoriesChanged.event

  constructor(options: WindowMemoryOptions) {
    this.#options = options
    this.#client = new ServiceClient({
      entry: options.entry,
      log: (level, message) => options.log[level](message),
      onStatus: (status) => this.#learn(status),
      onMemories: (change) => this.#memoriesChanged.fire(change),
      onSessions: (news) => this.#sessionNews.fire(news),
      onState: (state) => this.#follow(state),
    })
  }

  state(): PanelState {
    const problems = [...this.#problems].map(([folder, problem]) => ({ folder, ...problem }))
    return { access: access(), service: this.#service, roots: [...this.#roots.values()], problems }
  }

  /** Process id of the service, null while there is none. */
  get servicePid(): number | null {
    return this.#client.pid
  }

  /** Opens the folders that are not open and closes those that are gone. Reads nothing without trust. */
  async syncFolders(): Promise<void> {
    this.#changed.fire(this.state())
    if (!vscode.workspace.isTrusted) return
    const wanted = new Set(localFolders())
    const gone = [...this.#folders.keys(), ...this.#problems.keys()].filter((folder) => !wanted.has(folder))
    await Promise.all(gone.map((folder) => this.#close(folder)))
    if (wanted.size === 0) return
    const settings = await this.#options.settings()
    const fresh = [...wanted].filter((folder) => !this.#folders.has(folder))
    await Promise.all(fresh.map((folder) => this.#open(folder, settings)))
  }

  async configure(): Promise<void> {
    if (!vscode.workspace.isTrusted || this.#client.pid === null) return
    await this.#client.configure(await this.#options.settings()).finally(() => this.#reopenMissing())
  }

  /** Calls the service. Throws `RemoteError` with a remedy when this window may not read or has no folder. */
  async call<Name extends keyof ServiceApi>(
    name: Name,
    ...args: Parameters<ServiceApi[Name]>
  ): Promise<Awaited<ReturnType<ServiceApi[Name]>>> {
    const refusal = refusals()[access()]
    if (refusal !== undefined) throw new RemoteError('NoMemory', refusal.message, refusal.remedy)
    return await this.#client.call(name, ...args)
  }

  /** Asks long-term memory; `root` may be left out where one is open. An abort of `signal` ends the call over there. */
  async ask<K extends MemoryCall>(
    call: K,
    args: MemoryArguments<K>,
    { root, signal }: { root?: string; signal?: AbortSignal } = {},
  ): Promise<MemoryReply<K>> {
    const job = signal === undefined ? undefined : randomUUID()
    const request = {
      call,
      args,
      ...(root === undefined ? {} : { root }),
      ...(job === undefined ? {} : { job }),
    }
    const cancel = () => void this.call('cancelMemory', job ?? '').catch(() => undefined)
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      return (await this.call('memory', request)) as MemoryReply<K>
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  /** Asks about past sessions of other agents. An abort of `signal` ends the call; an import then says what it did. */
  async askSessions<K extends SessionCall>(
    call: K,
    args: SessionArguments<K>,
    options: { root: string; signal?: AbortSignal; onProgress?: (progress: SessionProgress) => void },
  ): Promise<SessionReply<K>> {
    const { root, signal, onProgress } = options
    const job = randomUUID()
    const cancel = () => void this.call('cancelSessions', job).catch(() => undefined)
    const news = this.#sessionNews.event((one) => one.job === job && onProgress?.(one.progress))
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      return (await this.call('sessions', { root, call, args, job })) as SessionReply<K>
    } finally {
      signal?.removeEventListener('abort', cancel)
      news.dispose()
    }
  }

  /** The memory's name of a file; null for files outside the open memories. */
  pathOf(uri: vscode.Uri): RootPath | null {
    return uri.scheme === 'file' ? memoryPath([...this.#folders.values()], uri.fsPath) : null
  }

  uriOf(file: RootPath): vscode.Uri {
    return vscode.Uri.file(editorPath([...this.#folders.values()], file))
  }

  async dispose(): Promise<void> {
    this.#changed.dispose()
    this.#memoriesChanged.dispose()
    this.#sessionNews.dispose()
    await this.#client.dispose()
  }

  async #open(folder: string, settings: unknown): Promise<void> {
    try {
      const [real, status] = await Promise.all([realpath(folder), this.#client.open(folder, settings)])
      this.#folders.set(folder, { folder, real, root: status.root })
      this.#problems.delete(folder)
      this.#learn(status)
    } catch (error) {
      const problem = { message: messageOf(error), remedy: error instanceof RemoteError ? error.remedy : '' }
      this.#options.log.error(`${folder}: ${problem.message} ${problem.remedy}`)
      this.#problems.set(folder, problem)
      this.#changed.fire(this.state())
    }
  }

  async #close(folder: string): Promise<void> {
    const open = this.#folders.get(folder)
    this.#folders.delete(folder)
    this.#problems.delete(folder)
    const shared = [...this.#folders.values()].some((other) => other.root === open?.root)
    if (open !== undefined && !shared) this.#roots.delete(open.root)
    this.#changed.fire(this.state())
    await this.#client.close(folder)
  }

  #learn(status: RootStatus): void {
    this.#roots.set(status.root, status)
    this.#changed.fire(this.state())
  }

  #follow(state: ServiceState): void {
    const back = this.#service === 'restarting' && state.kind === 'running'
    this.#service = state.kind === 'stopped' ? 'starting' : state.kind
    this.#changed.fire(this.state())
    if (back) void this.#reopenMissing().catch((error) => this.#options.log.error(error))
  }

  /** Roots that did not come back, after a crash or with other settings, are opened anew, which says why not. */
  async #reopenMissing(): Promise<void> {
    const there = new Set((await this.#client.call('status')).map(({ root }) => root))
    const missing = [...this.#folders.values()].filter(({ root }) => !there.has(root))
    if (missing.length === 0) return
    for (const { folder, root } of missing) {
      this.#folders.delete(folder)
      this.#roots.delete(root)
    }
    await this.syncFolders()
  }
}

function access(): PanelState['access'] {
  if ((vscode.workspace.workspaceFolders ?? []).length === 0) return 'no-folder'
  if (localFolders().length === 0) return 'unsupported'
  return vscode.workspace.isTrusted ? 'ready' : 'untrusted'
}

function localFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? []
  return folders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath)
}

function refusals(): { [access in PanelState['access']]?: { message: string; remedy: string } } {
  return {
    'no-folder': {
      message: vscode.l10n.t('No folder is open, so there is no memory to ask.'),
      remedy: vscode.l10n.t('Open a folder first.'),
    },
    untrusted: {
      message: vscode.l10n.t('Casebook reads nothing in Restricted Mode.'),
      remedy: vscode.l10n.t('Trust this workspace to build its memory.'),
    },
    unsupported: {
      message: vscode.l10n.t('Casebook needs folders on a disk; this window has none.'),
      remedy: vscode.l10n.t('Open a folder on this machine or over Remote.'),
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
