/** Facts and lessons of the history without a model: derived on the default branch, compared with what is known, and taken in. */

import { createHash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import type { EventDraft } from '../memory/event.ts'
import type { Git } from '../memory/git.ts'
import { readBranches } from '../memory/indexing/branches.ts'
import { type HistoryMessages, readFixes } from '../memory/indexing/fix-history.ts'
import { listCommits, readCommits } from '../memory/indexing/history.ts'
import {
  type CommandFinding,
  commandFact,
  commandFindings,
  commandMethod,
} from '../memory/learn/command-facts.ts'
import { type FileText, mayHoldCommands } from '../memory/learn/command-files.ts'
import { episodeText } from '../memory/learn/evidence.ts'
import { avoidLesson, avoidMethod, type TakenBack, worthAvoiding } from '../memory/learn/history-avoid.ts'
import { type ChangeSet, closePairs, coChangeFact } from '../memory/learn/history-cochange.ts'
import { codeFiles } from '../memory/learn/history-episodes.ts'
import { episodeId } from '../memory/learn/history-ids.ts'
import {
  localisationLesson,
  type PastFix,
  pastFixOf,
  saysAboutTheSame,
  symptoms,
} from '../memory/learn/history-localisation.ts'
import { intake } from '../memory/learn/intake.ts'
import type { LearnProposal } from '../memory/learn/proposal.ts'
import type { MemoryRecord, RecordDraft, Source } from '../memory/record.ts'
import { flagged } from '../memory/safety/record-flags.ts'
import { findOwn } from '../memory/safety/redact.ts'
import type { MemoryStore } from '../memory/store/memory-store.ts'
import { type HistoryState, historian } from './history-state.ts'

interface Learning {
  git: Git
  store: MemoryStore
  head: string
  messages: HistoryMessages
  state: HistoryState
  mask: (drafts: readonly RecordDraft[]) => Promise<RecordDraft[]>
  signal: AbortSignal
}

/** New fixes from which it is worth to look again: what follows from the history moves slowly. */
const enoughNews = 10
/** Commits whose files are compared for what changes together. */
const coChangeCommits = 5_000
/** Command files that are read at most, and their bytes. */
const mostFiles = 80

/** Nothing happens on an unmerged branch after the first time: what is true of the repository is read off its default branch. */
export async function learnFromHistory(
  learning: Learning,
): Promise<{ learned: number; state: Partial<HistoryState> }> {
  const { git, state, signal } = learning
  const base = await defaultBase(learning)
  const tree = await readTree(git, base, signal)
  const candidates = [...tree].filter(([path]) => mayHoldCommands(path)).slice(0, mostFiles)
  const commandFiles = createHash('sha256').update(JSON.stringify(candidates)).digest('hex').slice(0, 32)
  const isNews = state.learnedAt === null || state.waiting >= enoughNews
  if (!isNews && commandFiles === state.commandFiles) return { learned: 0, state: { learnedAt: base } }
  const files = await readTexts(git, candidates, signal)
  const drafts = await derive({ ...learning, head: base }, { tree, files })
  const masked = (await learning.mask(drafts)).map((draft) => flagged(draft))
  signal.throwIfAborted()
  const learned = take(learning, masked, texts(files, await commitTexts(learning, masked)))
  return { learned, state: { learnedAt: base, commandFiles, waiting: 0 } }
}

/** The newest commit of the history that is on the default branch. */
async function defaultBase({ git, head, signal }: Learning): Promise<string> {
  const { standardTips } = await readBranches(git, signal)
  for (const tip of standardTips) {
    const base = await git.run(['merge-base', head, tip], signal).catch(() => '')
    if (base.trim() !== '') return base.trim()
  }
  return head
}

async function readTree(git: Git, commit: string, signal: AbortSignal): Promise<Map<string, string>> {
  const tree = new Map<string, string>()
  for await (const entry of git.records(['ls-tree', '-r', '-z', commit], { signal })) {
    const [facts = '', path = ''] = entry.split('\t')
    const [mode, type, oid] = facts.split(' ')
    if (type === 'blob' && mode !== '120000' && oid !== undefined) tree.set(path, oid)
  }
  return tree
}

async function readTexts(
  git: Git,
  files: readonly [string, string][],
  signal: AbortSignal,
): Promise<FileText[]> {
  const texts: FileText[] = []
  for (const [path, blob] of files) {
    signal.throwIfAborted()
    texts.push({ path, blob, text: (await git.run(['cat-file', 'blob', blob], signal)).slice(0, 500_000) })
  }
  return texts
}

interface Here {
  tree: ReadonlyMap<string, string>
  files: readonly FileText[]
}

async function derive(learning: Learning, { tree, files }: Here): Promise<RecordDraft[]> {
  const { git, head, store, signal, messages } = learning
  const exists = (path: string) => tree.has(path)
  const place = { head, branch: null, blobOf: (path: string) => tree.get(path) }
  const time = await newestChange(git, head, files, signal)
  const commands = commandFindings(files).map((finding: CommandFinding) =>
    commandFact(finding, { head, branch: null, time }),
  )
  const changes: ChangeSet[] = []
  for await (const commit of readCommits(git, await listCommits(git, head, coChangeCommits, signal), signal))
    changes.push(commit)
  const pairs = closePairs(changes, exists).map((pair) => coChangeFact(pair, place))
  await breathe()
  const found = symptoms(pastFixes(store), exists).map((symptom) => localisationLesson(symptom, place))
  await breathe()
  const avoided = worthAvoiding(await takenBack(learning)).map((one) => avoidLesson(one, null))
  retractRestored(store, messages)
  return [...commands, ...found, ...pairs, ...avoided]
}

/** Unix seconds. */
async function newestChange(
  git: Git,
  head: string,
  files: readonly FileText[],
  signal: AbortSignal,
): Promise<number> {
  const paths = files.length === 0 ? [] : ['--', ...files.map(({ path }) => path)]
  const time = Number(await git.run(['log', '-1', '--format=%ct', head, ...paths], signal))
  return time > 0 ? time : Number(await git.run(['log', '-1', '--format=%ct', head], signal))
}

/** Fixes that stand, newest first. */
function pastFixes(store: MemoryStore): PastFix[] {
  const filter = {
    kinds: ['episode'],
    statuses: ['active'],
    branches: [],
    origin: 'history',
    limit: -1,
  } as const
  return store.list(filter).flatMap((record) => pastFixOf(record) ?? [])
}

/** Reverts whose effect stands, newest first, with what they took back. */
async function takenBack({ git, store, messages, signal }: Learning): Promise<TakenBack[]> {
  const reverts = messages.fixes.filter(({ kind, reverts }) => kind === 'revert' && reverts.length > 0)
  const fixes = new Map(messages.fixes.map((fix) => [fix.sha, fix]))
  const read = await readFixes(git, reverts.slice(0, 400), signal)
  return read.flatMap((revert): TakenBack[] => {
    const sha = revert.reverts[0] ?? ''
    const original = messages.others.get(sha)
    if (original === undefined || codeFiles(revert).length === 0) return []
    const own = fixes.get(sha)
    const isFix = own?.kind === 'fix' && store.get(episodeId(sha, own.time)) !== null
    return [{ revert, original, isFix }]
  })
}

/** An `avoid` lesson whose revert was itself taken back is wrong. */
function retractRestored(store: MemoryStore, messages: HistoryMessages): void {
  const undone = new Set(messages.fixes.flatMap(({ sha, revertedBy }) => (revertedBy === null ? [] : [sha])))
  const events = known(store, avoidMethod).flatMap((record): EventDraft[] => {
    const revert = record.lesson?.params.revert ?? ''
    if (!undone.has(revert) || record.edited || !isAlive(record)) return []
    const fields = { status: { before: record.status, after: 'retracted' } }
    const changes = [{ op: 'set' as const, id: record.id, fields }]
    return [
      { type: 'RETRACTED', actor: historian, reason: `${revert.slice(0, 12)} was itself reverted.`, changes },
    ]
  })
  if (events.length > 0) store.append(events)
}

function known(store: MemoryStore, method: string): MemoryRecord[] {
  const all = store.list({ kinds: ['fact', 'lesson'], origin: 'indexer', muted: true, limit: -1 })
  return all.filter(({ provenance }) => provenance.method === method)
}

function isAlive({ status }: MemoryRecord): boolean {
  return status !== 'superseded' && status !== 'retracted' && status !== 'archived'
}

/** Most facts and lessons of one method at a time: the best supported came first, and nobody must drown. */
const mostAlive: Record<string, number> = {
  [commandMethod]: 24,
  'history/co-change': 40,
  'history/localisation': 80,
  [avoidMethod]: 40,
}

/** Takes in what is new or different. What is known already, retracted or edited by a person makes no event. */
function take(
  learning: Learning,
  drafts: readonly RecordDraft[],
  textOf: (source: Source) => string | null,
): number {
  const { store } = learning
  const methods = [...new Set(drafts.map(({ provenance }) => provenance.method))]
  const records = new Map(methods.map((method) => [method, known(store, method)]))
  const alive = new Map([...records].map(([method, own]) => [method, own.filter(isAlive).length]))
  const proposals = drafts.flatMap((draft): LearnProposal[] => {
    const { method } = draft.provenance
    const same = (records.get(method) ?? []).filter((record) => subjectOf(record) === subjectOf(draft))
    if (same.some((record) => saysTheSame(record, draft))) return []
    const current = same.find(isAlive)
    if (current !== undefined)
      return [{ op: 'supersede', target: current.id, draft, why: 'the history says otherwise now' }]
    const count = alive.get(method) ?? 0
    if (count >= (mostAlive[method] ?? 0)) return []
    alive.set(method, count + 1)
    return [{ op: 'add', draft }]
  })
  if (proposals.length === 0) return 0
  const events = store.decide(() => decided(store, proposals, textOf))
  return events.filter(({ type }) => type === 'ADMITTED').length
}

/** What it is about: of two with the same subject only one holds. */
function subjectOf({ fact, lesson }: Pick<RecordDraft, 'fact' | 'lesson'>): string {
  return fact?.key ?? lesson?.params.revert ?? lesson?.params.path ?? ''
}

function saysTheSame(record: MemoryRecord, draft: RecordDraft): boolean {
  if (record.edited || record.pinned) return true
  if (record.status === 'superseded') return false
  if (draft.fact !== undefined) return record.fact?.value === draft.fact.value
  if (record.status === 'retracted' || record.status === 'archived') return true
  const words = draft.lesson?.params.words
  return words === undefined || saysAboutTheSame(record.lesson?.params.words ?? '', words.split(' '))
}

function decided(
  store: MemoryStore,
  proposals: readonly LearnProposal[],
  textOf: (source: Source) => string | null,
): EventDraft[] {
  return intake(proposals, {
    actor: historian,
    evidence: {
      textOf,
      knowsEntity: () => true,
      shownIn: () => [],
      secretsIn: (text) => findOwn(text).length,
    },
    complete: (draft) => store.complete(draft),
    get: (id) => store.get(id),
    neighbours: (draft) => sameKey(store, draft),
    now: Date.now(),
  })
}

/** What is derived here differs by its subject; likeness of words says nothing about it. */
function sameKey(store: MemoryStore, draft: RecordDraft): { record: MemoryRecord; cosine: null }[] {
  const key = draft.fact?.key ?? null
  if (key === null) return []
  const found = store.list({ key: { kind: 'fact', value: key }, muted: true, limit: 10 })
  return found.map((record) => ({ record, cosine: null }))
}

/** Words of the commits that drafts cite: the episode where there is one, else message and files. */
async function commitTexts(
  { git, store, messages, signal }: Learning,
  drafts: readonly RecordDraft[],
): Promise<Map<string, string>> {
  const times = new Map(messages.fixes.map(({ sha, time }) => [sha, time]))
  const cited = new Set(
    drafts.flatMap(({ provenance }) =>
      provenance.sources.filter(({ type }) => type === 'commit').map(({ ref }) => ref),
    ),
  )
  const found = new Map<string, string>()
  const rest: string[] = []
  for (const sha of cited) {
    const time = times.get(sha)
    const record = time === undefined ? null : store.get(episodeId(sha, time))
    if (record === null) rest.push(sha)
    else found.set(sha, episodeText(record))
  }
  for await (const { sha, subject, body, files } of readCommits(git, rest, signal))
    found.set(sha, [sha, subject, body, ...files.map(({ path }) => path)].join('\n'))
  return found
}

/** A manifest says by its presence what its tool is called with. */
const conventions =
  'cargo test, cargo build, go test ./..., go build ./..., mvn test, mvn package, ./gradlew test, sbt test, dotnet test, dotnet build, vendor/bin/phpunit, tox, pytest, npm test, npm run lint, npm run build'

function texts(
  files: readonly FileText[],
  commits: ReadonlyMap<string, string>,
): (source: Source) => string | null {
  const byPath = new Map(files.map(({ path, text }) => [path, `${path}\n${text}\n${conventions}`]))
  return ({ type, ref }) => (type === 'file' ? byPath.get(ref) : commits.get(ref)) ?? null
}
