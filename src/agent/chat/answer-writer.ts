/** Turns what a model says into parts for people, in order: text, links to memories that were shown, links to files that exist. */

import { type AnswerPart, citationStream } from './citations.ts'
import type { MemoryName } from './credit.ts'

export type WrittenPart =
  | { type: 'text'; text: string }
  | { type: 'memory'; text: string; memory: MemoryName }
  | { type: 'code'; text: string; path: string; startLine: number; endLine: number }

export interface AnswerWriterOptions {
  /** `[m1]` is the first of them; may grow. */
  shown: readonly MemoryName[]
  /** Whether the repository has this file. May ask the disk. */
  hasFile(path: string): Promise<boolean>
  onPart(part: WrittenPart): void
}

export interface AnswerWriter {
  write(piece: string): void
  /** Something else than text follows: a word that waits for its end has ended. */
  flush(): void
  /** A paragraph of its own follows. */
  breakOff(): void
  /** Resolves when all is out. */
  end(): Promise<void>
  /** Memories that were cited so far, in order, each once. */
  cited(): MemoryName[]
}

/** A file is looked for while the answer comes; what stands behind its name waits for it. */
export function answerWriter({ shown, hasFile, onPart }: AnswerWriterOptions): AnswerWriter {
  const stream = citationStream()
  const cited = new Set<MemoryName>()
  const known = new Map<string, Promise<boolean>>()
  let waiting: Promise<void> | null = null
  let written = ''

  const isThere = (path: string) => {
    const asked = known.get(path) ?? hasFile(path).catch(() => false)
    known.set(path, asked)
    return asked
  }
  const send = (part: WrittenPart) => {
    written = (written + part.text).slice(-2)
    onPart(part)
  }
  const sendNow = (part: AnswerPart) => {
    const memory = part.type === 'memory' ? shown[part.mark - 1] : undefined
    if (memory === undefined) return send({ type: 'text', text: part.text })
    cited.add(memory)
    send({ type: 'memory', text: part.text, memory })
  }
  const sendCode = async (part: AnswerPart & { type: 'code' }) =>
    send((await isThere(part.path)) ? part : { type: 'text', text: part.text })
  const show = (part: AnswerPart) => {
    if (waiting === null && part.type !== 'code') return sendNow(part)
    const before = waiting ?? Promise.resolve()
    const mine = before
      .then(() => (part.type === 'code' ? sendCode(part) : sendNow(part)))
      .finally(() => {
        if (waiting === mine) waiting = null
      })
    waiting = mine
  }
  const write = (piece: string) => stream.push(piece).forEach(show)
  const flush = () => stream.end().forEach(show)
  return {
    write,
    flush,
    breakOff() {
      flush()
      if (written === '' && waiting === null) return
      write(written.endsWith('\n\n') ? '' : '\n\n')
    },
    async end() {
      flush()
      await waiting
    },
    cited: () => [...cited],
  }
}
