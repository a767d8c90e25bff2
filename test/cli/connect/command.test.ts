/** `casebook connect` and `casebook mcp` as a person and an agent run them. */

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { eventually } from '../../extension/service-process.ts'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { cliProgram, runCli } from '../run-cli.ts'

test('prints what to configure and writes nothing', async () => {
  using repo = makeRepo('python-small')
  const { code, stdout } = await runCli(['connect', 'claude-code'], { cwd: join(repo.dir, 'ledger') })
  assert.equal(code, 0)
  assert.ok(stdout.startsWith(`In ${repo.dir}/.mcp.json:\n`))
  assert.match(stdout, /--write/)
  assert.equal(existsSync(join(repo.dir, '.mcp.json')), false)
})

test('writes after a yes, keeps a copy, and what it wrote starts a server that answers', async (t) => {
  using repo = makeRepo('python-small')
  const file = join(repo.dir, '.mcp.json')
  const before = '{\n  // mine\n  "mcpServers": { "other": { "command": "x" } }\n}\n'
  writeFileSync(file, before, { mode: 0o600 })
  const unsure = await runCli(['connect', 'claude-code', '--write'], { cwd: repo.dir })
  assert.equal(unsure.code, 1)
  assert.match(unsure.stderr, /\+ .*casebook.*needs a person's yes/s)
  assert.equal(readFileSync(file, 'utf8'), before)
  const { code, stdout } = await runCli(['connect', 'claude-code', '--write', '--yes'], { cwd: repo.dir })
  assert.equal(code, 0)
  assert.match(stdout, /To undo it: take 'casebook' out, or put back .*casebook-backup/)
  assert.equal(readFileSync(`${file}.casebook-backup`, 'utf8'), before)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const again = await runCli(['connect', 'claude-code', '--write', '--yes'], { cwd: repo.dir })
  assert.match(again.stdout, /Connected already/)
  assert.equal(readdirSync(repo.dir).filter((name) => name.startsWith('.mcp.json')).length, 2)

  const { mcpServers } = JSON.parse(readFileSync(file, 'utf8').replace('// mine', ''))
  const { command, args } = mcpServers.casebook
  const client = new Client({ name: 'test-agent', version: '1.0.0' })
  await client.connect(new StdioClientTransport({ command, args, cwd: '/', stderr: 'ignore' }))
  t.after(() => client.close())
  const answer = await client.callTool({ name: 'casebook_search', arguments: { query: 'money' } })
  assert.match(JSON.stringify(answer.content), /\[c1\] /)
})

test('leaves a broken file alone', async () => {
  using repo = makeRepo('python-small')
  mkdirSync(join(repo.dir, '.gemini'))
  const file = join(repo.dir, '.gemini', 'settings.json')
  writeFileSync(file, '{ "theme": ')
  const { code, stderr } = await runCli(['connect', 'gemini-cli', '--write', '--yes'], { cwd: repo.dir })
  assert.equal(code, 1)
  assert.match(stderr, /is left alone: it is no JSON that can be read \(line 1/)
  assert.deepEqual(readdirSync(join(repo.dir, '.gemini')), ['settings.json'])
})

test('writes into the home of the person for agents that keep it there, and names unknown agents', async () => {
  using repo = makeRepo('python-small')
  const home = mkdtempSync(join(tmpdir(), 'casebook-home-'))
  const line = ['connect', 'copilot-cli', '--write', '--yes', '--json']
  const { stdout } = await runCli(line, {
    cwd: repo.dir,
    env: { HOME: home, USERPROFILE: home, COPILOT_HOME: '' },
  })
  const { file, backup } = JSON.parse(stdout)
  assert.equal(file, join(home, '.copilot', 'mcp-config.json'))
  assert.equal(backup, null)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const unknown = await runCli(['connect', 'notepad'], { cwd: repo.dir })
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /'notepad' is no agent.*claude-code, codex/)
})

test('casebook mcp serves the folder that it is started in, and its server ends with it', async (t) => {
  using repo = makeRepo('python-small')
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cliProgram, 'mcp', '--verbose'],
    cwd: repo.dir,
    stderr: 'pipe',
  })
  let spoken = ''
  transport.stderr?.on('data', (chunk) => {
    spoken += chunk
  })
  const client = new Client({ name: 'test-agent', version: '1.0.0' })
  await client.connect(transport)
  t.after(() => client.close())
  const answer = await client.callTool({ name: 'casebook_search', arguments: { query: 'money' } })
  assert.match(JSON.stringify(answer.content), /\[c1\] /)
  process.kill(transport.pid ?? 0, 'SIGKILL')
  assert.ok(await eventually(() => /ends: /.test(spoken), 8_000), spoken)
})

test('an agent may be named in short', async () => {
  using repo = makeRepo('python-small')
  for (const [short, agent] of [
    ['claude', 'claude-code'],
    ['gemini', 'gemini-cli'],
    ['copilot', 'copilot-cli'],
  ] as const) {
    const { code, stdout } = await runCli(['connect', short, '--json'], { cwd: repo.dir })
    assert.equal(code, 0)
    assert.equal(JSON.parse(stdout).agent, agent)
  }
})
