/** Nothing that the tests start outlives them. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { countTap } from './steps.ts'

test('a command and its children end when standard input closes', async () => {
  const family = `const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    console.log(process.pid, child.pid)
    process.on('SIGTERM', () => {})`
  const guard = spawn(
    process.execPath,
    [join(import.meta.dirname, 'guard.ts'), process.execPath, '-e', family],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(guard.stdout, 'data')) as [Buffer]
  const pids = String(line).trim().split(' ').map(Number)
  assert.equal(pids.filter(isAlive).length, 2)
  guard.stdin.end()
  await once(guard, 'exit')
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20))
})

test('a TAP report is counted by its summary', () => {
  const report =
    '# Subtest: # pass 7\nok 1\n1..4\n# tests 4\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n'
  assert.deepEqual(countTap(report), { passed: 1, failed: 2, skipped: 1 })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
