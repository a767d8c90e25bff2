/** Indexes the repository named on the command line; a process of its own, to be killed or run twice. */

import { openCasebook } from '../../src/casebook.ts'
import { parseSettings } from '../../src/config.ts'

const log = { info: () => undefined, warn: console.error, error: console.error }
const casebook = await openCasebook({
  repo: process.argv[2] ?? '',
  settings: parseSettings({ workers: 1 }),
  log,
})
process.stdout.write('open\n')
const { parsed } = await casebook.index({
  reason: 'test process',
  onProgress: ({ phase, done }) => process.stdout.write(`${phase} ${done}\n`),
})
await casebook.close()
process.stdout.write(`parsed=${parsed}\n`)
