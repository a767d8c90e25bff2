/** What VS Code keeps of the edits of a chat session: texts of files before each request, and what became of them. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Fields, fields, integer, list, text } from '../fields.ts'
import { filesIn, seen } from '../files.ts'
import { jsonFile } from '../json-elements.ts'
import type { Skips, Step } from '../session.ts'
import { uriPath } from '../vscode-folders.ts'

export interface Editing {
  /** Texts of files before a request, by its id and their path. */
  before: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Files that the person kept or rejected in the end. */
  decided: readonly { path: string; accepted: boolean }[]
}

export const noEditing: Editing = { before: new Map(), decided: [] }

/** Files of an editing session that `readEditing` looks at: its state, and bodies where the state is of the old form. */
export async function editingFiles(folder: string): Promise<string[]> {
  const state = (await seen([join(folder, 'state.json')])).map(({ file }) => file)
  return state.length === 0
    ? []
    : [...state, ...(await filesIn(join(folder, 'contents'))).slice(0, mostBodies)]
}

interface Options {
  skips: Skips
  signal?: AbortSignal | undefined
}

/** Nothing where there is no editing session; what cannot be read is skipped and counted. */
export async function readEditing(folder: string, { skips, signal }: Options): Promise<Editing> {
  const state = await jsonFile(join(folder, 'state.json'), skips, signal)
  const before = new Map<string, Map<string, string>>()
  const put = (request: string, path: string | undefined, content: string) => {
    if (path === undefined) return
    const texts = before.get(request) ?? new Map<string, string>()
    if (!texts.has(path)) texts.set(path, content)
    before.set(request, texts)
  }
  for (const [, baseline] of list(fields(state.timeline).fileBaselines).map(list)) {
    const { uri, requestId, content } = fields(baseline)
    if (typeof content === 'string') put(text(requestId), uriPath(uri), content)
  }
  const body = bodies(folder, signal)
  for (const snapshot of list(state.linearHistory).map(fields))
    for (const entry of firstEntries(snapshot)) {
      const content = await body(text(entry.currentHash) || text(entry.originalHash))
      if (content !== null) put(text(snapshot.requestId), uriPath(entry.resource), content)
    }
  return { before, decided: decisions(state) }
}

/** The first stop of a request holds the files as they were before it. */
function firstEntries(snapshot: Fields): Fields[] {
  const [first] = list(snapshot.stops)
  return list(fields(first).entries).map(fields)
}

const [accepted, rejected] = [1, 2]

function decisions(state: Fields): Editing['decided'] {
  return list(fields(state.recentSnapshot).entries).flatMap((entry) => {
    const { resource, state: kind } = fields(entry)
    const path = uriPath(resource)
    const decision = integer(kind)
    if (path === undefined || (decision !== accepted && decision !== rejected)) return []
    return [{ path, accepted: decision === accepted }]
  })
}

const mostBodies = 200
const longestBody = 4 * 1024 * 1024

/** Bodies by the hash that names their file; a name that is no hash leads nowhere. */
function bodies(folder: string, signal: AbortSignal | undefined): (hash: string) => Promise<string | null> {
  const known = new Map<string, string | null>()
  return async (hash) => {
    if (!/^[\w-]{1,64}$/.test(hash)) return null
    const before = known.get(hash)
    if (before !== undefined) return before
    if (known.size >= mostBodies) return null
    const [found] = await seen([join(folder, 'contents', hash)])
    const fits = found !== undefined && found.bytes <= longestBody
    const content = fits ? await bodyText(found.file, signal) : null
    known.set(hash, content)
    return content
  }
}

async function bodyText(file: string, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    return await readFile(file, { encoding: 'utf8', ...(signal && { signal }) })
  } catch {
    // It went while we looked: the edit is told without the text before it.
    signal?.throwIfAborted()
    return null
  }
}

/** What became of the files in the end, as far as the session changed them. */
export function decidedSteps({ decided }: Editing, steps: readonly Step[]): Step[] {
  const last = steps.at(-1)
  if (last === undefined) return []
  return decided.flatMap(({ path, accepted: isKept }): Step[] => {
    if (!steps.some((step) => step.type === 'edit' && step.applied && step.path === path)) return []
    const detail = `the person ${isKept ? 'kept' : 'rejected'} the edits of ${path}`
    return [
      { at: null, place: last.place, type: 'signal', signal: isKept ? 'accepted' : 'undone', detail, path },
    ]
  })
}
