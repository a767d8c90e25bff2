/** What every importer must keep to, whatever lies on the disk: one suite for all, run on small files and on broken ones. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { withArtifacts } from '../../src/casebook/memories/contents.ts'
import type { EpisodeBody } from '../../src/memory/episode.ts'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { type Importer, longestText, type Machine, type Session } from '../../src/memory/episodes/session.ts'
import { recordSchema } from '../../src/memory/record.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import { breakText, damages } from './damage.ts'

/** Sessions of one agent as they lie on a disk, written for this project from the specification. */
export interface Fixture {
  name: string
  /** Writes everything below the empty folder `home`. Must write the same each time. */
  write(home: string): void | Promise<void>
  /** By default Linux with no environment and no repositories. */
  machine?(home: string): Partial<Machine>
  /** Sessions that come of it; default 1. */
  sessions?: number
}

/** A session whose verdict a person decided by reading it; the newest piece of work in it counts. */
export interface Labelled extends Fixture {
  agent: string
  verdict: EpisodeBody['outcome']['verdict']
  /** Why it is this verdict. */
  why: string
  /** Folder of the repository, where the agent writes beside the code below `home`; default `fixtureRoot`. */
  root?: (home: string) => string
}

/** Paths of a labelled session relative to its repository. */
export function relativeOf({ root }: Labelled, home: string) {
  return relativeTo(root?.(home))
}

/** Where the repository of fixtures lies: on no real machine. */
export const fixtureRoot = '/home/ana/shop'

export interface ReadHome {
  sessions: Session[]
  /** By the reference of what was found. */
  byRef: Map<string, Session[]>
  files: Map<string, readonly string[]>
  skipped: string[]
}

export function machineOf(fixture: Fixture, home: string): Machine {
  return { platform: 'linux', home, env: {}, repositories: [], ...fixture.machine?.(home) }
}

/** Everything that an importer makes of a machine. */
export async function readHome(
  importer: Importer,
  machine: Machine,
  signal?: AbortSignal,
): Promise<ReadHome> {
  const skipped: string[] = []
  const skips = { skip: (reason: string) => void skipped.push(reason) }
  const byRef = new Map<string, Session[]>()
  const files = new Map<string, readonly string[]>()
  for (const place of importer.places(machine)) {
    for await (const found of importer.find(place, skips, signal)) {
      files.set(found.ref, found.files)
      const own: Session[] = []
      byRef.set(found.ref, own)
      for await (const session of importer.read(found, skips, signal)) own.push(session)
    }
  }
  return { sessions: [...byRef.values()].flat(), byRef, files, skipped }
}

/** Paths of a session relative to the repository of a fixture. */
export function relativeTo(root = fixtureRoot) {
  return (path: string) => {
    if (!path.startsWith('/')) return path
    if (path === root) return ''
    return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null
  }
}

const usualRuns = Number(process.env.CASEBOOK_FUZZ_RUNS ?? 25)

