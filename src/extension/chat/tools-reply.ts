/** The tools of a chat, as an answer: which are at hand and why, what came and went, and what that saves. Pure. */

import type { ReportedTool, ReportedTurn, ToolsReport } from '../../protocol-tools.ts'
import type { L10n } from '../session-text.ts'
import { escaped, markdown, type ReplyPart } from './reply-part.ts'

const mostTools = 20
const mostTurns = 5

export function toolsReply(l10n: L10n, report: ToolsReport): ReplyPart[] {
  const { active, banned, turns, known, tokens, chat } = report
  const head = l10n.t(
    '{0} of {1} known tools are at hand: {2} tokens a request instead of {3}.',
    active.length,
    known,
    tokens.active,
    tokens.all,
  )
  const rows = active.slice(0, mostTools).map((tool) => toolRow(l10n, tool))
  const more = active.length > mostTools ? [`- ${l10n.t('{0} more', active.length - mostTools)}`] : []
  const changes = turns.slice(-mostTurns).flatMap((turn) => turnRow(turn))
  const out =
    banned.length === 0 ? [] : [`\n${l10n.t('Banned: {0}', banned.map((name) => escaped(name)).join(', '))}`]
  const lines = [
    head,
    '',
    ...rows,
    ...more,
    ...(changes.length === 0 ? [] : ['', `**${l10n.t('What came and went')}**`, '', ...changes]),
    ...out,
  ]
  return [markdown(`${lines.join('\n')}\n`), ...buttons(l10n, chat)]
}

function toolRow(l10n: L10n, { name, server, pinned, why, tokens, lastUsed }: ReportedTool): string {
  const use = lastUsed === null ? l10n.t('not used yet') : l10n.t('used in turn {0}', lastUsed)
  const marks = [
    ...(pinned ? [l10n.t('pinned')] : []),
    escaped(server, 60),
    ...(why === '' ? [] : [escaped(why, 160)]),
    use,
    l10n.t('{0} tokens', tokens),
  ]
  return `- **${escaped(name, 120)}** ${marks.join(' · ')}`
}

function turnRow({ turn, changes }: ReportedTurn): string[] {
  return changes.map(({ op, name, why }) => {
    const sign = op === 'added' ? '+' : op === 'removed' ? '−' : op
    return `- ${turn}: ${sign} ${escaped(name, 120)} (${escaped(why, 160)})`
  })
}

/** Buttons stand one below the other, all as loud: two, and what they ask names each tool. */
function buttons(l10n: L10n, chat: string): ReplyPart[] {
  const button = (title: string, command: string): ReplyPart => ({
    type: 'button',
    title,
    command,
    args: [chat],
  })
  return [
    button(l10n.t('Pin a Tool…'), 'casebook.pinTool'),
    button(l10n.t('Ban a Tool…'), 'casebook.banTool'),
  ]
}
