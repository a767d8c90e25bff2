/** The server as a process: it waits, is cancelled, shares its store, and ends when nobody needs it. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openMemory } from '../casebook/open-memory.ts'
import { eventually } from '../extension/service-process.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { compileCache, connect, mcpProgram } from './connect.ts'

const lesson = 'Ledger totals are rounded half to even in ledger/money.py, never with round().'

test('tells how far the first index is while an answer waits, and stops at once when cancelled', async (t) => {
  using repo = makeRepo('python-small')
  // Another process holds the lease of the indexer: the server has to wait for it.
  const window = await openMemory(t, repo.dir)
  window.pause()
  const run = window.index({ reason: 'test' })
  run.catch(() => undefined)
  const { client, transport, call } = await connect(t, { args: ['--repo', repo.dir] })
  const messages: string[] = []
  const stop = new AbortController()
  const asked = client.callTool({ name: 'casebook_locate', arguments: { text: 'money' } }, undefined, {
    signal: stop.signal,
    onprogress: ({ message }) => void messages.push(message ?? ''),
  })
  assert.ok(await eventually(() => messages.length >= 2))
  assert.match(messages[0] ?? '', /indexing|waiting|index/)
  let late = 0
  const passOn = transport.onmessage
  transport.onmessage = (message) => {
    if ('method' in message && message.method === 'notifications/progress') late += 1
    passOn?.(message)
  }
  stop.abort('the person pressed stop')
  await assert.rejects(asked, /pressed stop/)
  await sleep(300)
  late = 0
  await sleep(1_200)
  assert.equal(late, 0, 'nothing goes on for a question that nobody asks any more')
  assert.match((await call('casebook_open', { handle: 'art:0123456789ab' })).text, /no evidence/)
  window.resume()
  await run
  assert.match((await call('casebook_locate', { text: 'ledger money rounding' })).text, /\[c1\] /)
})

test('two agents and a window use one memory at once', async (t) => {
  using repo = makeRepo('python-small')
  const window = await openMemory(t, repo.dir)
  const options = { args: ['--repo', repo.dir, '--allow-write'] }
  const [one, two] = await Promise.all([connect(t, options), connect(t, options)])
  const first = one.call('casebook_search', { query: 'money' })
  const second = two.call('casebook_search', { query: 'journal' })
  for (const { text } of await Promise.all([first, second])) assert.match(text, /\[c1\] /)
  await window.memories.remember({ text: lesson, kind: 'lesson' })
  const asked = { text: 'ledger totals rounded' }
  for (const { call } of [one, two]) assert.match((await call('casebook_recall', asked)).text, /half to even/)
  const proposals = [
    one.call('casebook_remember', {
      text: 'Reports in ledger/report.py are printed in the order of accounts.',
    }),
    two.call('casebook_remember', {
      text: 'An empty journal makes ledger/journal.py raise before it reads rates.',
    }),
    one.call('casebook_remember', {
      text: 'Rounding rules of docs/rounding.md come from the auditors of spring.',
    }),
    two.call('casebook_remember', {
      text: 'Importing ledger/__init__.py twice registers every currency again.',
    }),
  ]
  for (const { isError, text } of await Promise.all(proposals)) assert.equal(isError, false, text)
  assert.match((await one.call('casebook_cite', { memories: ['m1'], outcome: 'helped' })).text, /as helped/)
  assert.match((await two.call('casebook_cite', { memories: ['m1'], outcome: 'hurt' })).text, /as hurt/)
  const [known] = (await window.memories.list({ kinds: ['lesson'], statuses: ['active'] })).records
  assert.deepEqual([known?.counters.helped, known?.counters.hurt], [1, 1])
})

test('writes nothing but the protocol to standard output, whatever arrives', async (t) => {
  using repo = makeRepo('python-small')
  const child = start(t, ['--repo', repo.dir, '--verbose'])
  child.stdin?.write('this is no message\n{"jsonrpc":"2.0","id":1,"method":"nonsense"}\n')
  child.stdin?.write('{"jsonrpc":"2.0","id":2,"method":"ping"}\n')
  const lines = await linesOf(child, 2)
  assert.equal(lines[0]?.error?.code, -32601)
  assert.deepEqual(lines[1]?.result, {})
})

test('ends when its input is closed, with its stores closed', async (t) => {
  using repo = makeRepo('python-small')
  const child = start(t, ['--repo', repo.dir])
  child.stdin?.write(`${JSON.stringify(initialize)}\n`)
  await linesOf(child, 1)
  child.stdin?.end()
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(5_000) })
  assert.equal(code, 0)
})

for (const [how, stdin] of [
  ['whose pipes break', 'pipe'],
  ['though somebody else holds its input open', 'inherit'],
] as const) {
  test(`ends with a killed parent, ${how}`, async (t) => {
    using repo = makeRepo('python-small')
    const program = `
      const { spawn } = require('node:child_process')
      const args = ${JSON.stringify([mcpProgram, '--repo', repo.dir])}
      const child = spawn(process.execPath, args, { stdio: ['${stdin}', 'pipe', 'inherit'] })
      child.stdout.on('data', () => console.log(child.pid))
      if ('${stdin}' === 'pipe') child.stdin.write(process.argv[1] + '\\n')
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['-e', program, JSON.stringify(initialize)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...compileCache },
    })
    t.after(() => parent.kill('SIGKILL'))
    if (stdin === 'inherit') parent.stdin.write(`${JSON.stringify(initialize)}\n`)
    const [line] = await once(parent.stdout, 'data', { signal: AbortSignal.timeout(8_000) })
    const pid = Number(String(line).trim().split('\n')[0])
    assert.ok(isAlive(pid))
    parent.kill('SIGKILL')
    assert.ok(await eventually(() => !isAlive(pid), 8_000))
  })
}

test('says in one line what is wrong with its own arguments', async (t) => {
  const child = start(t, ['--write-everything'])
  let spoken = ''
  child.stderr?.on('data', (chunk) => {
    spoken += chunk
  })
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(5_000) })
  assert.equal(code, 1)
  assert.match(spoken, /^casebook mcp: Unknown option '--write-everything'.*--allow-write.*\n$/)
})

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}

function start(t: TestContext, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [mcpProgram, ...args], {
    stdio: 'pipe',
    env: { ...process.env, ...compileCache },
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

interface Reply {
  id: number
  result?: unknown
  error?: { code: number }
}

/** The first lines of standard output; a line that is no message fails the test. */
async function linesOf(child: ChildProcess, count: number): Promise<Reply[]> {
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  assert.ok(await eventually(() => text.split('\n').length > count, 8_000))
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Reply)
}

/** A zombie of a killed parent counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
