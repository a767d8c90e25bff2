/** What was recalled, as an answer: each memory with its state and the reason why it is here. Pure. */

import type { MemoryName } from '../../agent/chat/credit.ts'
import type { RootedRecollection, WindowRecall } from '../../protocol.ts'
import { explainText } from '../explain-text.ts'
import { freshnessText, kindText, labelOf } from '../memory-text.ts'
import type { L10n } from '../session-text.ts'
import { escaped, markdown, type ReplyPart } from './reply-part.ts'
import type { ExplainedMemory, RecallAccount, TurnData } from './turn-data.ts'

export function recallReply(l10n: L10n, recall: WindowRecall): ReplyPart[] {
  if (recall.memories.length === 0) return [markdown(nothingText(l10n, recall))]
  return recall.memories.flatMap((one, at) => [
    ...row(one, at),
    markdown(`  \n${escaped(stateText(one))}\n\n`),
  ])
}

/** Why these memories and not others, as they were shown: ranks, factors, and what was left out. */
export function explainReply(
  l10n: L10n,
  recalled: TurnData['recalled'],
  account: RecallAccount,
): ReplyPart[] {
  const { memories, cut, unknown, regime } = account
  const shown = recalled.flatMap((memory, at) => {
    const known = memories.find(({ root, id }) => root === memory.root && id === memory.id)
    return explained(l10n, { memory, known, at })
  })
  const left = cut.flatMap((one) => [...bullet(one), markdown(`: ${escaped(one.why)}\n`)])
  return [
    ...(shown.length === 0 ? [markdown(`${nothingText(l10n, account)}\n\n`)] : shown),
    ...(left.length === 0 ? [] : [markdown(`\n**${l10n.t('Found and left out')}**\n\n`), ...left]),
    ...(unknown.length === 0 || shown.length === 0 ? [] : [markdown(`\n${unknownText(l10n, unknown)}\n`)]),
    markdown(`\n${escaped(regime)}\n`),
  ]
}

interface Shown {
  memory: MemoryName
  known: ExplainedMemory | undefined
  at: number
}

function explained(l10n: L10n, { memory, known, at }: Shown): ReplyPart[] {
  const label = `m${at + 1}`
  if (known === undefined) {
    const found = l10n.t('A tool that the model used found it.')
    return [{ type: 'memory', memory, title: '', label }, markdown(` ${found}\n\n`)]
  }
  return [
    { type: 'memory', memory, title: known.title, label },
    markdown(` **${kindText(known.kind)}** ${escaped(known.text, 500)}`),
    markdown(`  \n${escaped(rankText(l10n, known))}  \n${escaped(known.why)}\n\n`),
  ]
}

export function nothingText(
  l10n: L10n,
  { nothingFound, unknown }: Pick<WindowRecall, 'nothingFound' | 'unknown'>,
): string {
  const said = escaped(nothingFound ?? l10n.t('The memory holds nothing on this.'), 1_000)
  return unknown.length === 0 ? said : `${said} ${unknownText(l10n, unknown)}`
}

function unknownText(l10n: L10n, unknown: readonly string[]): string {
  return l10n.t(
    'Nothing in the repository is called {0}.',
    unknown.map((name) => escaped(name, 80)).join(', '),
  )
}

function row({ root, record }: RootedRecollection, at: number): ReplyPart[] {
  const title = labelOf(record)
  return [
    { type: 'memory', memory: { root, id: record.id }, title, label: `m${at + 1}` },
    markdown(
      ` **${kindText(record.kind)}** ${escaped(record.kind === 'episode' ? title : record.text, 500)}`,
    ),
  ]
}

function bullet({ root, id, kind, title }: ExplainedMemory): ReplyPart[] {
  return [
    markdown('- '),
    { type: 'memory', memory: { root, id }, title, label: kindText(kind) },
    markdown(` ${escaped(title, 100)}`),
  ]
}

function stateText({ freshness, why }: RootedRecollection): string {
  return [freshnessText(freshness), why].filter((part) => part !== '').join(' · ')
}

export function rankText(l10n: L10n, { channels, factors, score, freshness }: ExplainedMemory): string {
  const { utility, anchor } = factors
  const use = l10n.t('use {0}, code {1}', utility.toFixed(2), anchor.toFixed(1))
  return [explainText(channels), use, freshnessText(freshness), l10n.t('score {0}', score.toFixed(3))]
    .filter((part) => part !== '')
    .join(' · ')
}
