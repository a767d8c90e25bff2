/** `casebook bench chat`: how long after the endpoint's own first token the first token of an answer is there. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerQuestion } from '../../agent/chat/answer.ts'
import { type ChatRun, runWithToolMemory } from '../../agent/chat/chat-run.ts'
import { ownTools, readingTools } from '../../agent/chat/own-tools.ts'
import { newSession } from '../../agent/toolbox/session.ts'
import { defaultToolbox } from '../../agent/toolbox/settings.ts'
import { type Casebook, openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import { knowledgeOf } from '../../knowledge.ts'
import { openChatModel } from '../../llm/chat-openai.ts'
import type { ChatModel } from '../../llm/model.ts'
import { startScriptedServer } from '../../llm/scripted-server.ts'
import type { Log } from '../../memory/ports.ts'
import type { Progress } from '../../protocol.ts'
import { type CorpusSummary, makeCorpus } from './made-corpus.ts'
import { type BenchReport, type Figure, machineFacts, quantile } from './measure.ts'

export interface ChatBenchOptions {
  chunks: number
  questions: number
  /** Memories that the repository holds. */
  memories: number
  seed: number
  settings: Settings
  log: Log
  note(text: string): void
  onProgress(progress: Progress): void
  signal: AbortSignal
}

/** Chunks that the indexer makes of a generated file on average (see search-bench). */
const chunksPerFile = 12.3
/** Milliseconds that the endpoint takes before its first token. */
const delays = [0, 300]

