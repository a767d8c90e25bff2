/** Sharing with the team: the folder of Markdown files in the repository, and memory, brought together. */

import { lstat, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { monotonicFactory } from 'ulid'
import { z } from 'zod'
import type { Actor, EventDraft } from '../event.ts'
import { UserError } from '../ports.ts'
import type { MemoryRecord } from '../record.ts'
import { redact } from '../safety/redact.ts'
import { redactDeep } from '../safety/redact-deep.ts'
import type { MemoryStore } from '../store/memory-store.ts'
import { readMeta, shareKey, writeMeta } from '../store/meta.ts'
import { planShare, type ShareBase, type SharedFile, type SharePlan } from './share-plan.ts'

export interface ShareOptions {
  /** Top of the work tree. */
  root: string
  /** The setting: relative to `root`, inside it. */
  folder: string
  actor: Actor
  /** Why a record of these words must not come in; null when it may. Learning knows, sharing only asks. */
  refuses?: (record: MemoryRecord) => string | null
  /** Unix milliseconds. */
  now?: () => number
}

export interface Shared {
  folder: string
  written: string[]
  removed: string[]
  takenOver: string[]
  problems: string[]
}

/** Bytes; a longer file is no memory. */
const largestFile = 256 << 10

/** Throws `UserError` when the folder cannot be used; single files that cannot are named among the problems. */
export async function shareMemory(store: MemoryStore, options: ShareOptions): Promise<Shared> {
  const folder = await folderOf(options)
  const { files, unread, problems, there, names } = await readFolder(folder)
  const before = there ? readBase(store) : {}
  const now = (options.now ?? Date.now)()
  const ulid = monotonicFactory()
  const plan = planShare({
    records: recordsFor(store, files, before),
    files,
    unread,
    base: before,
    namespace: store.namespace,
    actor: options.actor,
    now,
    newId: () => ulid(now),
    refuses: options.refuses ?? (() => null),
    purged: (id) => store.get(id) === null && store.events({ id, types: ['PURGED'], limit: 1 }).length > 0,
  })
  problems.push(...plan.problems)
  const events = await maskEvents(plan.events, problems)
  const safe = await withoutSecrets(plan, names, problems)
  if (events.length > 0) store.append(events)
  const { written, removed } = await writeFolder(folder, safe)
  writeBase(store, safe.base)
  return { folder, written, removed, takenOver: plan.takenOver, problems }
}

/** The folder's real place, which lies inside the work tree and is reached over no link. */
export async function folderOf({ root, folder }: Pick<ShareOptions, 'root' | 'folder'>): Promise<string> {
  const fault = (what: string) =>
    new UserError(
      `The share folder "${folder}" ${what}.`,
      'Set casebook.shareFolder to a folder inside the repository.',
    )
  if (folder.trim() === '')
    throw new UserError('No share folder is set.', 'Set casebook.shareFolder, for example to "casebook".')
  const top = await realpath(root)
  const path = resolve(top, folder)
  const inside = relative(top, path)
  if (isAbsolute(folder) || inside === '' || inside.startsWith('..') || isAbsolute(inside))
    throw fault('lies outside the repository')
  if (inside.split(sep)[0] === '.git') throw fault('lies in the folder of git')
  let at = top
  for (const part of inside.split(sep)) {
    at = join(at, part)
    const stat = await lstat(at).catch(() => null)
    if (stat?.isSymbolicLink()) throw fault('is reached over a link')
    if (stat !== null && !stat.isDirectory()) throw fault('is not a folder')
  }
  return path
}

async function readFolder(folder: string) {
  const files: SharedFile[] = []
  const problems: string[] = []
  const unread: string[] = []
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new UserError(`The share folder cannot be read (${error.code}).`, 'Check its permissions.', error)
  })
  for (const entry of (entries ?? []).filter(({ name }) => name.endsWith('.md'))) {
    const path = join(folder, entry.name)
    if (!entry.isFile()) problems.push(`${entry.name} is a link or no file. It was left as it is.`)
    else if ((await lstat(path)).size > largestFile)
      problems.push(`${entry.name} is too large for a memory. It was left as it is.`)
    else files.push({ name: entry.name, content: await readFile(path, 'utf8') })
  }
  const read = new Set(files.map(({ name }) => name))
  unread.push(...(entries ?? []).map(({ name }) => name).filter((name) => !read.has(name)))
  // A branch without the folder says nothing about deleted files.
  return {
    files,
    unread,
    problems,
    there: entries !== null,
    names: new Set((entries ?? []).map(({ name }) => name)),
  }
}

