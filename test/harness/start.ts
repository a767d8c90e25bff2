/**
 * `npm start [-- FOLDER]`: Casebook in a real VS Code in the browser, until Ctrl-C.
 * Flags: --port N, --ask-for-trust (starts in Restricted Mode).
 */

import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startServer } from './editor-server.ts'
import { cacheFolder, projectFolder } from './project.ts'
import { workbenchUrl } from './workbench.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string' }, 'ask-for-trust': { type: 'boolean', default: false } },
})
// npm runs scripts in the project; the person's path is relative to where they are.
const folder = resolve(process.env.INIT_CWD ?? '.', positionals[0] ?? projectFolder)
if (!existsSync(folder)) {
  console.error(`There is no folder ${folder}`)
  process.exit(2)
}

const server = await startServer({
  dataFolder: join(cacheFolder, 'start/data'),
  extensionsFolder: join(cacheFolder, 'start/extensions'),
  askForTrust: values['ask-for-trust'],
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
})
const url = workbenchUrl(server.authority, { folder: realpathSync(folder) })
console.log(`\nCasebook in VS Code, on ${realpathSync(folder)}:\n\n  ${url}\n\nPress Ctrl-C to end.`)

let closing = false
server.ended.then(() => {
  if (closing) return
  console.error(`VS Code's server ended by itself:\n${server.output()}`)
  process.exit(1)
}, end)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)

async function end(): Promise<void> {
  if (closing) return
  closing = true
  await server.close()
  process.exit(0)
}
