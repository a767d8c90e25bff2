/** Connects the official MCP client to a real server process. */

import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js'

/** The program, from source. */
export const mcpProgram = join(dirname(fileURLToPath(import.meta.url)), '../../src/mcp.ts')

/** Node keeps the sources that it made ready: a server then starts in a third of the time. */
export const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'casebook-compile-cache') }

export interface Connected {
  client: Client
  transport: StdioClientTransport
  /** What the server wrote to standard error so far. */
  spoken(): string
  /** The text of a tool's answer; `isError` says how it was meant. */
  call(name: string, args?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>
}

export interface ConnectOptions {
  args?: readonly string[]
  cwd?: string
  env?: Record<string, string>
  /** Folders that the client says it works in. */
  roots?: readonly string[]
}

export async function connect(test: TestContext, options: ConnectOptions): Promise<Connected> {
  const { args = [], cwd, env = {}, roots } = options
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [mcpProgram, '--verbose', ...args],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      CASEBOOK_WORKERS: '1',
      ...compileCache,
      ...env,
    },
    stderr: 'pipe',
    ...(cwd !== undefined && { cwd }),
  })
  let spoken = ''
  transport.stderr?.on('data', (chunk: Buffer) => {
    spoken += chunk.toString()
  })
  const capabilities = roots === undefined ? {} : { roots: {} }
  const client = new Client({ name: 'test-agent', version: '1.0.0' }, { capabilities })
  if (roots !== undefined) {
    client.setRequestHandler(ListRootsRequestSchema, () => ({
      roots: roots.map((folder) => ({ uri: `file://${folder}` })),
    }))
  }
  await client.connect(transport)
  test.after(() => client.close())
  return {
    client,
    transport,
    spoken: () => spoken,
    async call(name, args = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: args })
      const [first] = content as { type: string; text: string }[]
      return { text: first?.text ?? '', isError: isError === true }
    },
  }
}
