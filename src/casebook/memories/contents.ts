/** Masks a draft and moves its long contents into artifacts: what a store holds is short and free of secrets. */

import { type Content, longestInline } from '../../memory/episode.ts'
import type { RecordDraft } from '../../memory/record.ts'
import type { ArtifactInfo, MemoryStore } from '../../memory/store/memory-store.ts'

/** Lines of a preview: the first and the last ones tell most of an output. */
const previewLines = { first: 20, last: 20 }
/** Characters of a preview; `contentSchema` takes 8,000. */
const longestPreview = 6_000
/** Characters of evidence that are kept of one output. */
const longestArtifact = 20_000_000

/** `draft` is masked already. Only what is new is written; an artifact that nothing names goes with the next sweep. */
export function withArtifacts(draft: RecordDraft, store: MemoryStore): RecordDraft {
  const { episode } = draft
  if (episode === undefined) return draft
  const kept = (content: Content, kind: ArtifactInfo['kind']) => keepContent(content, kind, store)
  const maybe = (content: Content | null, kind: ArtifactInfo['kind']) =>
    content === null ? null : kept(content, kind)
  return {
    ...draft,
    episode: {
      ...episode,
      attempts: episode.attempts.map((attempt) => ({
        ...attempt,
        content: kept(attempt.content, attempt.kind === 'patch' ? 'diff' : 'file'),
        feedback: maybe(attempt.feedback, 'tool_output'),
      })),
      commands: episode.commands.map((run) => ({ ...run, output: maybe(run.output, 'log') })),
      patch:
        episode.patch?.content === undefined
          ? episode.patch
          : { ...episode.patch, content: kept(episode.patch.content, 'diff') },
    },
  }
}

function keepContent(content: Content, kind: ArtifactInfo['kind'], store: MemoryStore): Content {
  if (content.artifact !== undefined || content.text.length <= longestInline) return content
  const mime = kind === 'diff' ? 'text/x-diff' : 'text/plain'
  const artifact = store.putArtifact(kind, mime, content.text.slice(0, longestArtifact))
  return { text: preview(content.text), artifact }
}

/** First and last lines, and how many are between. */
export function preview(text: string): string {
  const lines = text.split('\n')
  const { first, last } = previewLines
  if (lines.length <= first + last + 1) return clipped(text, longestPreview)
  const half = longestPreview / 2 - 50
  const head = clipped(lines.slice(0, first).join('\n'), half)
  const tail = clippedStart(lines.slice(-last).join('\n'), half)
  return `${head}\n[${lines.length - first - last} lines left out]\n${tail}`
}

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 20)}\n[cut here]`
}

function clippedStart(text: string, most: number): string {
  return text.length <= most ? text : `[cut here]\n${text.slice(20 - most)}`
}
