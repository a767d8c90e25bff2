/** Trajectories of SWE-agent and mini-swe-agent, written from the specification, are read into steps. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { miniSweAgent, sweAgent } from '../../src/memory/episodes/importers/swe-agent.ts'
import type { Importer, Session } from '../../src/memory/episodes/session.ts'
import { filesWritten } from '../../src/memory/episodes/submission.ts'
import { type Fixture, fixtureRoot, importerContract, type ReadHome, readHome } from './contract.ts'
import { labelled, Mini, machine, passing, patchOf, Trajectory } from './labelled/swe-agent.ts'

async function readFrom(importer: Importer, write: (home: string) => void): Promise<ReadHome> {
  const home = mkdtempSync(join(tmpdir(), 'casebook-swe-'))
  try {
    write(home)
    return await readHome(importer, { platform: 'linux', home, env: {}, ...machine(home) })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const kinds = (session: Session | undefined) => session?.steps.map(({ type }) => type)
const edits = (session: Session | undefined) =>
  session?.steps.flatMap((step) => (step.type === 'edit' ? [step] : [])) ?? []
const submitted = { exit_status: 'submitted', submission: patchOf('shop/cart.py', 'a', 'b') }

test('a trajectory has its request, thoughts, edits by tool and commands; handing in is no proof', async () => {
  const { sessions } = await readFrom(sweAgent, (home) =>
    new Trajectory()
      .edits('shop/cart.py', 'a', 'b')
      .acts('pytest', passing)
      .acts('submit', '')
      .write(home, submitted),
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
  assert.equal(session?.sessionId, 'run-1/shop-12')
  assert.equal(session?.model, 'gpt-5')
  assert.deepEqual(session?.folders, [fixtureRoot])
  const [edit] = edits(session)
  assert.deepEqual(
    [edit?.path, edit?.before, edit?.after, edit?.applied],
    [`${fixtureRoot}/shop/cart.py`, 'a', 'b', true],
  )
  const command = session?.steps.find((step) => step.type === 'command')
  assert.deepEqual([command?.type === 'command' && command.exitCode], [null])
})

test('paths of the container become those of the folder that was copied into it', async () => {
  const { sessions } = await readFrom(sweAgent, (home) =>
    new Trajectory('/shop').edits('shop/cart.py', 'a', 'b').acts('pytest', passing).write(home, submitted),
  )
  assert.equal(edits(sessions[0])[0]?.path, `${fixtureRoot}/shop/cart.py`)
  const command = sessions[0]?.steps.find((step) => step.type === 'command')
  assert.equal(command?.type === 'command' && command.cwd, fixtureRoot)
})

test('a repository of a server is told by its address and commit', async () => {
  const repo = { type: 'github', github_url: 'https://github.com/ana/shop', base_commit: 'a'.repeat(40) }
  const { sessions } = await readFrom(sweAgent, (home) =>
    new Trajectory('/ana__shop', repo).edits('shop/cart.py', 'a', 'b').write(home, submitted),
  )
  assert.equal(sessions[0]?.remote, 'https://github.com/ana/shop')
  assert.equal(sessions[0]?.headCommit, 'a'.repeat(40))
  assert.deepEqual(sessions[0]?.folders, ['/ana__shop'])
})

test('what the diff of the state shows beside the tools is an edit, before the command that made it', async () => {
  const diff = patchOf('shop/tax.py', 'x', 'y')
  const { sessions } = await readFrom(sweAgent, (home) =>
    new Trajectory()
      .acts('ls', 'shop')
      .differs(diff)
      .acts('python mend.py && pytest', passing)
      .acts('ls', 'shop')
      .differs('')
      .acts('git checkout shop/tax.py', '')
      .write(home, { exit_status: 'exit_cost', submission: null }),
  )
  const steps = sessions[0]?.steps ?? []
  const at = steps.findIndex(({ type }) => type === 'edit')
  const [edit, next] = [steps[at], steps[at + 1]]
  assert.ok(edit?.type === 'edit' && edit.path === 'shop/tax.py' && edit.diff?.includes('+y'))
  assert.ok(next?.type === 'command' && next.command.startsWith('python mend.py'))
  assert.equal(edits(sessions[0]).length, 2)
})

test('edits in the window of the open file: by lines, and refused ones', async () => {
  const open = { open_file: `${fixtureRoot}/shop/cart.py` }
  const { sessions } = await readFrom(sweAgent, (home) =>
    new Trajectory()
      .acts('edit 3:4\n    return 4\nend_of_edit', '[File updated (edited at line 3)]', open)
      .acts('edit 5:5\n  oops\nend_of_edit', 'Your proposed edit has introduced new syntax error(s).', open)
      .acts('create new.py', '[File: new.py (1 lines total)]', open)
      .write(home, { exit_status: 'exit_cost', submission: null }),
  )
  assert.deepEqual(
    edits(sessions[0]).map(({ path, after, applied }) => [path.slice(fixtureRoot.length), after, applied]),
    [
      ['/shop/cart.py', '    return 4', true],
      ['/shop/cart.py', '  oops', false],
      ['/new.py', undefined, true],
    ],
  )
})

test('mini: exit codes and times are fields; refused commands did not run; several commands a message', async () => {
  const run = new Mini().runs('pytest', passing)
  run.messages.push(
    {
      role: 'assistant',
      content: '',
      extra: {
        actions: [
          { command: 'ls', tool_call_id: 'b' },
          { command: 'pwd', tool_call_id: 'a' },
        ],
      },
    },
    { role: 'tool', tool_call_id: 'a', content: 'for pwd', extra: { returncode: 0 } },
    { role: 'tool', tool_call_id: 'b', content: 'for ls', extra: { returncode: 2 } },
    { role: 'assistant', content: '', extra: { actions: [{ command: 'rm -rf x' }] } },
    {
      role: 'user',
      content: 'Command not executed. The user rejected your command with the following message:\nno!',
    },
  )
  const { sessions } = await readFrom(miniSweAgent, (home) =>
    run.write(home, { exit_status: 'LimitsExceeded' }),
  )
  const [session] = sessions
  assert.equal(session?.title, 'Please solve this issue: The total of the cart is wrong')
  assert.equal(session?.startedAt, 1_775_802_010_000)
  assert.deepEqual(
    session?.steps.flatMap((step) =>
      step.type === 'command' ? [[step.command, step.exitCode, step.output]] : [],
    ),
    [
      ['pytest', 0, passing],
      ['ls', 2, 'for ls'],
      ['pwd', 0, 'for pwd'],
    ],
  )
  assert.deepEqual(
    session?.steps.flatMap((step) => (step.type === 'signal' ? [step.signal] : [])),
    ['rejected', 'aborted'],
  )
})

test('a run that does not say where it was is left out, unless its commands do', async () => {
  const lost = await readFrom(miniSweAgent, (home) => new Mini().runs('ls', '').write(home, submitted, ''))
  assert.deepEqual([lost.sessions, lost.skipped], [[], ['it does not say in which folder it worked']])
  const found = await readFrom(miniSweAgent, (home) =>
    new Mini().runs('cd /home/ana/shop && ls', '').write(home, submitted, ''),
  )
  assert.deepEqual(found.sessions[0]?.folders, [fixtureRoot])
})

test('files that stand whole in a shell line', () => {
  const after = 'a\n  b\n'
  for (const line of [
    `cat > shop/a.py <<'EOF'\n${after}EOF\npytest`,
    `cat <<EOF > shop/a.py\n${after}EOF`,
    `tee shop/a.py <<-"END" >/dev/null\n${after}END`,
  ])
    assert.deepEqual(filesWritten(line), [{ path: 'shop/a.py', after }], line)
  assert.deepEqual(filesWritten("cat > /tmp/a.py <<'EOF'\nx\nEOF"), [])
  assert.deepEqual(filesWritten('cat shop/a.py'), [])
})

const chosen = (agent: string): Fixture[] => labelled.filter((one) => one.agent === agent).slice(0, 2)

importerContract(sweAgent, chosen('swe-agent'))
importerContract(miniSweAgent, chosen('mini-swe-agent'))
