/** The slash commands of the chat: they need no model. */

import * as vscode from 'vscode'
import { recallOf } from '../../agent/chat/question.ts'
import { UserError } from '../../memory/ports.ts'
import type { RecallRequest } from '../../protocol-memories.ts'
import { chosenRoot } from '../chosen-root.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import { historyReply, newestFirst, pathIn } from './history-reply.ts'
import { lessonsReply, rememberReply, whyReply } from './memory-reply.ts'
import { explainReply, recallReply } from './recall-reply.ts'
import { markdown } from './reply-part.ts'
import { asker, type ChatTurn, knowledgeHere, noteRecall, rootOf, write } from './turn.ts'
import { explainedMemory, markedMemory, newestListed } from './turn-data.ts'

export type ChatCommand = (turn: ChatTurn) => Promise<void>

/** What a person reads at once. */
const mostLessons = 12
const mostEpisodes = 6
const mostCommits = 8
/** Times as many are asked for: those that only name the words of a path fall out. */
const commitsRead = 6

export const chatCommands: Record<string, ChatCommand> = { recall, remember, why, lessons, history }

async function recall(turn: ChatTurn): Promise<void> {
  const { request, signal } = turn
  if (request.prompt.trim() === '' && turn.references.attached.length === 0) {
    throw new UserError(
      vscode.l10n.t('There is nothing to recall.'),
      vscode.l10n.t('Say what you are about to do, or attach a file: /recall rounding of totals'),
    )
  }
  turn.stream.progress(vscode.l10n.t('Recalling…'))
  const reply = await (await asker(turn)).recall(requestOf(turn), signal)
  noteRecall(turn, reply)
  write(turn, recallReply(vscode.l10n, reply))
}

/** As a free question would ask, so that both find the same. */
export function requestOf({ request, references, open, data }: ChatTurn): RecallRequest {
  return recallOf({
    prompt: request.prompt,
    attached: references.attached,
    open: open === null ? null : { path: open },
    sessionId: data.chatId,
  })
}

/** The person's own words become a memory: typing them is the act. */
async function remember(turn: ChatTurn): Promise<void> {
  const text = turn.request.prompt.trim()
  if (text === '') {
    throw new UserError(
      vscode.l10n.t('There is nothing to remember.'),
      vscode.l10n.t('Write one thought behind the command: /remember Amounts are rounded half to even.'),
    )
  }
  const { attached } = turn.references
  const selected = attached.find(({ path, lines }) => path !== null && lines !== null)
  const cites = attached.flatMap(({ path, lines }) => (path !== null && lines === null ? [path] : []))
  // Of several folders the person says which one it is about: what is written down wrongly is told wrongly.
  const root = turn.root ?? (await chosenRoot(turn.memory))?.root
  if (root === undefined) return write(turn, [markdown(vscode.l10n.t('Nothing was remembered.'))])
  const remembered = await windowKnowledge(turn.memory, root).remember({
    text,
    ...(cites.length > 0 && { cites }),
    ...(selected?.path && selected.lines && { selection: { path: selected.path, ...selected.lines } }),
  })
  turn.data.recalled = [{ root, id: remembered.record.id }]
  write(turn, rememberReply(vscode.l10n, root, remembered))
}

/** Of one memory, by its mark, handle or id; without a name: of all that the newest list showed. */
async function why(turn: ChatTurn): Promise<void> {
  const reference = turn.request.prompt.trim()
  if (reference === '') return explainNewest(turn)
  const marked = markedMemory(turn.before, reference)
  const root = marked?.root ?? (await rootOf(turn))
  const id = marked?.id ?? reference.replace(/^mem:/i, '')
  if (marked === null && /^\[?m\d{1,4}\]?$/i.test(reference)) {
    throw new UserError(
      vscode.l10n.t('No memory of this chat is called {0}.', reference),
      vscode.l10n.t('Recall first, or name a memory by its id.'),
    )
  }
  turn.data.recalled = newestListed(turn.before)?.recalled ?? []
  const detail = await windowKnowledge(turn.memory, root).show(id)
  write(turn, whyReply(vscode.l10n, root, detail, explainedMemory(turn.before, detail.record.id)))
}

/** The account that was kept with the list: memory may say something else by now. */
function explainNewest(turn: ChatTurn): void {
  const newest = newestListed(turn.before)
  if (newest?.account === undefined) {
    throw new UserError(
      vscode.l10n.t('Nothing was asked in this chat yet.'),
      vscode.l10n.t('Name a memory: /why m1, or the id of one.'),
    )
  }
  turn.data.recalled = newest.recalled
  write(turn, explainReply(vscode.l10n, newest.recalled, newest.account))
}

async function lessons(turn: ChatTurn): Promise<void> {
  const words = turn.request.prompt.trim()
  const page = await (await knowledgeHere(turn)).list({
    kinds: ['lesson'],
    statuses: ['active', 'stale', 'contested'],
    limit: mostLessons,
    ...(words !== '' && { text: words }),
  })
  const root = await rootOf(turn)
  turn.data.recalled = page.records.map(({ id }) => ({ root, id }))
  write(turn, lessonsReply(vscode.l10n, root, { ...page, words }))
}

/** A file by its path, anything else by its words. */
async function history(turn: ChatTurn): Promise<void> {
  const { request, references, open, signal } = turn
  const typed = request.prompt.trim()
  const file = references.chosen ?? (typed === '' ? open : null)
  const about = typed !== '' ? typed : file
  if (about === null) {
    throw new UserError(
      vscode.l10n.t('The history of what?'),
      vscode.l10n.t('Name a file or a symbol, or attach a file: /history src/parser.ts'),
    )
  }
  turn.stream.progress(vscode.l10n.t('Looking for earlier fixes…'))
  const root = await rootOf(turn)
  const knowledge = await knowledgeHere(turn)
  // Words may say what of an attached file is meant; a path says it all.
  const path = file === null || /[./]/.test(typed) ? pathIn(typed) : file
  const query = typed === '' ? path : typed
  const [page, found, commits] = await Promise.all([
    knowledge.list({ kinds: ['episode'], path, limit: mostEpisodes }),
    knowledge.recall({ text: about, path, kinds: ['episode'], quiet: true, limit: mostEpisodes }, signal),
    knowledge.commits(query, { limit: mostCommits * commitsRead, signal }),
  ])
  const listed = page.records.map((record) => ({ record, why: '' }))
  const recalled = found.memories.map(({ record, why: reason }) => ({ record, why: reason }))
  const past = newestFirst({ path, episodes: [...listed, ...recalled], commits })
  const episodes = past.episodes.slice(0, mostEpisodes)
  turn.data.recalled = episodes.map(({ record }) => ({ root, id: record.id }))
  turn.data.paths = [path]
  write(
    turn,
    historyReply(vscode.l10n, {
      about,
      isOpenFile: typed === '' && references.chosen === null,
      episodes: episodes.map((one) => ({ ...one, memory: { root, id: one.record.id } })),
      commits: past.commits.slice(0, mostCommits),
    }),
  )
}
