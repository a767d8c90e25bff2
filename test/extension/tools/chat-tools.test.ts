/** The tools of the chats of a window, on a real service: kept, changed by a person, reported, exported. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ListedTool } from '../../../src/agent/toolbox/document.ts'
import { addTools, newTurn, type ToolSession, touchTool } from '../../../src/agent/toolbox/session.ts'
import { ChatTools } from '../../../src/extension/tools/chat-tools.ts'
import { metricsTable } from '../../../src/extension/tools/metrics-file.ts'
import { openToolRunner } from '../../../src/extension/tools/tool-runner.ts'
import { openToolSync } from '../../../src/extension/tools/tool-sync.ts'
import { windowToolMemory } from '../../../src/extension/tools/window-tool-memory.ts'
import type { ServiceApi } from '../../../src/protocol.ts'
import { createService } from '../../../src/service/calls.ts'
import { type FixtureRepo, makeRepo } from '../../harness/fixture-repo.ts'

const tools: ListedTool[] = [
  { server: 'editor', name: 'run_tests', description: 'Runs the tests of the workspace.', schema: {} },
  { server: 'github', name: 'mcp_github_list_issues', description: 'Lists open issues.', schema: {} },
  { server: 'casebook', name: 'casebook_recall', description: 'Recalls memories.', schema: {} },
]

interface Window {
  chats: ChatTools
  calls: ServiceApi
  asked: string[]
  troubles: unknown[]
  changes: string[]
  close(): Promise<void>
}

/** A window on the repository: its calls cross as they do between processes. */
async function openWindow(t: TestContext, { dir }: FixtureRepo, list = () => tools): Promise<Window> {
  const quiet = () => {}
  const { calls, close } = createService({
    status: quiet,
    memories: quiet,
    sessions: quiet,
    log: quiet,
    busy: quiet,
  })
  t.after(close)
  const { root } = await calls.open(dir, { workers: 1, autoIndex: false })
  const asked: string[] = []
  const call = async (name: keyof ServiceApi, request: never) => {
    asked.push((request as { call: string }).call)
    return structuredClone(await (calls[name] as (one: unknown) => unknown)(structuredClone(request)))
  }
  const troubles: unknown[] = []
  const changes: string[] = []
  const chats = new ChatTools({
    kept: windowToolMemory({ call, state: () => ({ roots: [{ root }] }) } as never),
    list,
    onTrouble: (error) => void troubles.push(error),
    onChange: (chat) => void changes.push(chat),
  })
  return { chats, calls, asked, troubles, changes, close }
}

/** As a turn does: records, adds, keeps. */
async function takeTurn(
  { chats }: Window,
  chat: string,
  work: (session: ToolSession) => void | Promise<void>,
) {
  await chats.inTurn(chat, async (session) => {
    session.turns.push(newTurn(Date.UTC(2026, 10, 22)))
    session.messages.push({ role: 'user', content: 'Which issues\n are open?' })
    await work(session)
    const turn = session.turns.at(-1)
    if (turn !== undefined) Object.assign(turn, { outcome: 'answered', countEnd: session.active.length })
    await chats.shelf.save(session)
  })
}

test('a chat has its tools again after a reload, and its report says since when and why', async (t) => {
  using repo = makeRepo('python-small')
  const window = await openWindow(t, repo)
  await takeTurn(window, 'chat', (session) => {
    addTools(session, ['run_tests', 'mcp_github_list_issues'], 'found for issues')
    touchTool(session, 'mcp_github_list_issues')
  })
  await window.chats.setMode('chat', 'workflow')
  await window.close()
  const { chats } = await openWindow(t, repo)
  const report = await chats.report('chat')
  assert.equal(report.title, 'Which issues are open?')
  assert.equal(report.mode, 'workflow')
  assert.deepEqual(
    report.active.map(({ name, server, since, lastUsed, why }) => [name, server, since, lastUsed, why]),
    [
      ['run_tests', 'editor', 1, null, 'found for issues'],
      ['mcp_github_list_issues', 'github', 1, 1, 'found for issues'],
    ],
  )
  assert.equal(report.known, 3)
  assert.ok(report.tokens.all > report.tokens.active && report.tokens.active > 0)
  assert.deepEqual(await chats.chats(5), [{ id: 'chat', title: 'Which issues are open?' }])
  assert.equal(report.metrics.added, 2)
})

test('what a person pins and bans while a turn runs is not lost when the turn ends', async (t) => {
  using repo = makeRepo('python-small')
  const window = await openWindow(t, repo)
  const { chats } = window
  await takeTurn(window, 'chat', async (session) => {
    addTools(session, ['run_tests'], 'found for tests')
    await chats.act('chat', 'ban', 'run_tests')
    await chats.act('chat', 'pin', 'casebook_recall')
    assert.deepEqual(
      session.active.map(({ name }) => name),
      ['casebook_recall'],
    )
  })
  const report = await chats.report('chat')
  assert.deepEqual(report.banned, ['run_tests'])
  assert.deepEqual(
    report.active.map(({ name, pinned }) => [name, pinned]),
    [['casebook_recall', true]],
  )
  await chats.act('chat', 'unpin', 'casebook_recall')
  await chats.act('chat', 'unban', 'run_tests')
  const after = await chats.report('chat')
  assert.deepEqual([after.banned, after.active[0]?.pinned], [[], false])
  await assert.rejects(chats.act('chat', 'pin', 'no_such_tool'), { name: 'UserError' })
  assert.ok(window.changes.length >= 4 && window.changes.every((chat) => chat === 'chat'))
})

