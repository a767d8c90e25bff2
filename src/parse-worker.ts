/** The program of a parser thread: joins the parser with the built-in embedder. */

import { parentPort, workerData } from 'node:worker_threads'
import { embedTokens } from './llm/embed-local.ts'
import { openParser } from './memory/code/parser.ts'
import { decode } from './memory/indexing/content.ts'
import type { ParseReply, ParseRequest, ParseResult } from './memory/indexing/pool.ts'
import { quantise } from './memory/store/quantise.ts'
import type { ParsedFile } from './memory/types.ts'

export interface ParseWorkerData {
  /** Folder with `web-tree-sitter.wasm`, `grammars/` and `queries/`. */
  assets: string
  /** Whether to give a vector of the built-in embedder with each chunk. */
  embed: boolean
}

const { assets, embed } = workerData as ParseWorkerData
const opening = openParser(assets)

parentPort?.on('message', (request: ParseRequest) => {
  answer(request).catch((error: unknown) => {
    // Thrown outside the promise, so that the pool sees the thread die and tries again.
    setImmediate(() => {
      throw error
    })
  })
})

async function answer({ id, tasks }: ParseRequest): Promise<void> {
  const parser = await opening
  const results: ParseResult[] = []
  for (const { bytes, language } of tasks) {
    const parsed = await parser.parse(decode(bytes), language)
    results.push({ parsed, vectors: embed ? vectorsOf(parsed) : null })
  }
  const reply: ParseReply = { id, results }
  parentPort?.postMessage(reply)
  // The wasm runtime died: this thread only knows line windows now, so the pool is made to start another one.
  if (parser.broken) process.exit(1)
}

function vectorsOf(parsed: ParsedFile): Uint8Array[] {
  return parsed.chunks.map(({ fields }) => {
    const text = `${fields.names} ${fields.code} ${fields.prose}`
    return quantise(embedTokens(text.split(' ')))
  })
}
