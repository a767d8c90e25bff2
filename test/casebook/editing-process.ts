/** Edits one memory when told to on stdin; a process of its own, to be run twice on one store. */

import { once } from 'node:events'
import { openCasebook } from '../../src/casebook.ts'
import { parseSettings } from '../../src/config.ts'

const [repo = '', id = '', text = ''] = process.argv.slice(2)
const log = { info: () => undefined, warn: console.error, error: console.error }
const casebook = await openCasebook({ repo, settings: parseSettings({ workers: 1 }), log })
const { record } = await casebook.memories.show(id)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
try {
  const edited = await casebook.memories.edit(id, { text, tags: [text], expectedVersion: record.version })
  process.stdout.write(`${JSON.stringify({ version: edited.version, text: edited.text })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`)
}
await casebook.close()
process.stdin.unref()
process.exit(0)
