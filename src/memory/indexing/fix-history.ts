/** Reads the fixes and reverts of a history: messages first, then what those few commits touched. */

import { setImmediate as breathe } from 'node:timers/promises'
import type { Git } from '../git.ts'
import type { FixCommit, MessageOnly, RevertNote } from '../types.ts'
import { judgeMessage, revertReason, revertTargets } from './fix-messages.ts'
import { type PatchOutline, readOutlines } from './fix-patches.ts'
import { issueNumbers } from './history.ts'

/** A repair or a revert by its message, before its files are read. */
export interface FixMessage extends MessageOnly {
  kind: 'fix' | 'revert'
  issues: string[]
  request: { number: string; title: string } | null
  reverts: string[]
  revertedBy: RevertNote | null
  /** Set on a commit that was taken back and then restored: the last commit that restored it. */
  restoredBy: string | null
}

/** What stays of a change when it is rebased or picked: who made it, when, and what it says. */
export function changeOf({ subject, author, authoredAt }: MessageOnly): string {
  return `${authoredAt} ${author} ${subject}`
}

export interface HistoryMessages {
  head: string
  /** Non-merge commits that were looked at. */
  commits: number
  /** Of all looked at, newest first. */
  fixes: FixMessage[]
  /** What was taken back without being a fix itself, by id: for the words of its revert. */
  others: Map<string, MessageOnly>
}

interface Line extends MessageOnly {
  parents: string[]
  kind: 'fix' | 'revert' | 'other' | 'merge'
}

const start = '\u0001\u0002\u0003'
const format = `tformat:${start}%H%x00%P%x00%ct%x00%at%x00%an%x00%B`
const longestBody = 4_000

/**
 * The messages of up to `limit` non-merge commits that `head` reaches: half a second for 50,000, so that a change of
 * HEAD needs no account of what was read before. Throws `GitFailed`, or what `signal` was aborted with.
 */
export async function readMessages(
  git: Git,
  head: string,
  limit: number,
  signal?: AbortSignal,
): Promise<HistoryMessages> {
  const lines: Line[] = []
  let commits = 0
  const args = ['log', '-z', `--format=${format}`, head]
  let fields: string[] = []
  for await (const field of git.records(args, signal ? { signal } : {})) {
    const isStart = field.startsWith(start)
    if (isStart) fields = [field.slice(start.length)]
    else fields.push(field)
    if (fields.length < 6) continue
    const line = toLine(fields)
    fields = []
    if (line === null) continue
    lines.push(line)
    if (line.kind !== 'merge' && ++commits >= limit) break
  }
  signal?.throwIfAborted()
  return { head, commits, ...(await settle(lines)) }
}

function toLine(fields: readonly string[]): Line | null {
  const [sha, parents, time, authoredAt, author, message] = fields
  if (sha === undefined || parents === undefined || author === undefined || message === undefined) return null
  const [subject = '', ...rest] = message.trim().split('\n')
  const body = rest.join('\n').trim().slice(0, longestBody)
  const above = parents.split(' ').filter(Boolean)
  const kind = above.length > 1 ? 'merge' : judgeMessage(subject, body)
  return {
    sha,
    parents: above,
    time: Number(time),
    authoredAt: Number(authoredAt),
    author,
    subject: subject.slice(0, 1_000),
    body: kind === 'other' ? '' : body,
    kind,
  }
}

async function settle(
  lines: readonly Line[],
): Promise<{ fixes: FixMessage[]; others: Map<string, MessageOnly> }> {
  // Each step walks all commits: other work of the process gets its turn between them.
  await breathe()
  const requests = pullRequests(lines)
  await breathe()
  const fates = revertFates(lines)
  await breathe()
  const bySha = new Map(lines.map((line) => [line.sha, line]))
  const fixes = lines.flatMap((line): FixMessage[] => {
    if (line.kind !== 'fix' && line.kind !== 'revert') return []
    const request = requests.get(line.sha) ?? null
    const { kind, parents: _, ...message } = line
    const text = `${line.subject}\n${line.body}\n${request === null ? '' : `#${request.number} ${request.title}`}`
    const fate = fates.of.get(line.sha)
    return [
      {
        ...message,
        kind,
        issues: issueNumbers(text),
        request,
        reverts: fates.targets.get(line.sha) ?? [],
        revertedBy: fate?.revertedBy ?? null,
        restoredBy: fate?.restoredBy ?? null,
      },
    ]
  })
  const others = new Map<string, MessageOnly>()
  for (const targets of fates.targets.values()) {
    for (const sha of targets) {
      const line = bySha.get(sha)
      if (line !== undefined) others.set(sha, line)
    }
  }
  return { fixes, others }
}

