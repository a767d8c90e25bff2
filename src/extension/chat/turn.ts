/** One turn of the chat, as all commands see it: what was said, where, and what it is answered with. */

import { randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import type { EarlierTurn } from '../../agent/chat/history.ts'
import { masked, secretFree } from '../../agent/chat/secret-free.ts'
import type { Knowledge } from '../../agent/ports.ts'
import type { WindowRecall } from '../../protocol.ts'
import type { Documents } from '../documents.ts'
import { labelOf } from '../memory-text.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import type { WindowMemory } from '../window-memory.ts'
import { type ReadReferences, readReferences } from './references.ts'
import { type ReplyPart, withoutLinks } from './reply-part.ts'
import { withoutStatuses } from './status-words.ts'
import { memoryUri, writeMarkdown, writeParts } from './stream-writer.ts'
import { accountOf, type TurnData, turnDataOf } from './turn-data.ts'

export interface ChatHome {
  context: vscode.ExtensionContext
  memory: WindowMemory
  documents: Documents
  log: vscode.LogOutputChannel
}

export interface ChatTurn extends ChatHome {
  request: vscode.ChatRequest
  stream: vscode.ChatResponseStream
  signal: AbortSignal
  references: ReadReferences
  /** Root that the turn is about; null: several are open and none is meant. */
  root: string | null
  /** What is looked at, in `root`. */
  open: string | null
  /** Turns before this one, oldest first. */
  before: readonly TurnData[]
  earlier: readonly EarlierTurn[]
  data: TurnData
}

export interface Asked {
  request: vscode.ChatRequest
  context: vscode.ChatContext
  stream: vscode.ChatResponseStream
  signal: AbortSignal
}

export async function openTurn(home: ChatHome, { request, context, ...asked }: Asked): Promise<ChatTurn> {
  const { memory } = home
  const before = context.history.flatMap((turn) =>
    turn instanceof vscode.ChatResponseTurn ? (turnDataOf(turn.result.metadata) ?? []) : [],
  )
  // Restricted Mode reads nothing, whoever attached it.
  const given = vscode.workspace.isTrusted ? request.references : []
  const references = await readReferences(memory, given)
  const uri = vscode.window.activeTextEditor?.document.uri
  const active = uri === undefined ? null : memory.pathOf(uri)
  const { roots } = memory.state()
  const root = references.root ?? active?.root ?? (roots.length === 1 ? (roots[0]?.root ?? null) : null)
  const data: TurnData = {
    chatId: before.at(-1)?.chatId ?? randomUUID(),
    command: request.command ?? '',
    // The editor keeps it with the chat, and later turns are told it.
    prompt: request.command === undefined ? await masked(request.prompt) : '',
    recalled: [],
    cited: [],
    paths: [],
    root,
  }
  const open = active !== null && active.root === root ? active.path : null
  return { ...home, ...asked, request, references, root, open, before, earlier: earlierTurns(context), data }
}

/** Questions with their answers; commands said nothing that a model must know. */
function earlierTurns({ history }: vscode.ChatContext): EarlierTurn[] {
  return history.flatMap((turn) => {
    if (!(turn instanceof vscode.ChatResponseTurn)) return []
    const data = turnDataOf(turn.result.metadata)
    if (data === null || data.prompt === '') return []
    return [{ prompt: data.prompt, answer: withoutStatuses(answerOf(turn), data.statuses ?? []) }]
  })
}

/** Links stand in it by what they name: a file, not a memory of then. */
function answerOf({ response }: vscode.ChatResponseTurn): string {
  const parts = response.map((part) => {
    if (part instanceof vscode.ChatResponseMarkdownPart) return part.value.value
    if (!(part instanceof vscode.ChatResponseAnchorPart)) return ''
    return part.value instanceof vscode.Location ? (part.title ?? '') : ''
  })
  return withoutLinks(parts.join(''))
}

/** A sentence about our own work: no model is told it as its words. Markdown. */
export function writeStatus({ stream, data }: ChatTurn, text: string): void {
  writeMarkdown(stream, text)
  const statuses = data.statuses ?? []
  data.statuses = statuses
  if (statuses.length < mostStatuses && text.length <= longestStatus) statuses.push(text)
}

/** As turn-data.ts takes them. Length in characters. */
const mostStatuses = 50
const longestStatus = 4_000

export function write(turn: ChatTurn, reply: readonly ReplyPart[]): void {
  writeParts(turn, reply)
}

/** The root of the turn; of several the first, where one is needed. Throws, with a remedy, where none is open. */
export async function rootOf({ root, memory }: ChatTurn): Promise<string> {
  const known = root ?? memory.state().roots[0]?.root
  if (known !== undefined) return known
  // The service says why there is none: no folder, no trust, or one that failed to open. A window that has just
  // opened knows its roots a moment later.
  const [first] = await memory.call('status')
  if (first !== undefined) return first.root
  throw new Error(vscode.l10n.t('The memory is still being opened. Try again in a moment.'))
}

export async function knowledgeHere(turn: ChatTurn): Promise<Knowledge> {
  return windowKnowledge(turn.memory, await rootOf(turn))
}

type Asker = Pick<Knowledge, 'recall' | 'search'>

/** What it says of unknown names is shown: no secret of the question is among them. */
export async function asker(turn: ChatTurn): Promise<Asker> {
  return secretFree(await everyoneAsked(turn))
}

/** Where several roots are open and none is meant, all of them are asked. */
async function everyoneAsked(turn: ChatTurn): Promise<Asker> {
  const { memory, root } = turn
  if (root !== null || memory.state().roots.length < 2) return await knowledgeHere(turn)
  return {
    recall: (request, signal) => memory.ask('recall', [request], { ...(signal !== undefined && { signal }) }),
    search: (query, { limit } = {}) =>
      memory.call('search', { query, ...(limit !== undefined && { limit }) }),
  }
}

/** Notes what was recalled, and puts it into the list of references. */
export function noteRecall({ data, stream, documents }: ChatTurn, recall: WindowRecall): void {
  const { memories } = recall
  data.account = accountOf(recall)
  data.recalled = memories.map(({ root, record }) => ({ root, id: record.id }))
  for (const { root, record } of memories) {
    const memory = { root, id: record.id }
    stream.reference(
      memoryUri(documents, { memory, title: labelOf(record) }),
      new vscode.ThemeIcon('lightbulb'),
    )
  }
}
