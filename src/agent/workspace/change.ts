/** What a file says after a change. Pure. */

import { UserError } from '../../memory/ports.ts'

/** Lines around the nearest place that are shown when the text to replace is not found. */
const shownLines = 6

/**
 * `text`: of the file as it is; null: there is none. The text to replace must occur exactly once: a guess would change
 * the wrong place. Line ends of the file are kept where the change was written with plain ones.
 */
export function changedText(
  path: string,
  text: string | null,
  { before, after }: { before: string | null; after: string },
): string {
  if (before === null || text === null) return after
  if (before === '') {
    throw new UserError('The text to replace is empty.', 'Give it word for word as the file has it.')
  }
  const windows = text.includes('\r\n') && !before.includes('\r\n')
  const old = windows ? before.replaceAll('\n', '\r\n') : before
  const fresh = windows ? after.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') : after
  const at = text.indexOf(old)
  if (at < 0) throw notFound(path, text, before)
  if (text.indexOf(old, at + 1) >= 0) {
    throw new UserError(
      `The text to replace occurs more than once in ${path}.`,
      'Give more lines around it, so that it is the only one. Nothing was changed.',
    )
  }
  return text.slice(0, at) + fresh + text.slice(at + old.length)
}

/** Names where the first line of the wanted text stands, since most misses are of blanks or of a later line. */
function notFound(path: string, text: string, before: string): UserError {
  const wanted =
    before
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  const lines = text.split(/\r?\n/)
  const at = wanted === '' ? -1 : lines.findIndex((line) => line.trim() === wanted)
  const near =
    at < 0
      ? 'Read the file again.'
      : `Its first line stands in line ${at + 1}, and there the file says:\n${lines.slice(at, at + shownLines).join('\n')}`
  return new UserError(`The text to replace is not in ${path}: nothing was changed.`, near)
}
