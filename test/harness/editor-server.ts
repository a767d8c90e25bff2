/** A VS Code server on a free port of this machine, as child process. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { installEditor } from './editor-install.ts'

export interface ServerOptions {
  /** Holds settings, logs and state; made when missing. */
  dataFolder: string
  extensionsFolder: string
  /** True shows the question of trust and starts in Restricted Mode. */
  askForTrust?: boolean
  port?: number
  env?: NodeJS.ProcessEnv
  /** User settings, for example `{ 'workbench.colorTheme': 'Default Light Modern' }`. */
  settings?: Record<string, unknown>
}

export interface EditorServer {
  /** For example `127.0.0.1:40123`. */
  readonly authority: string
  /** What the server printed so far, for messages about failures. */
  output(): string
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends the server and everything that it started. */
  close(): Promise<void>
}

/** Starts the server and waits until it listens. Throws with its output when it ends before that. */
export async function startServer(options: ServerOptions): Promise<EditorServer> {
  const folder = installEditor()
  const port = options.port ?? (await freePort())
  if (options.settings !== undefined) writeSettings(options.dataFolder, options.settings)
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'guard.ts'), process.execPath, ...serverArguments(folder, port, options)],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  )
  let output = ''
  child.stderr.on('data', (data) => {
    output += data
  })
  child.stdout.on('data', (data) => {
    output += data
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await listening(child, () => output)
  const close = async () => {
    child.stdin.end()
    await ended
  }
  return { authority: `127.0.0.1:${port}`, output: () => output, ended, close }
}

/** The arguments for installing a packed extension into the same folder that a server will use. */
export function installArguments(vsix: string, extensionsFolder: string, dataFolder: string): string[] {
  return [
    join(installEditor(), 'out/server-main.js'),
    '--install-extension',
    vsix,
    '--force',
    '--extensions-dir',
    extensionsFolder,
    '--server-data-dir',
    dataFolder,
  ]
}

function serverArguments(folder: string, port: number, options: ServerOptions): string[] {
  return [
    join(folder, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
    ...['--server-data-dir', options.dataFolder, '--extensions-dir', options.extensionsFolder],
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    // Without this flag a built VS Code ignores the development extension in the address.
    '--enable-smoke-test-driver',
    ...(options.askForTrust ? [] : ['--disable-workspace-trust']),
  ]
}

function writeSettings(dataFolder: string, settings: Record<string, unknown>): void {
  for (const scope of ['User', 'Machine']) {
    mkdirSync(join(dataFolder, 'data', scope), { recursive: true })
    writeFileSync(join(dataFolder, 'data', scope, 'settings.json'), JSON.stringify(settings))
  }
}

function listening(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => output().includes('Extension host agent listening') && resolve()
    child.stdout?.on('data', check)
    child.once('exit', () => reject(new Error(`VS Code's server ended:\n${output()}`)))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
