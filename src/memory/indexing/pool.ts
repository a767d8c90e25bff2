/** Parser threads: files in, parsed files out; a thread that dies costs only the file that killed it. */

import { Worker } from 'node:worker_threads'
import type { Language, ParsedFile } from '../types.ts'

/** What a parser thread is asked; bytes are moved, not copied. */
export interface ParseTask {
  bytes: Uint8Array
  language: Language
}

/** What it answers for one file: `vectors` holds one quantised vector a chunk, null without the local embedder. */
export interface ParseResult {
  parsed: ParsedFile
  vectors: Uint8Array[] | null
}

export interface ParseRequest {
  id: number
  tasks: ParseTask[]
}

export interface ParseReply {
  id: number
  results: ParseResult[]
}

export interface PoolOptions {
  /** The thread's program: `parse-worker.ts` from source, `parse-worker.cjs` bundled. */
  entry: URL
  threads: number
  /** Handed to every thread: where grammars lie, whether to embed. */
  workerData: unknown
  onTrouble: (message: string) => void
}

/** Milliseconds for one batch before its thread counts as hung; the parser's own limit is far below. */
const batchTimeout = 60_000

/**
 * Megabytes for the heap of a thread. Without a limit V8 keeps garbage of a whole repository before it looks;
 * the syntax trees themselves lie in WebAssembly memory, which this does not bound.
 */
const threadMemory = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 }

interface Job {
  tasks: ParseTask[]
  resolve: (results: ParseResult[]) => void
  reject: (error: Error) => void
}

interface Thread {
  worker: Worker
  job: Job | null
  timer: NodeJS.Timeout | null
}

export class ParserPool {
  readonly #options: PoolOptions
  readonly #threads: Thread[] = []
  readonly #queue: Job[] = []
  #nextId = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Parses in order. A batch whose thread dies is tried again file by file; a file that kills twice is text. */
  async parse(tasks: ParseTask[]): Promise<ParseResult[]> {
    // Sent bytes are moved away: a second try needs a copy that only exists while the first runs.
    const copies = tasks.map(({ bytes, language }) => ({ bytes: new Uint8Array(bytes), language }))
    try {
      return await this.#submit(copies)
    } catch (error) {
      if (this.#closed) throw error
      this.#options.onTrouble(`a parser thread died: ${String(error)}`)
      return await this.#oneByOne(tasks)
    }
  }

  async #oneByOne(tasks: ParseTask[]): Promise<ParseResult[]> {
    const results: ParseResult[] = []
    for (const { bytes, language } of tasks) {
      const attempt = this.#submit([{ bytes: new Uint8Array(bytes), language }])
      const [result] = await attempt.catch(async (error: Error) => {
        const [text] = await this.#submit([{ bytes: new Uint8Array(bytes), language: 'text' }])
        const parsed = text && { ...text.parsed, language, fallback: `the parser failed: ${error.message}` }
        return text && parsed ? [{ parsed, vectors: text.vectors }] : []
      })
      if (result !== undefined) results.push(result)
    }
    return results
  }

  #submit(tasks: ParseTask[]): Promise<ParseResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('the parser pool is closed'))
      this.#queue.push({ tasks, resolve, reject })
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const idle = this.#threads.find((thread) => thread.job === null) ?? this.#grow()
      if (idle === null) return
      const job = this.#queue.shift()
      if (job !== undefined) this.#send(idle, job)
    }
  }

  #grow(): Thread | null {
    if (this.#threads.length >= this.#options.threads) return null
    const worker = new Worker(this.#options.entry, {
      workerData: this.#options.workerData,
      resourceLimits: threadMemory,
    })
    const thread: Thread = { worker, job: null, timer: null }
    worker.on('message', (reply: ParseReply) => this.#done(thread, reply))
    worker.on('error', (error) =>
      this.#lost(thread, error instanceof Error ? error : new Error(String(error))),
    )
    worker.on('exit', (code) => this.#lost(thread, new Error(`parser thread ended with ${code}`)))
    worker.unref()
    this.#threads.push(thread)
    return thread
  }

  #send(thread: Thread, job: Job): void {
    thread.job = job
    thread.worker.ref()
    thread.timer = setTimeout(() => this.#lost(thread, new Error('the parser hung')), batchTimeout)
    const request: ParseRequest = { id: this.#nextId++, tasks: job.tasks }
    const buffers = job.tasks.map(({ bytes }) => bytes.buffer as ArrayBuffer)
    thread.worker.postMessage(request, [...new Set(buffers)])
  }

  #done(thread: Thread, reply: ParseReply): void {
    const job = thread.job
    this.#rest(thread)
    job?.resolve(reply.results)
    this.#dispatch()
  }

  #rest(thread: Thread): void {
    if (thread.timer !== null) clearTimeout(thread.timer)
    thread.timer = null
    thread.job = null
    thread.worker.unref()
  }

  #lost(thread: Thread, error: Error): void {
    const at = this.#threads.indexOf(thread)
    if (at < 0) return
    this.#threads.splice(at, 1)
    const job = thread.job
    this.#rest(thread)
    thread.worker.terminate().catch(() => undefined)
    job?.reject(error)
    this.#dispatch()
  }

  /** Frees the threads and their memory; the next parse starts new ones. */
  async rest(): Promise<void> {
    const idle = this.#threads.filter((thread) => thread.job === null)
    for (const thread of idle) this.#threads.splice(this.#threads.indexOf(thread), 1)
    await Promise.all(idle.map(({ worker }) => worker.removeAllListeners('exit').terminate()))
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { reject } of this.#queue.splice(0)) reject(new Error('the parser pool is closed'))
    await Promise.all(
      this.#threads.splice(0).map(async (thread) => {
        thread.job?.reject(new Error('the parser pool is closed'))
        if (thread.timer !== null) clearTimeout(thread.timer)
        await thread.worker.removeAllListeners().terminate()
      }),
    )
  }
}