/** A repository is generated in the temporary folder, indexed, asked, and removed. */
export async function benchChat(options: ChatBenchOptions): Promise<BenchReport> {
  const { settings, log, signal, onProgress, note, seed } = options
  const folder = await mkdtemp(join(tmpdir(), 'casebook-chat-bench-'))
  try {
    note('generating the repository')
    const corpus = await generate(options, folder)
    const book = await openCasebook({
      repo: folder,
      settings: { ...settings, storeLocation: 'repository', historyMemory: 0 },
      log,
    })
    try {
      const { files, chunks } = await book.index({ reason: 'benchmark', signal, onProgress })
      note('asking')
      await remember(book, corpus, options.memories)
      const figures: Figure[] = []
      for (const delay of delays) figures.push(...(await ask(book, corpus, { ...options, delay })))
      const subject = `generated repository of ${files} files, ${chunks} chunks, ${options.memories} memories, seed ${seed}`
      return { bench: 'chat', subject, machine: machineFacts(), figures }
    } finally {
      await book.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function generate(
  { chunks, questions, seed, signal }: ChatBenchOptions,
  folder: string,
): Promise<CorpusSummary> {
  const files = Math.round(chunks / chunksPerFile)
  return makeCorpus(folder, { files, functions: 10, queries: questions, seed, commits: 500 }, signal)
}

/** Lessons in the words of the repository, so that questions find some of them. */
async function remember(book: Casebook, { queries }: CorpusSummary, memories: number): Promise<void> {
  for (let at = 0; at < memories; at++) {
    const [one = 'code', other = 'tests'] = [
      queries[at % queries.length],
      queries[(at * 7 + 3) % queries.length],
    ]
    await book.memories.remember({
      text: `Number ${at}: ${one} goes before ${other}, or the checks of release ${at} fail.`,
      kind: 'lesson',
      cue: `When ${one} changes`,
    })
  }
}

interface Asking extends ChatBenchOptions {
  delay: number
}

async function ask(book: Casebook, { queries }: CorpusSummary, options: Asking): Promise<Figure[]> {
  const { delay, log, signal } = options
  const reply = { content: 'It is done in two places, as the note says.', delay }
  const server = await startScriptedServer([{ reply, times: Number.POSITIVE_INFINITY }])
  try {
    const model = openChatModel(
      { ...options.settings.model, baseUrl: server.baseUrl, model: 'scripted' },
      log,
    )
    const answers: Timed[] = []
    for (const [at, query] of queries.entries()) {
      signal.throwIfAborted()
      const endpoint = await firstPiece(model, query, signal)
      const answer = await firstOfAnswer({ book, model, chat: `${delay}-${at}`, log, signal }, query)
      // The first tenth warms caches and is not counted.
      if (at >= queries.length / 10) answers.push({ ...answer, endpoint })
    }
    return figuresOf(answers, delay)
  } finally {
    await server.close()
  }
}

/** Milliseconds of one question. */
interface Timed {
  /** Until the endpoint alone said something. */
  endpoint: number
  /** Until memory and code had answered. */
  found: number
  /** Until the first text was shown. */
  first: number
  /** Of the processor, for all of it: what a machine that does nothing else would take at most. */
  processor: number
}

function figuresOf(answers: readonly Timed[], delay: number): Figure[] {
  const name = `first token after the endpoint's own, which takes ${delay} ms`
  const of = (value: (one: Timed) => number) => answers.map(value)
  const added = of(({ first, endpoint }) => first - endpoint)
  const alone = quantile(
    of(({ endpoint }) => endpoint),
    0.5,
  )
  const note = `${answers.length} questions; the endpoint alone: ${alone.toFixed(0)} ms`
  const part = (words: string, value: (one: Timed) => number): Figure => ({
    name: `${words} (${delay} ms), median`,
    value: quantile(of(value), 0.5),
    unit: 'ms',
  })
  return [
    { name: `${name}, median`, value: quantile(added, 0.5), unit: 'ms', note },
    { name: `${name}, p95`, value: quantile(added, 0.95), unit: 'ms', floor: 150 },
    part('recall and search', ({ found }) => found),
    part('processor time of a question', ({ processor }) => processor),
  ]
}

/** Milliseconds until the endpoint itself says something to a bare question. */
async function firstPiece(model: ChatModel, content: string, signal: AbortSignal): Promise<number> {
  const started = performance.now()
  const request = { purpose: 'test', system: '', messages: [{ role: 'user' as const, content }] }
  let first = Number.NaN
  for await (const event of model.stream(request, signal)) {
    if (event.type === 'text' && Number.isNaN(first)) first = performance.now() - started
  }
  return first
}

interface Answering {
  book: Casebook
  model: ChatModel
  chat: string
  log: Log
  signal: AbortSignal
}

/** Recall, search, tools and prompt included. */
async function firstOfAnswer(options: Answering, prompt: string): Promise<Omit<Timed, 'endpoint'>> {
  const { book, model, chat, log, signal } = options
  const started = performance.now()
  const before = process.cpuUsage()
  const seen = { found: Number.NaN, first: Number.NaN }
  await answerQuestion({
    question: { prompt, attached: [], open: null, sessionId: chat },
    earlier: [],
    knowledge: knowledgeOf(book),
    model,
    run: await toolRun(options, prompt),
    hasFile: async () => false,
    onEvent: ({ type }) => {
      if (type === 'found') seen.found = performance.now() - started
      if (type === 'text' && Number.isNaN(seen.first)) seen.first = performance.now() - started
    },
    log,
    signal,
  })
  const { user, system } = process.cpuUsage(before)
  return { ...seen, processor: (user + system) / 1000 }
}

/** As the chat of the editor does it, with Casebook's own tools. */
async function toolRun({ book, chat }: Answering, prompt: string): Promise<ChatRun> {
  const { tools, root } = book
  await tools.sync(
    readingTools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      server: 'casebook',
      schema: inputSchema,
    })),
  )
  const session = (await tools.loadChat(chat)) ?? newSession(chat)
  const { loadChat: load, saveChat: save, removeChat: remove, chats: ids } = tools
  return runWithToolMemory({
    session,
    store: tools,
    shelf: { load, save, remove, ids },
    settings: defaultToolbox,
    prompt,
    named: [],
    runner: (work) => ownTools({ knowledge: knowledgeOf(book), root, sessionId: chat, ...work }),
  })
}
