/** What the judges of new memories may look at: sources, the repository's names, what was shown. Lookups, no effects. */

import type { Content } from '../episode.ts'
import type { MemoryRecord, RecordDraft, Source } from '../record.ts'

export interface Evidence {
  /**
   * Text of a cited source, with its artifact and its turns; null when any part of it does not exist. For episodes
   * see `episodeText`. Not asked for sources of type `person`.
   */
  textOf(source: Source): string | null
  /** Whether the repository has such a path, symbol, package, signature or issue. */
  knowsEntity(entity: string): boolean
  /** Records that were shown in this session. */
  shownIn(sessionId: string): readonly Pick<MemoryRecord, 'id' | 'text'>[]
  /** Session behind a source that is not one itself, for example of an episode; `intake` knows it by itself. */
  sessionOf?(source: Source): string | null
  /** Secrets that a scan still finds. */
  secretsIn(text: string): number
  /** In how many episodes a literal occurs; without it lessons are not checked for being about one case only. */
  episodesNaming?(literal: string): number
}

/** An agent's own word: it has no source but the agent, and is shown to nobody before a person accepts it. */
export function isProposed({ provenance }: Pick<RecordDraft, 'provenance'>): boolean {
  return provenance.method === 'remember' && provenance.author !== 'person'
}

export function isByPerson(draft: Pick<RecordDraft, 'provenance'>): boolean {
  return draft.provenance.author === 'person'
}

/** `model@prompt-version`, as provenance names the author of what a model wrote. */
export function isByModel(draft: Pick<RecordDraft, 'provenance'>): boolean {
  return draft.provenance.author.includes('@')
}

/** Everything that an episode says, as the ground for what is learned from it; `artifact` gives whole texts by sha-256. */
export function episodeText(
  record: MemoryRecord,
  artifact: (sha: string) => string | null = () => null,
): string {
  const { episode } = record
  const head = [record.text, record.cue, ...record.entities, ...record.anchors.map((anchor) => anchor.path)]
  if (episode === undefined) return head.join('\n')
  const whole = (content: Content | null | undefined) =>
    content === null || content === undefined
      ? ''
      : ((content.artifact === undefined ? null : artifact(content.artifact)) ?? content.text)
  const attempts = episode.attempts.flatMap((one) => [
    whole(one.content),
    whole(one.feedback),
    one.analysis,
    one.advice,
    ...one.files,
  ])
  const commands = episode.commands.flatMap((one) => [
    one.command,
    one.exitCode === null ? '' : `exit code ${one.exitCode}`,
    whole(one.output),
  ])
  const rest = [episode.goal, ...episode.issues.map((issue) => `#${issue} ${issue}`), ...episode.signatures]
  const ends = [...episode.corrections, ...episode.outcome.evidence, episode.outcome.command ?? '']
  const code = [...episode.files.map((file) => file.path), ...episode.symbols, ...episode.tests]
  return [...head, ...rest, ...attempts, ...commands, ...code, ...ends, whole(episode.patch?.content)].join(
    '\n',
  )
}