const page = 500

/** What is meant for the team, and whatever else a file may name. */
function recordsFor(store: MemoryStore, files: readonly SharedFile[], base: ShareBase): MemoryRecord[] {
  const text = files.map(({ content }) => content).join('\n')
  const named = new Set([...(text.match(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g) ?? []), ...Object.keys(base)])
  const found: MemoryRecord[] = []
  let after: string | undefined
  while (true) {
    const records = store.list({ limit: page, muted: true, ...(after !== undefined && { after }) })
    found.push(...records.filter(({ id, visibility }) => visibility === 'team' || named.has(id)))
    after = records.at(-1)?.id
    if (records.length < page) return found
  }
}

/** What people wrote into files is masked before it comes into memory. */
async function maskEvents(events: readonly EventDraft[], problems: string[]): Promise<EventDraft[]> {
  const masked: EventDraft[] = []
  for (const event of events) {
    const { value, masked: count } = await redactDeep(event, redact)
    if (count > 0)
      problems.push(`${count} secrets were masked in memory, but not in the file: ${event.reason}`)
    masked.push(value)
  }
  return masked
}

/** Nothing with a secret is written, and nothing over a file that is there and was not read. */
async function withoutSecrets(
  plan: SharePlan,
  names: ReadonlySet<string>,
  problems: string[],
): Promise<SharePlan> {
  const base = { ...plan.base }
  const write: SharedFile[] = []
  const ids = new Map(Object.entries(plan.base).map(([id, { name }]) => [name, id]))
  for (const file of plan.write) {
    const { kinds, masked } = await redact(file.content)
    if (masked === 0) {
      write.push(file)
      continue
    }
    const id = ids.get(file.name) ?? ''
    delete base[id]
    problems.push(`mem:${id} was not written: it seems to hold a secret (${Object.keys(kinds).join(', ')}).`)
  }
  const kept = new Set(write.map(({ name }) => name))
  const refused = plan.write.filter(({ name }) => !kept.has(name))
  // The old file of one that is not written stays.
  const remove = refused.length === 0 ? plan.remove : plan.remove.filter((name) => !names.has(name))
  return { ...plan, write, remove, base }
}

async function writeFolder(folder: string, { write, remove }: SharePlan) {
  if (write.length > 0) await mkdir(folder, { recursive: true })
  for (const { name, content } of write) {
    const partial = join(folder, `.${name}.${process.pid}.partial`)
    try {
      await writeFile(partial, content, { flag: 'wx' })
      // A link in its place is replaced, not followed.
      await rename(partial, join(folder, name))
    } finally {
      await rm(partial, { force: true })
    }
  }
  for (const name of remove) await rm(join(folder, name), { force: true })
  return { written: write.map(({ name }) => name), removed: remove }
}

const baseSchema = z.record(
  z.string(),
  z.object({ name: z.string(), hash: z.string(), fields: z.record(z.string(), z.string()) }),
)

export function readBase(store: MemoryStore): ShareBase {
  try {
    return baseSchema.parse(JSON.parse(readMeta(store.db, shareKey) ?? '{}'))
  } catch {
    // Only tells edits from older states: without it the files win.
    return {}
  }
}

function writeBase(store: MemoryStore, base: ShareBase): void {
  writeMeta(store.db, shareKey, JSON.stringify(base))
}
