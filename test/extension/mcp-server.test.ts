/** What the editor is told about starting the MCP server. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverLaunches } from '../../src/extension/mcp-server.ts'

const shop = { name: 'shop', path: '/work/shop' }
const bank = { name: 'bank', path: '/work/bank' }

test('each folder has a server of its own, which reads only', () => {
  const launches = serverLaunches([shop, bank], { entry: '/x/mcp.cjs', allowWrite: false })
  assert.deepEqual(launches, [
    { label: 'Casebook (shop)', args: ['/x/mcp.cjs', '--repo', '/work/shop'] },
    { label: 'Casebook (bank)', args: ['/x/mcp.cjs', '--repo', '/work/bank'] },
  ])
})

test('a single folder needs no name, and the person may allow writing', () => {
  const [launch] = serverLaunches([shop], { entry: '/x/mcp.cjs', allowWrite: true })
  assert.deepEqual(launch, {
    label: 'Casebook',
    args: ['/x/mcp.cjs', '--repo', '/work/shop', '--allow-write'],
  })
  assert.deepEqual(serverLaunches([], { entry: '/x/mcp.cjs', allowWrite: false }), [])
})