/** Call at the top level of the importer's test file, with two to four fixtures: each costs a second or two. */
export function importerContract(importer: Importer, fixtures: readonly Fixture[]): void {
  describe(`${importer.agent} keeps the contract of importers`, () => {
    const root = mkdtempSync(join(tmpdir(), `casebook-${importer.agent}-`))
    const homes = fixtures.map((fixture, at) => ({ fixture, home: join(root, `home-${at}`) }))
    before(async () => {
      for (const { fixture, home } of homes) await writeFixture(fixture, home)
    })
    after(() => rmSync(root, { recursive: true, force: true }))

    test('a machine without the agent gives nothing', async () => {
      const machine = { platform: 'linux' as const, home: join(root, 'nobody'), env: {}, repositories: [] }
      assert.deepEqual((await readHome(importer, machine)).sessions, [])
      for (const platform of ['linux', 'darwin', 'win32'] as const)
        assert.ok(importer.places({ ...machine, platform }).every((place) => place !== ''))
    })

    for (const { fixture, home } of homes) {
      test(`${fixture.name}: sessions are whole, the same each time, and nothing is touched`, async () => {
        const machine = machineOf(fixture, home)
        const tree = treeOf(home)
        const read = await readHome(importer, machine)
        assert.equal(read.sessions.length, fixture.sessions ?? 1, `skipped: ${read.skipped.join('; ')}`)
        for (const session of read.sessions) checkSession(importer, session)
        assert.deepEqual((await readHome(importer, machine)).sessions, read.sessions)
        assert.deepEqual(treeOf(home), tree, 'files of another program were changed')
        for (const found of read.files.values())
          assert.ok(found.length > 0 && found.every((file) => statSync(file).isFile()), 'files to watch')
      })

      test(`${fixture.name}: a stop ends it at once`, async () => {
        const started = performance.now()
        await readHome(importer, machineOf(fixture, home), AbortSignal.abort()).catch(stopped)
        assert.ok(performance.now() - started < 1_000)
      })

      test(`${fixture.name}: whatever is broken costs only itself`, { timeout: 60_000 }, async () => {
        await fuzz({ importer, fixture, home, root })
      })
    }
  })
}

function stopped(error: unknown): void {
  const { name } = error as Error
  assert.ok(name === 'AbortError', `a stop ended in ${name}`)
}

/** Times lie in the past, so that a change of them is seen. */
async function writeFixture(fixture: Fixture, home: string): Promise<void> {
  mkdirSync(home, { recursive: true })
  await fixture.write(home)
  for (const path of pathsBelow(home).reverse()) utimesSync(path, 1_780_000_000, 1_780_000_000)
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .sort()
}

/** What may not change: names, contents, times, also those of folders. */
function treeOf(home: string): string[] {
  return pathsBelow(home).map((path) => {
    const { size, mtimeMs, mode } = lstatSync(path)
    const isFile = lstatSync(path).isFile()
    const hash = isFile ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
    return [relative(home, path), isFile ? size : 0, mtimeMs, mode, hash].join(' ')
  })
}

/** Longer by the notice of what was left out. */
const mostText = longestText + 200

function checkSession(importer: Importer, session: Session): void {
  assert.equal(session.agent, importer.agent)
  assert.ok(session.sessionId !== '' && session.sessionId.length <= 300, 'a session has an id')
  assert.ok(session.steps.length > 0, 'an empty session is none')
  assert.ok(Number.isInteger(session.startedAt) && Number.isInteger(session.endedAt), 'times are whole')
  assert.ok(session.startedAt <= session.endedAt, 'a session ends after it began')
  for (const value of [...session.folders, session.title, session.source])
    assert.equal(typeof value, 'string')
  for (const value of [session.remote, session.branch, session.headCommit, session.model])
    assert.ok(
      value === null || (typeof value === 'string' && value !== '' && value.length <= mostText),
      'a field is null, or filled and bounded',
    )
  const lines = new Map<string, number>()
  for (const step of session.steps) {
    checkStep(step)
    checkPlace(step.place, lines)
  }
  checkEpisodes(session)
}

function checkStep(step: Session['steps'][number]): void {
  assert.ok(step.at === null || Number.isInteger(step.at), 'a time is whole or null')
  for (const [name, value] of Object.entries(step)) {
    if (typeof value === 'string') assert.ok(value.length <= mostText, `${step.type}.${name} is bounded`)
    assert.ok(value !== undefined, `${step.type}.${name} is absent or has a value`)
  }
  if (step.type === 'command') {
    assert.equal(typeof step.command, 'string')
    assert.equal(typeof step.output, 'string')
    assert.ok(step.exitCode === null || Number.isInteger(step.exitCode), 'an exit code is whole or null')
    assert.equal(step.exitCode === null, step.evidence === null, 'an exit code has its evidence')
  }
  if (step.type === 'edit') {
    assert.ok(step.path !== '', 'an edit has a path')
    for (const value of [step.before, step.after, step.diff])
      assert.ok(value === undefined || typeof value === 'string')
  }
  if (step.type === 'user' || step.type === 'assistant') assert.equal(typeof step.text, 'string')
}