interface Fate {
  revertedBy: RevertNote | null
  restoredBy: string | null
}

/** Who took back whom, oldest first: a revert of a revert restores. */
function revertFates(lines: readonly Line[]): { of: Map<string, Fate>; targets: Map<string, string[]> } {
  const of = new Map<string, Fate>()
  const targets = new Map<string, string[]>()
  const newestBySubject = new Map<string, string>()
  const find = shaFinder(lines)
  for (const line of [...lines].reverse()) {
    if (line.kind === 'revert') {
      const named = revertTargets(line.subject, line.body)
      const found = named.ids.flatMap((id) => find(id) ?? [])
      const bySubject = named.subject === null ? undefined : newestBySubject.get(subjectKey(named.subject))
      const all = [...new Set(found.length > 0 ? found : bySubject === undefined ? [] : [bySubject])]
      const back = all.filter((sha) => sha !== line.sha)
      targets.set(line.sha, back)
      const note = { sha: line.sha, reason: revertReason(line.body), time: line.time }
      for (const sha of back) takeBack(sha, note, { of, targets })
    }
    if (line.kind !== 'merge') newestBySubject.set(subjectKey(line.subject), line.sha)
  }
  return { of, targets }
}

function takeBack(
  sha: string,
  note: RevertNote,
  { of, targets }: { of: Map<string, Fate>; targets: Map<string, string[]> },
): void {
  of.set(sha, { revertedBy: note, restoredBy: null })
  for (const restored of targets.get(sha) ?? []) of.set(restored, { revertedBy: null, restoredBy: note.sha })
}

/** Pull requests add their number when they are squashed: `Revert "Fix it" (#12)` means `Fix it (#11)`. */
function subjectKey(subject: string): string {
  return subject
    .replace(/(?:\s*\(#\d+\))+\s*$/, '')
    .trim()
    .toLowerCase()
}

/** Finds full ids by full or short ones. */
function shaFinder(lines: readonly Line[]): (id: string) => string | undefined {
  const full = new Set(lines.map(({ sha }) => sha))
  const short = new Map(lines.map(({ sha }) => [sha.slice(0, 7), sha]))
  return (id) => {
    const folded = id.toLowerCase()
    if (full.has(folded)) return folded
    const candidate = short.get(folded.slice(0, 7))
    return candidate?.startsWith(folded) === true ? candidate : undefined
  }
}

const mergeSubject = /^Merge pull request #(\d+)\b/

/** The pull request of each commit that came with a merge of the first-parent line; each commit is visited once. */
function pullRequests(lines: readonly Line[]): Map<string, { number: string; title: string }> {
  const bySha = new Map(lines.map((line) => [line.sha, line]))
  const mainline: Line[] = []
  for (let at = lines[0]; at !== undefined; at = bySha.get(at.parents[0] ?? '')) mainline.push(at)
  const seen = new Set(mainline.map(({ sha }) => sha))
  const found = new Map<string, { number: string; title: string }>()
  for (const merge of mainline.reverse()) {
    const number = mergeSubject.exec(merge.subject)?.[1]
    const title = merge.body.split('\n', 1)[0]?.slice(0, 300) ?? ''
    const open = merge.parents.slice(1)
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      const line = bySha.get(sha)
      if (line === undefined || seen.has(sha)) continue
      seen.add(sha)
      open.push(...line.parents)
      if (number !== undefined) found.set(sha, { number, title })
    }
  }
  return found
}

/** The given messages with what their commits touched, in the same order. Those that touched nothing are left out. */
export async function readFixes(
  git: Git,
  messages: readonly FixMessage[],
  signal?: AbortSignal,
): Promise<FixCommit[]> {
  const ids = messages.map(({ sha }) => sha)
  const outlines = new Map<string, PatchOutline>()
  for await (const outline of readOutlines(git, ids, signal)) outlines.set(outline.sha, outline)
  return messages.flatMap((message) => {
    const outline = outlines.get(message.sha)
    if (outline === undefined || outline.files.length === 0) return []
    const { restoredBy: _, ...rest } = message
    return [{ ...rest, files: outline.files, added: outline.added, removed: outline.removed }]
  })
}
