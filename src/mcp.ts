/** The MCP server: a process that an agent starts, which answers it over standard input and output. */

import { setFlagsFromString } from 'node:v8'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import packageJson from '../package.json' with { type: 'json' }
import { describe } from './agent/tools/answer.ts'
import { agreedSettings } from './embedder-consent.ts'
import { settingsFromEnvironment } from './environment.ts'
import { readArguments } from './mcp/arguments.ts'
import { openBook } from './mcp/book.ts'
import { endWithParent } from './mcp/lifetime.ts'
import { openLog } from './mcp/log.ts'
import { createServer } from './mcp/server.ts'

// As in the memory service: without it V8 keeps the garbage of a whole index run.
setFlagsFromString('--optimize-for-size')

async function serve(): Promise<void> {
  const { repo, store, allowWrite, verbose } = readArguments(process.argv.slice(2))
  const log = openLog(verbose)
  const { settings, note } = agreedSettings(settingsFromEnvironment(process.env), process.env)
  if (note !== null) log.warn(note)
  const book = openBook({
    folder: async () => repo ?? (await server.firstRoot()) ?? process.cwd(),
    store,
    settings,
    log,
  })
  const server = createServer({
    book,
    allowWrite: allowWrite || settings.mcpWrite,
    log,
    version: packageJson.version,
  })
  endWithParent({ close: () => book.close(), log })
  await server.connect(new StdioServerTransport())
}

serve().catch((error: unknown) => {
  process.stderr.write(`casebook mcp: ${describe(error)}\n`)
  process.exit(1)
})
