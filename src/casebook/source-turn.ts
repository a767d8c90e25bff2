/** The turn of another agent's session that an episode began with, read again from its file for a person who wants to see it. */

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, sep } from 'node:path'
import { placeText } from '../memory/episodes/extract.ts'
import { importers } from '../memory/episodes/importers.ts'
import type { FoundSession, Importer, Machine, Session, Step } from '../memory/episodes/session.ts'
import { UserError } from '../memory/ports.ts'
import type { MemoryRecord } from '../memory/record.ts'
import { redact } from '../memory/safety/redact.ts'
import type { SourceTurn, TurnPart } from '../protocol-sessions.ts'

/** Sessions of one file that are read in search of the right one: a database may hold thousands. */
const mostRead = 20
/** Folders above the file in which a session is looked for that lies at none of the usual places. */
const mostAbove = 3
const mostParts = 60
/** Characters of one part: a page for people, not a copy of the log. */
const longestPart = 6_000

const nobody = { skip: () => undefined }

/** Reads only. Throws `UserError` where the record comes from no session. */
export async function readSourceTurn(
  record: MemoryRecord | null,
  machine: Machine = thisMachine(),
): Promise<SourceTurn> {
  const source = record?.provenance.sources.find(
    ({ type, place }) => type === 'session' && place !== undefined,
  )
  if (record === null || source?.place === undefined) {
    throw new UserError('This memory has no source turn.', 'Only episodes of imported sessions have one.')
  }
  const { place } = source
  const at = positionOf(place)
  const agent = source.agent ?? record.episode?.agent ?? ''
  const importer = importers.find((one) => one.agent === agent)
  const head = { agent, title: importer?.title ?? agent, place, ...at }
  const exists = existsSync(at.file)
  const none = { ...head, exists, parts: [], cut: false }
  if (!exists || importer === undefined) return none
  const session = await sessionOf(importer, { record, file: at.file, machine })
  const from = session?.steps.findIndex((step) => placeText(step.place) === place) ?? -1
  if (session === null || from === -1) return none
  const turn = turnFrom(session.steps, from)
  const parts = await Promise.all(turn.slice(0, mostParts).map(partOf))
  return { ...head, exists, parts, cut: turn.length > mostParts }
}

/** A key may hold any sign, and so may the name of a folder: what is there decides. */
export function positionOf(
  place: string,
  exists: (file: string) => boolean = existsSync,
): Pick<SourceTurn, 'file' | 'line'> {
  const [, named, line] = /^(.*):(\d+)$/s.exec(place) ?? []
  if (named !== undefined && (exists(named) || !place.includes('#')))
    return { file: named, line: Number(line) }
  const marks = [...place.matchAll(/#/g)].map(({ index }) => place.slice(0, index))
  const file = exists(place) ? place : (marks.reverse().find(exists) ?? marks.at(-1) ?? place)
  return { file, line: null }
}

function thisMachine(): Machine {
  return { platform: process.platform, home: homedir(), env: process.env, repositories: [] }
}

interface Sought {
  record: MemoryRecord
  file: string
  machine: Machine
}

async function sessionOf(importer: Importer, sought: Sought): Promise<Session | null> {
  const sessionId = sought.record.episode?.sessionId
  const candidates = await foundWith(importer, sought)
  // A database names its sessions in their references: those that fit are read first.
  candidates.sort((a, b) => Number(b.ref.includes(sessionId ?? '')) - Number(a.ref.includes(sessionId ?? '')))
  for (const found of candidates.slice(0, mostRead)) {
    for await (const session of importer.read(found, nobody)) {
      if (session.sessionId === sessionId) return session
    }
  }
  return null
}

async function foundWith(importer: Importer, { file, machine }: Sought): Promise<FoundSession[]> {
  const usual = importer.places(machine).filter((place) => existsSync(place) && isWithin(file, place))
  const above = [file]
  while (above.length <= mostAbove) above.push(dirname(above.at(-1) ?? file))
  for (const place of new Set([...usual, ...above])) {
    const found: FoundSession[] = []
    for await (const one of importer.find(place, nobody)) if (holds(one, file)) found.push(one)
    if (found.length > 0) return found
  }
  return []
}

function holds({ ref, files }: FoundSession, file: string): boolean {
  return files.includes(file) || ref === file || isWithin(file, ref)
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** Up to the next thing that the person said. */
function turnFrom(steps: readonly Step[], from: number): Step[] {
  const end = steps.findIndex((step, at) => at > from && step.type === 'user' && step.subagent !== true)
  return steps.slice(from, end === -1 ? undefined : end)
}

/** Masked: what is shown in an editor may be read by other extensions. */
async function partOf(step: Step): Promise<TurnPart> {
  const { kind, text } = saidBy(step)
  // What is masked is longer than what is shown: half a secret is not known as one.
  const masked = (await redact(text.slice(0, 2 * longestPart))).text
  const shown = masked.length > longestPart ? `${masked.slice(0, longestPart)}\n…` : masked
  return { kind, text: shown, place: placeText(step.place) }
}

function saidBy(step: Step): Pick<TurnPart, 'kind' | 'text'> {
  switch (step.type) {
    case 'user':
    case 'assistant':
      return { kind: step.type, text: step.text }
    case 'command': {
      const exit = step.exitCode === null ? '' : `\n[exit ${step.exitCode}]`
      return { kind: 'command', text: `$ ${step.command}\n${step.output}${exit}`.trim() }
    }
    case 'edit':
      return { kind: 'edit', text: [step.path, step.diff ?? step.after ?? ''].join('\n').trim() }
    case 'tool':
      return { kind: 'tool', text: [step.name, step.input, step.output].join('\n').trim() }
    case 'signal':
      return { kind: 'note', text: [step.signal, step.detail].join(' ').trim() }
    case 'compaction':
      return { kind: 'note', text: step.text }
  }
}