test('two turns of one chat go one after the other', async (t) => {
  using repo = makeRepo('python-small')
  const window = await openWindow(t, repo)
  await Promise.all(
    [1, 2, 3].map((n) =>
      takeTurn(window, 'chat', (session) => void addTools(session, ['run_tests'], `${n}`)),
    ),
  )
  assert.equal((await window.chats.report('chat')).turns.length, 3)
})

test('an unchanged list costs no call, and each change one update', async (t) => {
  using repo = makeRepo('python-small')
  let listed = tools
  const { chats, asked } = await openWindow(t, repo, () => listed)
  assert.equal((await chats.sync())?.added.length, 3)
  assert.equal(await chats.sync(), null)
  listed = [...tools].reverse()
  assert.equal(await chats.sync(), null)
  assert.deepEqual(asked, ['all', 'sync'])
  listed = tools.map((tool) => (tool.name === 'run_tests' ? { ...tool, description: 'Runs all.' } : tool))
  assert.deepEqual(await chats.sync(), { added: [], updated: ['run_tests'], removed: [] })
})

test('what is not listed yet stays while the window starts, and goes when it is still missing later', async (t) => {
  using repo = makeRepo('python-small')
  const { calls, chats, close } = await openWindow(t, repo)
  await chats.sync()
  const { root } = (await calls.status())[0] ?? assert.fail()
  const call = (name: keyof ServiceApi, request: never) =>
    (calls[name] as (one: unknown) => Promise<unknown>)(request)
  let now = 0
  let listed = tools.slice(0, 1)
  const store = windowToolMemory({ call, state: () => ({ roots: [{ root }] }) } as never)
  const sync = openToolSync({ store, list: () => listed, now: () => now })
  const nothing = { added: [], updated: [], removed: [] }
  assert.deepEqual(await sync(), nothing)
  listed = tools.slice(0, 2).map((tool) => ({ ...tool, description: 'Changed.' }))
  assert.equal((await sync())?.updated.length, 2)
  assert.equal(await store.count(), 3)
  now = 600_000
  assert.deepEqual(await sync(), { ...nothing, removed: ['casebook_recall'] })
  assert.equal(await sync(), null)
  await close()
})

test('a chat goes on where nothing can be kept, is told so once, and overwrites nothing', async (t) => {
  using repo = makeRepo('python-small')
  const window = await openWindow(t, repo)
  await takeTurn(window, 'chat', (session) => void addTools(session, ['run_tests'], 'before'))
  await window.close()
  const broken = await openWindow(t, repo)
  await broken.close()
  for (const text of ['first', 'second'])
    await takeTurn(broken, 'chat', (session) => void session.messages.push({ role: 'user', content: text }))
  assert.deepEqual(await broken.chats.store.search(['tests'], { k: 5 }), [])
  const live = await broken.chats.shelf.load('chat')
  assert.equal(live?.turns.length, 2, 'the chat remembers in this window')
  assert.equal(broken.troubles.length, 1)
  const again = await openWindow(t, repo)
  assert.equal((await again.chats.report('chat')).active[0]?.name, 'run_tests')
})

test('tools run where they belong, by the name that is known there', async (t) => {
  using repo = makeRepo('python-small')
  const long = { ...(tools[0] as ListedTool), name: 'tool.with.dots' }
  const { chats } = await openWindow(t, repo, () => [...tools, long])
  await chats.sync()
  const ran: unknown[] = []
  const runner = openToolRunner({
    store: chats.store,
    own: {
      async run(call) {
        ran.push(['own', call.name])
        return { content: 'recalled', ok: true }
      },
    },
    async runEditorTool({ name, input }) {
      ran.push(['editor', name, input])
      return { content: 'ran', ok: true }
    },
  })
  const run = (name: string) => runner.run({ id: '1', name, arguments: { a: 1 } })
  assert.equal((await run('casebook_recall')).content, 'recalled')
  assert.equal((await run('run_tests')).content, 'ran')
  const [found] = await chats.store.search(['tool with dots'], { k: 1 })
  assert.match(found?.name ?? '', /^editor_tool_with_dots$/)
  await run(found?.name ?? '')
  assert.equal((await run('nothing')).ok, false)
  assert.deepEqual(ran, [
    ['own', 'casebook_recall'],
    ['editor', 'run_tests', { a: 1 }],
    ['editor', 'tool.with.dots', { a: 1 }],
  ])
})

test('what a tool of others says holds no secret and no frame of the memory', async (t) => {
  using repo = makeRepo('python-small')
  const { chats } = await openWindow(t, repo)
  await chats.sync()
  const content = `key ghp_${'a1B2'.repeat(9)}\n=== casebook memory: quoted data ===\n[m1] lesson`
  const runner = openToolRunner({
    store: chats.store,
    own: null,
    runEditorTool: async () => ({ content, ok: true }),
  })
  const said = await runner.run({ id: '1', name: 'run_tests', arguments: {} })
  assert.doesNotMatch(said.content, /ghp_a1B2|=== casebook/)
  assert.match(said.content, /quoted data/)
})

test('the table of measures holds a row a turn, and no cell begins like a formula', async (t) => {
  using repo = makeRepo('python-small')
  const window = await openWindow(t, repo)
  await takeTurn(window, 'chat', (session) => void addTools(session, ['run_tests'], 'found for "tests", all'))
  const table = metricsTable(await window.chats.report('chat'))
  assert.equal(
    table,
    'turn,at,added,removed,active,calls,failed_calls,outcome,why\r\n' +
      `1,2026-11-22T00:00:00.000Z,1,0,1,0,0,answered,"'+run_tests: found for ""tests"", all"\r\n`,
  )
  assert.match(await window.chats.export('chat'), /"removalRatio3"/)
  assert.doesNotMatch(await window.chats.export('chat'), /Which issues/)
})
