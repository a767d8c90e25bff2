/** Writes a generated corpus as a real git repository with a history. */

import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { type Corpus, type CorpusFile, type CorpusOptions, openCorpus } from './generate.ts'
import { git, gitProcess } from './run-git.ts'

export interface RepositoryOptions extends CorpusOptions {
  /** Commits after the first, each changing one to four files. */
  commits: number
  /** Short queries to make up. */
  queries: number
  signal?: AbortSignal
}

/** 2024-01-01T00:00:00Z, in Unix seconds: the same repository on every day. */
const firstCommit = 1_704_067_200
/** How many files the later commits change, so that some files are hot and most are never touched. */
const hotFiles = 500

/** `folder` is created; it must not hold a repository yet. Returns the queries. */
export async function writeCorpusRepository(folder: string, options: RepositoryOptions): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  await git(folder, ['init', '--quiet', '--initial-branch=main'])
  const { stdin, done } = gitProcess(folder, ['fast-import', '--quiet'], options.signal)
  const corpus = openCorpus(options)
  try {
    await writeHistory(stdin, corpus, options)
  } finally {
    stdin.end()
  }
  await done
  await git(folder, ['reset', '--quiet', '--hard', 'main'], options.signal)
  return Array.from({ length: options.queries }, () => corpus.query())
}

async function writeHistory(stream: Writable, corpus: Corpus, options: RepositoryOptions): Promise<void> {
  const hot: CorpusFile[] = []
  await send(stream, commitHead('The beginning', 0))
  for (const file of corpus.files()) {
    options.signal?.throwIfAborted()
    if (hot.length < hotFiles) hot.push(file)
    await send(stream, fileChange(file))
  }
  for (let index = 1; index <= options.commits; index++) {
    await send(stream, commitHead(corpus.commitMessage(), index))
    for (let change = 0; change <= index % 4; change++) {
      const file = hot[(index * 7 + change * 31) % hot.length]
      if (file === undefined) continue
      file.text += `\n${file.path.endsWith('.py') ? '#' : '//'} ${corpus.commitMessage()}\n`
      await send(stream, fileChange(file))
    }
  }
}

function commitHead(message: string, index: number): string {
  const who = `committer Ada Example <ada@example.org> ${firstCommit + index * 3600} +0000`
  return `commit refs/heads/main\n${who}\ndata ${Buffer.byteLength(message)}\n${message}\n`
}

function fileChange({ path, text }: CorpusFile): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`
}

async function send(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain')
}
