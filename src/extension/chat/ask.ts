/** A free question in the chat: recalled for, searched for, answered by the model that the person picked. */

import * as vscode from 'vscode'
import { answerQuestion, type ChatAnswer, type ChatEvent } from '../../agent/chat/answer.ts'
import { creditAnswer } from '../../agent/chat/credit.ts'
import { type Found, shownCode } from '../../agent/chat/question.ts'
import type { ChatModel } from '../../llm/model.ts'
import { labelOf } from '../memory-text.ts'
import { errorText } from '../shown-errors.ts'
import type { WindowTools } from '../tools/add-tools.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import { type FoundFiles, findFile } from './find-file.ts'
import { nothingText } from './recall-reply.ts'
import { escaped } from './reply-part.ts'
import { lineAt, writeMarkdown, writePart } from './stream-writer.ts'
import { toolWords } from './tool-words.ts'
import { toolsOfTurn } from './tools-of-turn.ts'
import { asker, type ChatTurn, noteRecall, rootOf, writeStatus } from './turn.ts'

/** A failure of the model: it is set up elsewhere than the memory. */
export class ModelFailure extends Error {
  constructor(cause: unknown) {
    super(errorText(cause), { cause })
    this.name = 'ModelFailure'
  }
}

export async function askModel(turn: ChatTurn, model: ChatModel, tools: WindowTools): Promise<void> {
  const root = await rootOf(turn)
  const view: AnswerView = { turn, files: findFile(turn.memory, turn.root), found: null }
  turn.stream.progress(vscode.l10n.t('Recalling…'))
  try {
    const answer = await answerQuestion({
      question: {
        prompt: turn.request.prompt,
        attached: turn.references.attached,
        open: turn.open === null ? null : { path: turn.open },
        sessionId: turn.data.chatId,
      },
      earlier: turn.earlier,
      knowledge: await asker(turn),
      model,
      run: await toolsOfTurn(turn, tools, root),
      hasFile: async (path) => (await view.files.find(path)) !== null,
      onEvent: (event) => show(view, event),
      log: turn.log,
      signal: turn.signal,
    })
    await conclude(turn, answer)
  } catch (error) {
    throw view.found !== null && !turn.signal.aborted ? new ModelFailure(error) : error
  }
}

/** What showing an answer needs. */
interface AnswerView {
  turn: ChatTurn
  files: FoundFiles
  /** Null until the memory has answered. */
  found: Found | null
}

function show(view: AnswerView, event: ChatEvent): void {
  const { stream } = view.turn
  switch (event.type) {
    case 'text':
      writeMarkdown(stream, event.text)
      break
    case 'memory':
      showMemory(view, event)
      break
    case 'code':
      showCode(view, event)
      break
    case 'found':
      view.found = event.found
      tellFound(view.turn, event.found)
      break
    case 'call':
      stream.progress(toolWords(vscode.l10n, event.call))
  }
}

function showMemory(
  { turn, found }: AnswerView,
  { memory, text }: Extract<ChatEvent, { type: 'memory' }>,
): void {
  const known = found?.recall.memories.find(({ record }) => record.id === memory.id)
  writePart(turn, {
    type: 'memory',
    memory,
    label: text,
    title: known === undefined ? '' : labelOf(known.record),
  })
}

function showCode(
  { turn: { stream, data }, files }: AnswerView,
  { path, startLine, endLine, text }: Extract<ChatEvent, { type: 'code' }>,
): void {
  const uri = files.found(path)
  if (uri === null) {
    writeMarkdown(stream, text)
    return
  }
  if (!data.paths.includes(path)) data.paths.push(path)
  const lines = endLine === startLine ? `${startLine}` : `${startLine}-${endLine}`
  stream.anchor(lineAt(uri, startLine, endLine), `${path}:${lines}`)
}

function tellFound(turn: ChatTurn, { recall, code }: Found): void {
  const { stream, memory } = turn
  noteRecall(turn, recall)
  for (const { root, path, span } of shownCode(code)) {
    stream.reference(lineAt(memory.uriOf({ root, path }), span.startLine, span.endLine))
  }
  const status = recall.memories.length === 0 ? nothingText(vscode.l10n, recall) : unknownText(recall.unknown)
  if (status !== '') writeStatus(turn, `_${status}_\n\n`)
}

/** Empty where all names are known. */
function unknownText(unknown: readonly string[]): string {
  if (unknown.length === 0) return ''
  const names = unknown.slice(0, 5).map((name) => escaped(name, 80))
  return vscode.l10n.t('Nothing in the repository is called {0}.', names.join(', '))
}

async function conclude(turn: ChatTurn, { outcome, shown, cited }: ChatAnswer): Promise<void> {
  const { data, memory, log } = turn
  data.recalled = shown
  data.cited = cited
  if (outcome.kind === 'limit') {
    const limits = {
      steps: vscode.l10n.t('too many steps'),
      tokens: vscode.l10n.t('too many tokens'),
      seconds: vscode.l10n.t('too much time'),
    }
    writeStatus(turn, `\n\n_${vscode.l10n.t('It was stopped here: {0}.', limits[outcome.limit])}_`)
  }
  if (outcome.kind === 'unusable') {
    writeStatus(
      turn,
      `\n\n_${vscode.l10n.t('The model gave no usable answer. Try again, or another model.')}_`,
    )
  }
  try {
    const knowledgeOf = (root: string) => windowKnowledge(memory, root)
    await creditAnswer({ cited, outcome: null, sessionId: data.chatId, knowledgeOf })
  } catch (error) {
    // The answer is out; that nobody counts it is no reason to take it back.
    log.warn(`What the answer cited was not counted: ${errorText(error)}`)
  }
}
