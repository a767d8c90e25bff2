/** Sessions of Claude Code, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { claudeCode } from '../../src/memory/episodes/importers/claude-code.ts'
import type { Session } from '../../src/memory/episodes/session.ts'

let clock = Date.UTC(2026, 5, 1)

function line(type: string, uuid: string, parentUuid: string | null, more: object): string {
  const base = {
    type,
    uuid,
    parentUuid,
    sessionId: 's1',
    cwd: '/work/shop',
    gitBranch: 'fix',
    isSidechain: false,
  }
  clock += 1000
  return JSON.stringify({ ...base, timestamp: new Date(clock).toISOString(), ...more })
}
const says = (uuid: string, parent: string | null, content: string) =>
  line('user', uuid, parent, { message: { role: 'user', content } })
const calls = (uuid: string, parent: string, id: string, name: string, input: object) =>
  line('assistant', uuid, parent, {
    message: { id: uuid, role: 'assistant', content: [{ type: 'tool_use', id, name, input }] },
  })
const results = (
  uuid: string,
  parent: string,
  id: string,
  content: string,
  more: object = {},
  isError = false,
) =>
  line('user', uuid, parent, {
    message: {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: id, content, is_error: isError }],
    },
    ...more,
  })

async function readAll(lines: string[]): Promise<{ sessions: Session[]; skipped: string[] }> {
  const home = mkdtempSync(join(tmpdir(), 'casebook-claude-'))
  const folder = join(home, '.claude', 'projects', '-work-shop')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 's1.jsonl'), `${lines.join('\n')}\n`)
  const skipped: string[] = []
  const skips = { skip: (reason: string) => void skipped.push(reason) }
  const machine = { platform: process.platform, home, env: {}, repositories: [] }
  const sessions: Session[] = []
  for (const place of claudeCode.places(machine))
    for await (const found of claudeCode.find(place, skips))
      for await (const session of claudeCode.read(found, skips)) sessions.push(session)
  return { sessions, skipped }
}

const patch = [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }]
const edited = {
  toolUseResult: { filePath: '/work/shop/cart.py', structuredPatch: patch, userModified: false },
}
const repair = [
  says('u1', null, 'The total is wrong, see #12'),
  calls('a1', 'u1', 't1', 'Bash', { command: 'pytest tests/test_cart.py' }),
  results('r1', 'a1', 't1', 'Exit code 1\nE   AssertionError: 3 != 4\n1 failed in 0.1s', {}, true),
  calls('a2', 'r1', 't2', 'Edit', { file_path: '/work/shop/cart.py', old_string: 'a', new_string: 'b' }),
  results('r2', 'a2', 't2', 'The file was updated', edited),
  calls('a3', 'r2', 't3', 'Bash', { command: 'pytest tests/test_cart.py' }),
  results('r3', 'a3', 't3', '1 passed in 0.1s', {
    toolUseResult: { stdout: '1 passed in 0.1s', stderr: '' },
  }),
]

test('a repair becomes one episode that passed, with its try and the failure before', async () => {
  const { sessions } = await readAll(repair)
  const [session] = sessions
  assert.deepEqual(
    session?.steps.map(({ type }) => type),
    ['user', 'command', 'edit', 'command'],
  )
  const relative = (path: string) => path.replace('/work/shop/', '')
  const [episode] = extractEpisodes(session as Session, relative)
  const body = episode?.draft.episode
  assert.equal(body?.outcome.verdict, 'passed')
  assert.deepEqual(body?.issues, ['12'])
  assert.equal(body?.attempts[0]?.passed, true)
  assert.equal(body?.attempts[0]?.content.text, '--- a/cart.py\n+++ b/cart.py\n@@ -1,1 +1,1 @@\n-a\n+b')
  assert.ok(body?.signatures[0]?.startsWith('AssertionError'), String(body?.signatures))
})

test('a branch that the person went back from is given up, parallel results are not', async () => {
  const lines = [
    ...repair.slice(0, 1),
    calls('x1', 'u1', 'tx1', 'Read', { file_path: '/work/shop/a.py' }),
    calls('x2', 'x1', 'tx2', 'Read', { file_path: '/work/shop/b.py' }),
    results('xr1', 'x1', 'tx1', 'one'),
    results('xr2', 'x2', 'tx2', 'two'),
    says('old', 'xr2', 'try the tax file'),
    calls('olda', 'old', 'to', 'Write', { file_path: '/work/shop/tax.py', content: 'x' }),
    results('oldr', 'olda', 'to', 'ok'),
    says('new', 'xr2', 'no, the cart'),
    calls('newa', 'new', 'tn', 'Write', { file_path: '/work/shop/cart.py', content: 'y' }),
    results('newr', 'newa', 'tn', 'ok'),
  ]
  const { sessions } = await readAll(lines)
  const edits = sessions[0]?.steps.flatMap((step) => (step.type === 'edit' ? [step.path] : []))
  assert.deepEqual(edits, ['/work/shop/cart.py'])
  assert.equal(sessions[0]?.steps.filter(({ type }) => type === 'tool').length, 2)
})

test('bad lines are counted and cost nothing else; repeated lines count once', async () => {
  const broken = [
    repair[0],
    '{"type":"user","uu',
    '[1]',
    repair[0],
    '',
    '{"type":"brand-new-kind"}',
    ...repair.slice(1),
  ]
  const { sessions, skipped } = await readAll(broken as string[])
  assert.equal(skipped.length, 2)
  assert.equal(sessions[0]?.steps.length, 4)
})

test('a refused edit and one that the person changed are said against it', async () => {
  const lines = [
    ...repair.slice(0, 4),
    results('r2', 'a2', 't2', "The user doesn't want to proceed with this tool use.", {}, true),
    calls('a5', 'r2', 't5', 'Edit', { file_path: '/work/shop/cart.py', old_string: 'a', new_string: 'c' }),
    results('r5', 'a5', 't5', 'ok', { toolUseResult: { ...edited.toolUseResult, userModified: true } }),
  ]
  const { sessions } = await readAll(lines)
  const signals = sessions[0]?.steps.flatMap((step) => (step.type === 'signal' ? [step.signal] : []))
  assert.deepEqual(signals, ['rejected', 'modified'])
})
