/** What is told of the tools of a chat about weather and bills, with hostile strings where servers speak. */

import { metricsOf } from '../../src/agent/toolbox/metrics.ts'
import { newTurn, type TurnRecord } from '../../src/agent/toolbox/session.ts'
import type { PanelTools, ReportedTool, ToolsReport } from '../../src/protocol-tools.ts'

type Change = TurnRecord['changes'][number]

const added = (name: string, why: string): Change => ({ op: 'added', name, why })
const removed = (name: string, why: string): Change => ({ op: 'removed', name, why })

function turn(at: number, countEnd: number, changes: Change[], ok: boolean[]): TurnRecord {
  return {
    ...newTurn(Date.UTC(2026, 10, 21, 9, at)),
    changes,
    countEnd,
    calls: ok.map((good) => ({ name: 'run_tests', ok: good })),
    outcome: 'answered',
    tokens: { input: 900, output: 100, offered: 420, all: 18_300 },
  }
}

const records: TurnRecord[] = [
  turn(
    1,
    3,
    [
      added('run_tests', 'found for run the tests'),
      added('mcp_github_list_issues', 'found for open issues'),
      added('mcp_github_create_pull_request_with_review', 'found for open issues'),
    ],
    [true],
  ),
  turn(4, 3, [], [true, false]),
  turn(9, 2, [removed('mcp_github_create_pull_request_with_review', 'unused')], [true]),
  turn(12, 3, [added('mcp_weather_get_forecast', 'found for weather of tomorrow')], []),
]

function tool(name: string, server: string, more: Partial<ReportedTool> = {}): ReportedTool {
  return {
    name,
    server,
    description: `Does ${name}.`,
    tokens: 84,
    pinned: false,
    since: 1,
    lastUsed: null,
    why: 'found for run the tests',
    ...more,
  }
}

export const report: ToolsReport = {
  chat: 'chat-1',
  title: 'Which issues are open, and do the tests of the ledger pass on this branch?',
  mode: 'hybrid',
  active: [
    tool('run_tests', 'editor', { lastUsed: 3, pinned: true }),
    tool('mcp_github_list_issues', 'github', { lastUsed: 1, why: 'found for open issues' }),
    tool('mcp_weather_get_forecast', 'weather', { since: 4, why: 'found for weather of tomorrow' }),
  ],
  banned: ['mcp_billing_send_invoice'],
  turns: records.map(({ at, changes, countEnd, calls, outcome }, index) => ({
    turn: index + 1,
    at,
    changes,
    active: countEnd,
    calls: calls.length,
    failedCalls: calls.filter(({ ok }) => !ok).length,
    outcome,
  })),
  metrics: metricsOf(records),
  known: 212,
  tokens: { active: 252, all: 18_300 },
}

export const withTools: PanelTools = {
  chats: [
    { id: 'chat-1', title: report.title },
    { id: 'chat-2', title: null },
  ],
  report,
}

export const otherChat: PanelTools = {
  chats: withTools.chats,
  report: { ...report, chat: 'chat-2', title: null, mode: null, active: [], banned: [], turns: [] },
}
