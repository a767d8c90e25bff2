/** Handles in texts: `mem:<id>` with a version perhaps, `art:<sha>` with lines perhaps. Pure. */

export type Handle =
  | { type: 'mem'; text: string; id: string; version: number | null }
  | { type: 'art'; text: string; sha: string; from: number | null; to: number | null }

const pattern =
  /\bmem:([0-9A-HJKMNP-TV-Z]{26})(?:@(\d{1,9}))?(?!\w)|\bart:([0-9a-f]{12,64})(?:#L(\d{1,9})(?:-L?(\d{1,9}))?)?(?!\w)/gi

/** All handles in a text, in order, each spelling once. */
export function findHandles(text: string): Handle[] {
  const found = new Map<string, Handle>()
  for (const match of text.matchAll(pattern)) found.set(match[0], handleOf(match))
  return [...found.values()]
}

/** A text that is one handle and nothing else, or null. */
export function parseHandle(text: string): Handle | null {
  const [first] = findHandles(text.trim())
  return first?.text === text.trim() ? first : null
}

function handleOf([text, id, version, sha, from, to]: RegExpMatchArray | RegExpExecArray): Handle {
  if (id !== undefined)
    return {
      type: 'mem',
      text,
      id: id.toUpperCase(),
      version: version === undefined ? null : Number(version),
    }
  const first = from === undefined ? null : Number(from)
  return {
    type: 'art',
    text,
    sha: (sha ?? '').toLowerCase(),
    from: first,
    to: to === undefined ? first : Number(to),
  }
}

/** Says of every handle that leads nowhere that it is missing: a model would ask for it again and again. */
export function markMissing(text: string, resolves: (handle: string) => boolean): string {
  return text.replace(pattern, (handle) => (resolves(handle) ? handle : `${handle} (missing)`))
}
