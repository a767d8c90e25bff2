/** The first lines of each hit, read from where the view stands: the work tree, or the objects of a commit. */

import type { Git } from '../memory/git.ts'
import { type TreeFiles, treeFiles } from '../memory/tree-files.ts'
import type { Span } from '../memory/types.ts'
import type { ChunkHit, Hit } from '../protocol.ts'

export interface PreviewSource {
  root: string
  git: Git
  /** Full id for time travel; null for the work tree. */
  commit: string | null
}

const mostLines = 12
const longestLine = 300
/** A file that grew beyond this since it was indexed has no preview. */
const mostBytes = 32_000_000

/** Hits with their previews; one that cannot be read any more keeps an empty one. */
export async function withPreviews(hits: readonly Hit[], source: PreviewSource): Promise<Hit[]> {
  const files = treeFiles(source.root)
  const texts = new Map<string, Promise<string>>()
  const textOf = (path: string) => {
    const known = texts.get(path) ?? readText(path, source, files).catch(() => '')
    texts.set(path, known)
    return known
  }
  const preview = async (hit: ChunkHit) => ({ ...hit, preview: excerpt(await textOf(hit.path), hit.span) })
  return await Promise.all(hits.map((hit) => (hit.type === 'chunk' ? preview(hit) : hit)))
}

/** The lines of `span` from the first that is not blank, without their common indentation. */
export function excerpt(text: string, { startLine, endLine }: Span): string {
  const lines = text.split(/\r?\n/).slice(startLine - 1, endLine)
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first < 0) return ''
  const shown = lines.slice(first, first + mostLines)
  const indents = shown.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const indent = Math.min(...indents)
  return shown
    .map((line) => line.slice(indent, indent + longestLine).trimEnd())
    .join('\n')
    .trimEnd()
}

async function readText(path: string, { git, commit }: PreviewSource, files: TreeFiles): Promise<string> {
  if (commit !== null) return await git.run(['cat-file', 'blob', `${commit}:${path}`])
  // Since it was indexed, something else may have taken the place of the file: a link or a pipe is not read.
  const file = await files.read(path, mostBytes)
  return typeof file === 'object' && 'bytes' in file ? file.bytes.toString('utf8') : ''
}
