/** Pages about past sessions: one session, the turn that an episode began with, and what an import did. */

import { endedWords } from '../memory/safety/ended-words.ts'
import type { SessionDetail, SessionImport, SourceTurn, TurnPart } from '../protocol-sessions.ts'
import { labelOf } from './memory-text.ts'
import { episodeCount, importText, type L10n, verdictText } from './session-text.ts'

/** `pageLinks` reads these lines again. */
export const openTurnLine = 'Open the source turn'

/** What was written elsewhere stands as a quotation: neither our words nor a link. */
export function sessionPageText(l10n: L10n, detail: SessionDetail): string {
  const { agent, sessionId, startedAt, endedAt, verdicts, episodes, records, place, sourceExists } = detail
  const judged = verdictText(l10n, verdicts)
  const parts = [
    `# ${l10n.t('Session of {0}', agent)}`,
    `${agent}:${oneLine(sessionId)}`,
    `${moment(startedAt)} – ${moment(endedAt)} · ${episodeCount(l10n, episodes.length)}${judged && ` · ${judged}`}`,
    ...(place === null ? [] : [`${l10n.t('Source: {0}', oneLine(place))}`]),
    ...(sourceExists ? [] : [l10n.t('The file is gone: agents delete their sessions after a while.')]),
    ...records.flatMap((record) => {
      const { outcome, files = [] } = record.episode ?? {}
      return [
        '',
        `## ${outcome === undefined ? 'unknown' : endedWords(outcome)} · ${record.status}`,
        `mem:${record.id}`,
        '',
        `> ${labelOf(record)}`,
        '',
        ...(outcome?.evidence ?? []).slice(0, 8).map((line) => `- ${oneLine(line)}`),
        ...files.slice(0, 20).map(({ path, change }) => `- ${change} ${oneLine(path)}`),
        ...(hasPlace(record.provenance) ? ['', `${openTurnLine} of mem:${record.id}`] : []),
      ]
    }),
  ]
  return `${parts.join('\n')}\n`
}

export function hasPlace({ sources }: { sources: readonly { place?: string | undefined }[] }): boolean {
  return sources.some(({ place }) => place !== undefined)
}

export function turnPageText(l10n: L10n, turn: SourceTurn): string {
  const { title, file, line, exists, parts, cut } = turn
  const lines = [
    `# ${l10n.t('Source turn of {0}', title)}`,
    `File: ${oneLine(file)}${line === null ? '' : `:${line}`}`,
    l10n.t('Read again from that file, which Casebook never changes. Secrets are masked.'),
    ...(exists ? [] : ['', l10n.t('The file is gone: agents delete their sessions after a while.')]),
    ...(exists && parts.length === 0
      ? ['', l10n.t('The turn is not in the file any more: the session went on, or was rewritten.')]
      : []),
    ...parts.flatMap((part) => partLines(l10n, part)),
    ...(cut ? ['', l10n.t('(The rest of the turn is not shown.)')] : []),
  ]
  return `${lines.join('\n')}\n`
}

function partLines(l10n: L10n, { kind, text }: TurnPart): string[] {
  const names = {
    user: l10n.t('Person'),
    assistant: l10n.t('Agent'),
    command: l10n.t('Command'),
    edit: l10n.t('Edit'),
    tool: l10n.t('Tool'),
    note: l10n.t('Note'),
  }
  return ['', `## ${names[kind]}`, ...text.split('\n').map((line) => `> ${line}`.trimEnd())]
}

export function importPageText(l10n: L10n, done: SessionImport): string {
  const { agents, skipped, extended, learned, elapsedMs } = done
  const parts = [
    `# ${l10n.t('Import of past sessions')}`,
    '',
    importText(l10n, { ...done, skipped: [] }),
    '',
    `- ${l10n.t('Agents: {0}', agents.join(', '))}`,
    `- ${l10n.t('Time: {0} s', (elapsedMs / 1000).toFixed(1))}`,
    ...(extended > 0 ? [`- ${l10n.t('Work that went on since the last import: {0}', extended)}`] : []),
    ...(learned === null
      ? []
      : [
          `- ${l10n.t('Learned from it: {0} memories, {1} of them active', learned.admitted, learned.activated)}`,
        ]),
    `- ${l10n.t('Only episodes whose tests passed after the last edit are used at once; others wait for you.')}`,
    ...skippedLines(l10n, skipped),
  ]
  return `${parts.join('\n')}\n`
}

function skippedLines(l10n: L10n, skipped: SessionImport['skipped']): string[] {
  if (skipped.length === 0) return ['', l10n.t('Nothing was skipped.')]
  return [
    '',
    `## ${l10n.t('Skipped')}`,
    ...skipped.map(
      ({ reason, count, example }) =>
        `- ${count} × ${oneLine(reason)} (${l10n.t('for example {0}', oneLine(example))})`,
    ),
  ]
}

/** In the person's own time zone. */
function moment(milliseconds: number): string {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) return '?'
  const local = new Date(milliseconds - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16).replace('T', ' ')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
