/** Sessions of OpenHands, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHands } from '../../src/memory/episodes/importers/openhands.ts'
import type { Session, Step } from '../../src/memory/episodes/session.ts'
import { type Fixture, fixtureRoot, importerContract, type ReadHome, readHome } from './contract.ts'
import { Conversation, labelled, machine, OldEvents, passing, save } from './labelled/openhands.ts'

async function readFrom(write: (home: string) => void): Promise<ReadHome> {
  const home = mkdtempSync(join(tmpdir(), 'casebook-openhands-'))
  try {
    write(home)
    return await readHome(openHands, { platform: 'linux', home, env: {}, ...machine(home) })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const kinds = (session: Session | undefined) => session?.steps.map(({ type }) => type)
const only = <T extends Step['type']>(session: Session | undefined, type: T) =>
  (session?.steps ?? []).filter((step): step is Extract<Step, { type: T }> => step.type === type)

test('a conversation has its request, commands with codes and edits with their hunk', async () => {
  const { sessions } = await readFrom((home) =>
    new Conversation()
      .says('Fix the total')
      .edits('shop/cart.py', '    return a', '    return b')
      .runs('pytest', passing)
      .finishes()
      .write(home),
  )
  const [session] = sessions
  assert.deepEqual(kinds(session), [
    'user',
    'assistant',
    'edit',
    'assistant',
    'command',
    'assistant',
    'signal',
  ])
  assert.equal(session?.model, 'anthropic/claude-sonnet')
  assert.deepEqual(session?.folders, [fixtureRoot])
  assert.equal(session?.startedAt, Date.parse('2026-04-01T09:01:00.250'))
  const [edit] = only(session, 'edit')
  assert.equal(edit?.diff, '@@ -1,2 +1,2 @@\n def total():\n-    return a\n+    return b')
  const [command] = only(session, 'command')
  assert.deepEqual([command?.exitCode, command?.evidence, command?.output], [0, 'field', passing])
  assert.match(command?.place.file ?? '', /event-00003-/)
})

test('a shell stays where the command before it went', async () => {
  const folder = join(fixtureRoot, 'packages/other')
  const metadata = { exit_code: 0, working_dir: folder }
  const observation = { kind: 'TerminalObservation', content: [], is_error: false, exit_code: 0, metadata }
  const { sessions } = await readFrom((home) =>
    new Conversation()
      .says('Look there')
      .acts('terminal', { kind: 'TerminalAction', command: 'cd packages/other' }, { more: { observation } })
      .runs('pytest', passing)
      .write(home),
  )
  assert.deepEqual(
    only(sessions[0], 'command').map(({ cwd }) => cwd),
    [undefined, folder],
  )
})

test('new files, patches and edits that failed', async () => {
  const { sessions } = await readFrom((home) =>
    new Conversation()
      .says('Do it')
      .edits('shop/new.py', '', 'x', { prev_exist: false, old_content: null, new_content: 'x = 1\n' })
      .edits('shop/cart.py', 'gone', 'b', { is_error: true, old_content: null, new_content: null })
      .acts(
        'apply_patch',
        {
          kind: 'ApplyPatchAction',
          patch: '*** Begin Patch\n*** Update File: shop/tax.py\n@@\n-a\n+b\n*** End Patch',
        },
        { more: { observation: { kind: 'ApplyPatchObservation', content: [], is_error: false } } },
      )
      .acts(
        'file_editor',
        { kind: 'FileEditorAction', command: 'view', path: '/x' },
        { kind: 'AgentErrorEvent', more: { error: 'no' } },
      )
      .write(home),
  )
  assert.deepEqual(
    only(sessions[0], 'edit').map(({ path, before, after, diff, applied }) => [
      path.replace(`${fixtureRoot}/`, ''),
      before,
      after,
      diff,
      applied,
    ]),
    [
      ['shop/new.py', '', 'x = 1\n', undefined, true],
      ['shop/cart.py', 'gone', 'b', undefined, false],
      ['shop/tax.py', undefined, undefined, '@@\n-a\n+b', true],
    ],
  )
  assert.deepEqual(
    only(sessions[0], 'tool').map(({ isError }) => isError),
    [true],
  )
})

test('a refused command did not run; nudges of the program are no requests', async () => {
  const { sessions } = await readFrom((home) =>
    new Conversation()
      .says('Do it')
      .acts(
        'terminal',
        { kind: 'TerminalAction', command: 'rm -rf build' },
        { kind: 'UserRejectObservation', more: { rejection_reason: 'careful' } },
      )
      .says('Your last response did not include a function call or a message. Please go on.')
      .event('Condensation', 'environment', { summary: 'So far: nothing.' })
      .write(home),
  )
  assert.deepEqual(kinds(sessions[0]), ['user', 'assistant', 'signal', 'compaction'])
  assert.deepEqual(
    only(sessions[0], 'signal').map(({ signal, detail }) => [signal, detail]),
    [['rejected', 'rm -rf build: careful']],
  )
})

test('what a subagent did lies where its time puts it', async () => {
  const { sessions } = await readFrom((home) => {
    new Conversation().says('Do it').runs('ls', 'a').runs('pytest', passing).write(home, 'main1')
    const side = new Conversation().answers('I look').edits('shop/cart.py', 'a', 'b')
    const folder = join(home, '.openhands', 'conversations', 'main1', 'subagents', 'sub1')
    const moved = side.events.map((event, at) => ({
      ...event,
      id: `sub-${at}`,
      timestamp: `2026-04-01T09:03:1${at}.000000`,
    }))
    for (const [at, event] of moved.entries())
      save(join(folder, 'events', `event-0000${at}-abcdef01${at}.json`), event)
  })
  assert.equal(sessions.length, 1)
  const types = sessions[0]?.steps.map((step) => `${step.type}${step.subagent === true ? '*' : ''}`)
  assert.deepEqual(types, [
    'user',
    'assistant',
    'command',
    'assistant*',
    'assistant*',
    'edit*',
    'assistant',
    'command',
  ])
})

test('old events know their repository from the session and from what was recalled', async () => {
  const { sessions } = await readFrom((home) => {
    const events = new OldEvents().says('Do it')
    events.event('agent', { action: 'recall', args: { query: 'x' } })
    const extras = {
      recall_type: 'workspace_context',
      repo_name: 'ana/shop',
      repo_directory: '/workspace/shop',
    }
    events.observes('recall', '', extras).edits('shop/cart.py', 'a', 'b').runs('ls', 'a').write(home)
    const meta = {
      selected_repository: 'ana/shop',
      selected_branch: 'fix',
      git_provider: 'github',
      title: 'Cart',
    }
    save(join(home, '.openhands', 'sessions', 'a1b2c3', 'metadata.json'), meta)
  })
  const [session] = sessions
  assert.deepEqual(
    [session?.remote, session?.branch, session?.title],
    ['https://github.com/ana/shop', 'fix', 'Cart'],
  )
  assert.deepEqual(session?.folders, ['/workspace/shop'])
})

test('a line of the resolver is a session with its issue, commit and patch', async () => {
  const patch = '--- a/shop/tax.py\n+++ b/shop/tax.py\n@@ -1 +1 @@\n-a\n+b\n'
  const { sessions } = await readFrom((home) =>
    new OldEvents().runs('ls', 'a').output(home, { git_patch: patch, success: true }),
  )
  const [session] = sessions
  assert.equal(session?.sessionId, 'output/ana/shop#12')
  assert.deepEqual([session?.remote, session?.headCommit], ['ana/shop', 'a'.repeat(40)])
  assert.deepEqual(kinds(session), ['user', 'assistant', 'command', 'edit'])
  assert.equal(only(session, 'user')[0]?.text, 'The total is wrong\n\nSee the cart.')
  assert.equal(session?.steps[0]?.place.line, 1)
})

test('JSON of other programs between the trajectories is none of its sessions', async () => {
  const { sessions, files } = await readFrom((home) => {
    save(join(home, 'code', 'trajectories', 'preds.json'), { a: { model_patch: '' } })
    save(join(home, 'code', 'trajectories', 'list.json'), [{ instance: 1 }])
    new OldEvents().says('x').runs('ls', 'a').export(home)
  })
  assert.equal(sessions.length, 1)
  assert.equal(files.size, 1)
})

importerContract(openHands, [labelled[0] as Fixture, labelled[8] as Fixture, labelled[11] as Fixture])
