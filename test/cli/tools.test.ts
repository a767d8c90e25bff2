/** The tools of chats on the command line: listed, searched, and measured from what the editor left. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { addTools, newSession, newTurn, pinTool, removeTools } from '../../src/agent/toolbox/session.ts'
import { openMemory } from '../casebook/open-memory.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { runHere } from './in-process.ts'

const tools = [
  { server: 'editor', name: 'run_tests', description: 'Runs the tests of the workspace.', schema: {} },
  { server: 'github', name: 'mcp_github_list_issues', description: 'Lists open issues.', schema: {} },
  { server: 'github', name: 'mcp_github_evil', description: 'Clears \u001b[2J the screen.', schema: {} },
]

/** As an editor leaves it after two turns. */
async function leave(t: TestContext, { dir }: FixtureRepo): Promise<void> {
  const book = await openMemory(t, dir, { settings: { autoIndex: false } })
  await book.tools.sync(tools)
  const session = newSession('chat-one', 'hybrid')
  session.messages.push({ role: 'user', content: 'Which issues are open?' })
  session.turns.push(newTurn(Date.UTC(2026, 10, 22)))
  addTools(session, ['run_tests', 'mcp_github_list_issues'], 'found for issues')
  session.turns.push({ ...newTurn(Date.UTC(2026, 10, 22)), outcome: 'answered' })
  removeTools(session, ['run_tests'], 'unused')
  pinTool(session, 'mcp_github_list_issues')
  await book.tools.saveChat(session)
  await book.close()
}

test('tools are listed and found by what they do', async (t) => {
  using repo = makeRepo('python-small')
  const run = (...line: string[]) => runHere([...line, '--repo', repo.dir], repo.dir)
  assert.match((await run('tools', 'list')).stdout, /No tool is known/)
  await leave(t, repo)
  const listed = await run('tools', 'list')
  assert.match(listed.stdout, /run_tests {2}editor, \d+ tokens\n {4}Runs the tests/)
  assert.ok(!listed.stdout.includes('\u001b'), 'no tool commands the terminal')
  const one = JSON.parse((await run('tools', 'list', '--server', 'github', '--limit', '1', '--json')).stdout)
  assert.deepEqual([one.tools.length, one.total], [1, 2])
  const found = JSON.parse((await run('tools', 'search', 'open', 'issues,', 'run', 'tests', '--json')).stdout)
  assert.deepEqual(
    found.tools.slice(0, 2).map(({ name, keyword }: { name: string; keyword: string }) => [name, keyword]),
    [
      ['mcp_github_list_issues', 'open issues'],
      ['run_tests', 'run tests'],
    ],
  )
  assert.equal((await run('tools', 'search')).code, 2)
})

test('a chat is measured by the beginning of its id, or as the newest', async (t) => {
  using repo = makeRepo('python-small')
  const run = (...line: string[]) => runHere([...line, '--repo', repo.dir], repo.dir)
  assert.match((await run('tools', 'chats')).stdout, /No chat has used tools yet/)
  assert.match((await run('tools', 'metrics')).stderr, /No chat has used tools yet/)
  await leave(t, repo)
  assert.match(
    (await run('tools', 'chats')).stdout,
    /chat-one .*2 turns, 1 tool at hand, \d+ tokens saved\n {4}Which issues are open\?/,
  )
  const { stdout } = await run('tools', 'metrics', 'chat')
  assert.match(stdout, /at hand +1 of 3: mcp_github_list_issues \(pinned\)/)
  assert.match(stdout, /removal ratio\) +0\.500/)
  assert.match(stdout, /residual\) +not known yet/)
  assert.match(stdout, /\+ run_tests {2}found for issues/)
  const report = JSON.parse((await run('tools', 'metrics', '--json')).stdout)
  assert.deepEqual([report.chat, report.metrics.added, report.metrics.removed], ['chat-one', 2, 1])
  const none = await run('tools', 'metrics', 'other')
  assert.deepEqual([none.code, /No chat has an id/.test(none.stderr)], [1, true])
})
