/** Answers about single memories: why one is known, what was just remembered, which lessons there are. Pure. */

import type { MemoryDetail, MemoryPage, Remembered } from '../../protocol-memories.ts'
import { kindText, labelOf, statusText } from '../memory-text.ts'
import type { L10n } from '../session-text.ts'
import { rankText } from './recall-reply.ts'
import { escaped, markdown, quoted, type ReplyPart } from './reply-part.ts'
import type { ExplainedMemory } from './turn-data.ts'

/** `shown`: what the list said of it that the person asks about. */
export function whyReply(
  l10n: L10n,
  root: string,
  { record, why, anchors }: MemoryDetail,
  shown?: ExplainedMemory,
): ReplyPart[] {
  const memory = { root, id: record.id }
  const code = anchors.slice(0, mostAnchors).flatMap(({ anchor, state, to }): ReplyPart[] => {
    const line = to?.startLine ?? anchor.span?.startLine ?? 1
    const path = to?.path ?? anchor.path
    const place: ReplyPart =
      state === 'gone' ? markdown(escaped(anchor.path)) : { type: 'place', root, path, line }
    return [markdown('- '), place, markdown(` ${state}\n`)]
  })
  return [
    { type: 'memory', memory, title: labelOf(record), label: kindText(record.kind) },
    markdown(`\n\n${quoted(record.text)}\n\n`),
    ...(shown === undefined
      ? []
      : [markdown(`- ${escaped(shown.why)} ${escaped(`(${rankText(l10n, shown)})`)}\n`)]),
    ...why.map((reason) => markdown(`- ${escaped(reason, 600)}\n`)),
    ...(code.length === 0 ? [] : [markdown(`\n**${l10n.t('The code it is about')}**\n\n`), ...code]),
    { type: 'button', title: l10n.t('Show All'), command: 'casebook.whyMemory', args: [memory] },
  ]
}

const mostAnchors = 8

export function rememberReply(l10n: L10n, root: string, { record, notes }: Remembered): ReplyPart[] {
  return [
    markdown(`${l10n.t('Remembered:')} `),
    { type: 'memory', memory: { root, id: record.id }, title: labelOf(record), label: kindText(record.kind) },
    markdown(`\n\n${quoted(record.text)}\n\n`),
    ...notes.map((note) => markdown(`- ${escaped(note, 600)}\n`)),
    { type: 'button', title: l10n.t('Undo…'), command: 'casebook.undoMemory', args: [root] },
  ]
}

export function lessonsReply(
  l10n: L10n,
  root: string,
  { records, total, words = '' }: Pick<MemoryPage, 'records' | 'total'> & { words?: string },
): ReplyPart[] {
  if (records.length === 0) return [markdown(words === '' ? noLessons(l10n) : noSuchLesson(l10n, words))]
  const rows = records.flatMap((record): ReplyPart[] => {
    const turn = record.lesson?.polarity === 'avoid' ? l10n.t('Avoid') : l10n.t('Do')
    const state = statusText(record.status)
    const cue = record.cue === '' ? '' : `  \n  ${escaped(record.cue, 200)}`
    return [
      markdown('- '),
      { type: 'memory', memory: { root, id: record.id }, title: labelOf(record), label: turn },
      markdown(` ${escaped(record.text, 500)}${state === '' ? '' : ` (${state})`}${cue}\n`),
    ]
  })
  const more = total - records.length
  return more > 0 ? [...rows, markdown(`\n${l10n.t('{0} more; name words to find them.', more)}`)] : rows
}

function noLessons(l10n: L10n): string {
  const how = l10n.t(
    'They come from fixes in the history that go the same way, from imported sessions of agents, and from you: /remember and one thought.',
  )
  return `${l10n.t('There are no lessons yet.')} ${how}`
}

function noSuchLesson(l10n: L10n, words: string): string {
  return l10n.t('No lesson speaks of {0}. /lessons alone shows all.', escaped(words, 100))
}
