/** A home folder for tests: what agents left behind there is known, and nobody's own sessions are ever read. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { put, Work } from '../sessions/shop.ts'

/** Folders that agents, editors and tools may name elsewhere. */
const elsewhere =
  /^(?:XDG_(?:CONFIG|DATA|STATE)_HOME|VSCODE_PORTABLE|(?:AIDER|CLAUDE|CLINE|CODEX|CONTINUE|COPILOT|GEMINI|MSWEA|OPENHANDS|QWEN|SWE_AGENT)_\w+)$/

/** Variables for a process that shall see this home and no other. */
export function homeEnvironment(home: string): NodeJS.ProcessEnv {
  mkdirSync(home, { recursive: true })
  const unset = Object.keys(process.env).filter((name) => elsewhere.test(name))
  const windows = { APPDATA: join(home, 'AppData', 'Roaming'), LOCALAPPDATA: join(home, 'AppData', 'Local') }
  return {
    ...Object.fromEntries(unset.map((name) => [name, undefined])),
    ...(process.platform === 'win32' ? windows : {}),
    HOME: home,
    USERPROFILE: home,
  }
}

/** Goals of the sessions of Claude Code that `writeSessions` leaves behind, with how they ended. */
export const pastGoals = {
  passed: 'Totals of the ledger are off by a cent when entries are negative',
  failed: 'Closing a journal twice must raise an error',
  unknown: 'Rename the helper that rounds fractions',
}

/** Three sessions of Claude Code about `repo`, one of Codex, and one of Claude Code about another repository. */
export function writeSessions(home: string, repo: string): void {
  const work = (sessionId: string, root = repo) => new Work(root, { sessionId })
  const failing = 'FAILED tests/test_journal.py::test_close\n1 failed, 4 passed in 0.21s'
  put(home, 'passed', work('passed').repairs(pastGoals.passed, 'ledger/money.py').lines)
  const failed = work('failed').pause(60).says(pastGoals.failed).changes('ledger/journal.py')
  put(home, 'failed', failed.runs('pytest tests', failing, 1).lines)
  const unknown = work('unknown').pause(120).says(pastGoals.unknown).changes('ledger/money.py')
  put(home, 'unknown', unknown.lines)
  put(home, 'other', work('other', join(home, 'elsewhere')).repairs('Not ours', 'a.py').lines)
  writeCodex(home, repo)
}

function writeCodex(home: string, repo: string): void {
  const timestamp = '2026-05-02T09:00:00.000Z'
  const meta = { id: 'codex-1', timestamp, cwd: repo, originator: 'codex_cli', cli_version: '0.40.0' }
  const lines = [
    { timestamp, type: 'session_meta', payload: meta },
    { timestamp, type: 'event_msg', payload: { type: 'user_message', message: 'Explain the ledger to me' } },
  ]
  const folder = join(home, '.codex/sessions/2026/05/02')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'rollout-2026-05-02T09-00-00-codex-1.jsonl')
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
}
