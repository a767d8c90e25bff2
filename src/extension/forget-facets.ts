/** Origins, agents and sessions that memories came from, to choose what is to be forgotten. */

import type { EpisodeBody } from '../memory/episode.ts'
import type { MemoryRecord } from '../memory/record.ts'
import type { ForgetSource } from '../protocol-memories.ts'
import { dateText } from './memory-text.ts'

export interface ForgetFacet {
  source: ForgetSource
  /** With a codicon. */
  label: string
  count: number
}

/** Origins first, then agents, then sessions, newest first. */
export function forgetFacets(records: readonly Pick<MemoryRecord, 'episode'>[]): ForgetFacet[] {
  const episodes = records.flatMap(({ episode }) => episode ?? [])
  const origins = Map.groupBy(episodes, ({ origin }) => origin)
  const agents = Map.groupBy(episodes, ({ agent }) => agent)
  const sessions = Map.groupBy(
    episodes.toSorted((a, b) => b.startedAt - a.startedAt),
    ({ sessionId }) => sessionId,
  )
  return [
    ...[...origins].map(([origin, members]) => ({
      source: { origin },
      label: `$(archive) ${originTexts[origin]}`,
      count: members.length,
    })),
    ...[...agents].flatMap(([agent, members]) =>
      agent === null ? [] : [{ source: { agent }, label: `$(robot) agent ${agent}`, count: members.length }],
    ),
    ...[...sessions].flatMap(([sessionId, members]) => {
      const [first] = members
      if (sessionId === null || first === undefined) return []
      const label = `$(comment-discussion) session of ${dateText(first.startedAt)}, ${sessionId}`
      return [{ source: { sessionId }, label, count: members.length }]
    }),
  ]
}

const originTexts: Record<EpisodeBody['origin'], string> = {
  history: 'the history of the repository',
  session: 'sessions of all agents',
  repair: 'repairs by Casebook',
  person: 'what people entered',
}
