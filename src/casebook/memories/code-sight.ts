/** The code as memory sees it: anchors against the index and the disk, and the branches that are visible from here. */

import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Branches, birthBranch, readBranches, visibleFrom } from '../../memory/indexing/branches.ts'
import { openKnown } from '../../memory/recall/abstain.ts'
import { KeptCorpus } from '../../memory/recall/kept-corpus.ts'
import { type AnchorCheck, openAnchorCheck } from '../../memory/recall/records/anchors.ts'
import { openViewLookup, type ViewLookup } from '../../memory/recall/records/view-lookup.ts'
import type { AnchorState } from '../../memory/recollection.ts'
import type { Anchor } from '../../memory/record.ts'
import { isDamage } from '../../memory/store/database.ts'
import { treeFiles } from '../../memory/tree-files.ts'
import type { Repository } from '../repository.ts'
import type { CodeView } from './room.ts'

/** Branches as the view that asks sees them. */
export interface BranchSight {
  /** Those whose own memories are visible besides those of the whole repository. */
  visible: string[]
  /** Where a memory made now is born; null: it holds everywhere. */
  birth: string | null
  /** Commit that is looked at; null outside git and before the first one. */
  head: string | null
  /** Null for a plain folder and for time travel. */
  all: Branches | null
}

export interface CodeSightOptions {
  repository: Repository
  /** Null while the index is damaged. */
  view: () => CodeView | null
  /** Bytes; larger files are not hashed. */
  maxFileSize: number
}

/** What a view knows by exact names: its statements are prepared once. */
export interface KnownNames {
  lookup: ViewLookup
  /** Whether a name occurs in code, paths or commits. */
  known: (name: string) => boolean
}

interface Seen {
  stamp: string
  oid: string
}

export class CodeSight {
  readonly #options: CodeSightOptions
  #check: { view: CodeView; check: AnchorCheck } | null = null
  #names: { view: CodeView; names: KnownNames } | null = null
  #branches: { stamp: string; sight: Promise<BranchSight> } | null = null
  /** What `locate` learned about words and read of the view, for the next question. */
  readonly learned = { stems: new Map<string, string>(), kept: new KeptCorpus() }
  /** Hashes of files by path, for as long as size and time stay. */
  readonly #seen = new Map<string, Seen>()

  constructor(options: CodeSightOptions) {
    this.#options = options
  }

  view(): CodeView | null {
    return this.#options.view()
  }

  names(view: CodeView): KnownNames {
    if (this.#names === null || !isSame(this.#names.view, view)) {
      const names = { lookup: openViewLookup(view), known: openKnown(view.db, view.viewId) }
      this.#names = { view, names }
    }
    return this.#names.names
  }

