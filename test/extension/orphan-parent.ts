/** A window in miniature: starts the memory service, prints its process id, and stays until it is killed. */

import { observedClient } from './service-process.ts'

const { client } = observedClient({ after() {} })
await client.call('status')
process.stdout.write(`${client.pid}\n`)
setInterval(() => {}, 1_000)
