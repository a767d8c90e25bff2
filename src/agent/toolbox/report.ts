/** The tools of a chat as people are told of them. */

import type { Message } from '../../llm/model.ts'
import type { ReportedTool, ReportedTurn, ToolsReport } from '../../protocol-tools.ts'
import { type ToolDocument, tokensOf } from './document.ts'
import { metaTools } from './meta-tools.ts'
import { metricsOf } from './metrics.ts'
import type { ToolStore } from './ports.ts'
import { type ActiveTool, activeNames, type ToolSession, type TurnRecord } from './session.ts'

/** Characters of the first question that name a chat. */
const longestTitle = 80

/** Tools that left the store are not at hand any more, though the session will only notice in its next turn. */
export async function reportTools(
  session: ToolSession,
  store: Pick<ToolStore, 'documents' | 'count' | 'tokens'>,
): Promise<ToolsReport> {
  const [documents, known, all] = await Promise.all([
    store.documents(activeNames(session)),
    store.count(),
    store.tokens(),
  ])
  const byName = new Map(documents.map((document) => [document.name, document]))
  const active = session.active.flatMap((tool) => {
    const document = byName.get(tool.name)
    return document === undefined ? [] : [reportedTool(session, tool, document)]
  })
  return {
    chat: session.id,
    title: titleOf(session.messages),
    mode: session.mode,
    active,
    banned: [...session.banned],
    turns: session.turns.map(reportedTurn),
    metrics: metricsOf(session.turns),
    known,
    tokens: { active: active.reduce((sum, { tokens }) => sum + tokens, metaTokens(session)), all },
  }
}

/** Of the tools of the tool memory; 0 where no mode is known yet. */
function metaTokens({ mode, turns }: ToolSession): number {
  const known = mode ?? turns.at(-1)?.mode
  return known === undefined ? 0 : metaTools[known].reduce((sum, tool) => sum + tokensOf(tool), 0)
}

/** Null where nothing was asked. */
export function titleOf(messages: readonly Message[]): string | null {
  const first = messages.find(({ role }) => role === 'user')
  const text = first?.content.replace(/\s+/g, ' ').trim() ?? ''
  if (text === '') return null
  return text.length <= longestTitle ? text : `${text.slice(0, longestTitle - 1)}…`
}

function reportedTool(session: ToolSession, tool: ActiveTool, document: ToolDocument): ReportedTool {
  const { name, addedTurn, lastUsedTurn } = tool
  const { server, description } = document
  const changes = session.turns.flatMap((turn) => turn.changes)
  const came = changes.findLast((change) => change.name === name && change.op === 'added')
  return {
    name,
    server,
    description,
    tokens: tokensOf(document),
    pinned: session.pinned.includes(name),
    since: session.turns.length === 0 ? 0 : addedTurn + 1,
    lastUsed: lastUsedTurn === null ? null : lastUsedTurn + 1,
    why: came?.why ?? '',
  }
}

function reportedTurn(turn: TurnRecord, at: number): ReportedTurn {
  const { changes, countEnd, calls, outcome } = turn
  return {
    turn: at + 1,
    at: turn.at,
    changes: [...changes],
    active: countEnd,
    calls: calls.length,
    failedCalls: calls.filter(({ ok }) => !ok).length,
    outcome,
  }
}