  /**
   * State of each anchor by the index, and by the file itself where it can be read: an index that is behind never
   * makes a stale record look fresh.
   */
  async states(anchors: readonly Anchor[]): Promise<AnchorState[]> {
    const view = this.view()
    const judged = view === null ? anchors.map(unknown) : this.#judge(view, anchors)
    if (this.#options.repository.commit !== null)
      return view?.complete === true ? judged : judged.map(doubted)
    return await Promise.all(judged.map((state) => this.#confirm(state, view)))
  }

  /** By the index alone. */
  #judge(view: CodeView, anchors: readonly Anchor[]): AnchorState[] {
    if (this.#check === null || !isSame(this.#check.view, view))
      this.#check = { view, check: openAnchorCheck(view) }
    try {
      return this.#check.check.check(anchors)
    } catch (error) {
      if (!isDamage(error)) throw error
      return anchors.map(unknown)
    }
  }

  /** Looks at the file that the index speaks of. */
  async #confirm(judged: AnchorState, view: CodeView | null): Promise<AnchorState> {
    const { anchor, state, to } = judged
    if (state === 'gone') return await this.#confirmGone(judged, view)
    const path = to?.path ?? anchor.path
    const indexed = to?.blob ?? (to === undefined ? anchor.blob : undefined)
    const now = await this.#oidOf(path, indexed ?? anchor.blob)
    if (now === null)
      return view?.complete === true ? { anchor, state: 'gone' } : { anchor, state: 'drifted' }
    // A link, a pipe, or too large by now: nobody knows what is in it.
    if (now === 'unread') return state === 'drifted' ? judged : { anchor, state: 'drifted' }
    if (now === anchor.blob) return path === anchor.path ? { anchor, state: 'fresh' } : judged
    return now === indexed ? judged : { anchor, state: 'drifted', to: { path } }
  }

  /** What the index does not have may be there: written after the last run, or not indexed at all. */
  async #confirmGone(judged: AnchorState, view: CodeView | null): Promise<AnchorState> {
    const { anchor } = judged
    const now = await this.#oidOf(anchor.path, anchor.blob)
    if (now === anchor.blob) return { anchor, state: 'fresh' }
    if (now !== null && view?.complete !== true)
      return { anchor, state: 'drifted', to: { path: anchor.path } }
    // Without an index nobody knows whether it moved.
    return view?.complete === true ? judged : { anchor, state: 'drifted' }
  }

  /** Git blob id of the bytes on disk in the hash of `like`; null: no file. */
  async #oidOf(path: string, like: string): Promise<string | 'unread' | null> {
    const { repository, maxFileSize } = this.#options
    const stat = statSync(join(repository.root, path), { throwIfNoEntry: false, bigint: true })
    if (stat === undefined) return null
    if (!stat.isFile() || like === '') return 'unread'
    const stamp = `${stat.mtimeNs} ${stat.size} ${stat.ino} ${like.length}`
    const known = this.#seen.get(path)
    if (known?.stamp === stamp) return known.oid
    const file = await treeFiles(repository.root).read(path, maxFileSize)
    if (file === 'gone') return null
    if (typeof file === 'string' || !('bytes' in file)) return 'unread'
    const hash = createHash(like.length === 64 ? 'sha256' : 'sha1')
    const oid = hash.update(`blob ${file.bytes.length}\0`).update(file.bytes).digest('hex')
    // A file written in the same instant would have the same stamp.
    if (Date.now() - Number(stat.mtimeMs) > 2_000) this.#remember(path, { stamp, oid })
    return oid
  }

  #remember(path: string, seen: Seen): void {
    if (this.#seen.size >= mostSeen) this.#seen.clear()
    this.#seen.set(path, seen)
  }

  /** Read again only when git's references moved: it costs several processes. */
  branches(): Promise<BranchSight> {
    const { git, hasHistory, commit } = this.#options.repository
    if (!hasHistory) return Promise.resolve({ visible: [], birth: null, head: null, all: null })
    if (commit !== null) return Promise.resolve({ visible: [], birth: null, head: commit, all: null })
    const stamp = referenceStamp(git)
    if (this.#branches?.stamp === stamp) return this.#branches.sight
    const sight = this.#readBranches()
    this.#branches = { stamp, sight }
    sight.catch(() => {
      this.#branches = null
    })
    return sight
  }

  async #readBranches(): Promise<BranchSight> {
    const { git } = this.#options.repository
    const all = await readBranches(git)
    return { visible: await visibleFrom(git, all), birth: birthBranch(all), head: all.head, all }
  }
}

function isSame(one: CodeView, other: CodeView): boolean {
  return one.db === other.db && one.viewId === other.viewId
}

/** Files whose hashes are remembered. */
const mostSeen = 20_000

/** Without an index: as far as anybody knows it is as it was, and the file itself decides. */
function unknown(anchor: Anchor): AnchorState {
  return { anchor, state: 'gone' }
}

/** An old commit that is not indexed: there is no file to look at. */
function doubted(judged: AnchorState): AnchorState {
  return judged.state === 'gone' ? { anchor: judged.anchor, state: 'drifted' } : judged
}

/** Changes with every commit, checkout, fetch, and with every new or deleted branch. */
function referenceStamp({ gitDir, commonDir }: Repository['git']): string {
  const places = [
    join(gitDir, 'HEAD'),
    join(gitDir, 'logs/HEAD'),
    join(commonDir, 'packed-refs'),
    join(commonDir, 'refs/heads'),
    join(commonDir, 'refs/remotes'),
    join(commonDir, 'refs/remotes/origin'),
    join(commonDir, 'logs/refs/heads'),
    join(commonDir, 'reftable/tables.list'),
  ]
  return places.map((place) => statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0).join(' ')
}