function checkPlace({ file, line }: Session['steps'][number]['place'], lines: Map<string, number>): void {
  assert.ok(isAbsolute(file), `a place is an absolute path: ${file}`)
  if (!lines.has(file)) {
    const count = file.endsWith('.zst')
      ? Number.POSITIVE_INFINITY
      : readFileSync(file).filter(isNewline).length
    lines.set(file, count + 1)
  }
  if (line !== undefined)
    assert.ok(line >= 1 && line <= (lines.get(file) ?? 0), `line ${line} of ${file} exists`)
}

function isNewline(byte: number): boolean {
  return byte === 10
}

/** Never a partial episode: each one is a valid record. */
function checkEpisodes(session: Session): void {
  const store = { putArtifact: () => '0'.repeat(64) } as unknown as MemoryStore
  for (const { draft: whole, places } of extractEpisodes(session, relativeTo())) {
    const draft = withArtifacts(whole, store)
    assert.ok(places.length > 0)
    const blank = { branch: null, commit: null, entities: [], tags: [], anchors: [], cue: '' }
    const times = { validFrom: 0, validTo: null, recordedAt: 0, retiredAt: null, lastUsedAt: null }
    const marks = { pinned: false, inhibited: false, edited: false, flags: [], masked: 0, links: [] }
    const own = { id: '0'.repeat(26), namespace: 'n', visibility: 'local', status: 'active', version: 1 }
    const counters = { retrieved: 0, shown: 0, cited: 0, helped: 0, hurt: 0 }
    const result = recordSchema.safeParse({ ...blank, ...times, ...marks, ...own, counters, ...draft })
    assert.ok(result.success, `an episode is valid: ${result.error?.message}`)
  }
}

interface Fuzzed {
  importer: Importer
  fixture: Fixture
  home: string
  root: string
}

async function fuzz({ importer, fixture, home, root }: Fuzzed): Promise<void> {
  const files = pathsBelow(home).filter((path) => lstatSync(path).isFile())
  const whole = await readHome(importer, machineOf(fixture, home))
  const broken = fc.record({
    file: fc.constantFrom(...files),
    damage: fc.constantFrom(...damages),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  })
  let run = 0
  const law = fc.asyncProperty(broken, async ({ file, damage, seed }) => {
    const other = join(root, `broken-${run++}`)
    cpSync(home, other, { recursive: true, preserveTimestamps: true })
    const target = join(other, relative(home, file))
    writeFileSync(target, breakText(readFileSync(target), damage, seed))
    try {
      const tree = treeOf(other)
      const read = await readHome(importer, machineOf(fixture, other))
      for (const session of read.sessions) checkSession(importer, session)
      assert.deepEqual(treeOf(other), tree, 'files of another program were changed')
      checkOthers({ whole, read, home, other, target })
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })
  await fc.assert(law, { seed: 4, numRuns: usualRuns, endOnFailure: true })
}

interface Compared {
  whole: ReadHome
  read: ReadHome
  home: string
  other: string
  target: string
}

/** Sessions that the broken file is no part of are read as before. */
function checkOthers({ whole, read, home, other, target }: Compared): void {
  const moved = (value: unknown) => JSON.stringify(value).replaceAll(other, home)
  for (const [ref, sessions] of whole.byRef) {
    const files = whole.files.get(ref) ?? []
    if (files.map((file) => file.replace(home, other)).includes(target)) continue
    const now = read.byRef.get(ref.replace(home, other)) ?? []
    // What lies beside (indexes, lists of folders) may lose its part: titles and folders, never steps.
    assert.equal(moved(now.map(({ steps }) => steps)), moved(sessions.map(({ steps }) => steps)))
  }
}
