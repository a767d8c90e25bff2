/** Whose memory it is: a name that all clones of a repository share, and the database that belongs to it. */

import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Git } from '../memory/git.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import { type OpenedMemory, openMemory } from '../memory/store/memory-db.ts'
import { readMeta, writeMeta } from '../memory/store/meta.ts'
import type { Repository } from './repository.ts'

export interface NamedMemory extends OpenedMemory {
  namespace: string
  /** Where the database and its backups lie; null: in memory only. */
  folder: string | null
}

const selectAnyEvent = 'select 1 from event limit 1'

/** Throws what `openMemory` throws. Repositories that share a store folder have a memory each. */
export async function openNamedMemory(repository: Repository): Promise<NamedMemory> {
  const { folder } = repository.place
  const memory = openMemory(folder)
  try {
    const isOwn = ownsStore(repository)
    const namespace = await nameFor(memory.db, repository, isOwn)
    const owner = takeOwnership(memory.db, namespace, isOwn)
    if (owner === namespace || folder === null) return { ...memory, namespace, folder }
    memory.db.close()
    return openBeside(join(folder, namespace), namespace)
  } catch (error) {
    if (memory.db.isOpen) memory.db.close()
    throw error
  }
}

function openBeside(folder: string, namespace: string): NamedMemory {
  mkdirSync(folder, { recursive: true })
  const memory = openMemory(folder)
  transaction(memory.db, () => writeMeta(memory.db, 'namespace', namespace))
  return { ...memory, namespace, folder }
}

/** Nobody else's memory can lie there. */
function ownsStore({ git, place, hasHistory }: Repository): boolean {
  return !hasHistory || place.folder === null || place.folder === join(git.commonDir, 'casebook')
}

/** The name once given stays while there is anything to remember: a rewritten history keeps its memory. */
async function nameFor(db: DatabaseSync, repository: Repository, isOwn: boolean): Promise<string> {
  const { git, hasHistory } = repository
  const kept = readMeta(db, 'namespace')
  if (isOwn && kept !== null && db.prepare(selectAnyEvent).get() !== undefined) return kept
  const key = `namespace of ${hasHistory ? git.commonDir : repository.root}`
  const known = isOwn ? null : readMeta(db, key)
  if (known !== null) return known
  const found = hasHistory ? ((await rootCommit(git)) ?? (await remoteName(git))) : null
  const name = found ?? (isOwn ? kept : null) ?? `random-${randomUUID()}`
  if (!isOwn) transaction(db, () => writeMeta(db, key, name))
  return name
}

/** Returns who owns the database: the repository that came first. One that has it alone may get a better name. */
function takeOwnership(db: DatabaseSync, namespace: string, isOwn: boolean): string {
  return transaction(db, () => {
    const owner = readMeta(db, 'namespace')
    if (owner === namespace || (owner !== null && !isOwn)) return owner
    writeMeta(db, 'namespace', namespace)
    return namespace
  })
}

/** Branches whose history names the repository, first one that exists: what is checked out may be an orphan. */
const mainRefs = ['refs/remotes/origin/HEAD', 'refs/heads/main', 'refs/heads/master', 'HEAD']

/** Null without commits, and in a shallow clone, which does not know its beginning. */
async function rootCommit(git: Git): Promise<string | null> {
  const shallow = await git.run(['rev-parse', '--is-shallow-repository']).catch(() => 'true')
  if (shallow.trim() !== 'false') return null
  for (const ref of mainRefs) {
    const args = ['rev-list', '--first-parent', '--max-parents=0', '--end-of-options', ref]
    const root = await git.run(args).catch(() => '')
    const [sha] = root.trim().split('\n')
    if (sha) return `git-${sha}`
  }
  return null
}

async function remoteName(git: Git): Promise<string | null> {
  const url = await git.run(['config', '--get', 'remote.origin.url']).catch(() => '')
  const address = normaliseRemote(url)
  if (address === '') return null
  return `remote-${createHash('sha256').update(address).digest('hex').slice(0, 32)}`
}

/** The same for all ways to write one address: `git@host:a/b.git`, `https://user:secret@HOST/a/b/`. */
export function normaliseRemote(url: string): string {
  const plain = url.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
  const [, host, path] = /^(?:[^@/]*@)?([^/:]+)(?::\d+(?=\/))?[/:](.*)$/.exec(plain) ?? []
  const tidy = (text: string) => text.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return host === undefined ? tidy(plain) : `${host.toLowerCase()}/${tidy(path ?? '')}`
}
