/** The files and the shell of one repository on this disk, for an agent that a person looks over the shoulder. */

import { posix } from 'node:path'
import { UserError } from '../../memory/ports.ts'
import { isSecretPath } from '../../memory/secret-names.ts'
import { treeFiles } from '../../memory/tree-files.ts'
import type { ReadFile, Workspace } from '../ports.ts'
import { changedText } from './change.ts'
import { runShell } from './shell.ts'
import { asExpected, writeWhole } from './write.ts'

/** What a person is asked before it is done. */
export type Wish =
  | { kind: 'edit'; path: string; before: string | null; after: string }
  | { kind: 'run'; command: string; why: string }

export interface WorkTreeOptions {
  root: string
  may: { edit: boolean; run: boolean }
  /** Throws the reason of an abort. False: refused. */
  ask(wish: Wish, signal?: AbortSignal): Promise<boolean>
  testCommand?: () => Promise<string | null>
}

/** Bytes: larger files are generated or data. */
const largest = 2_000_000

/** Links are never followed, on no step of a path: what is asked about lies in the repository. */
export function openWorkTree(options: WorkTreeOptions): Workspace {
  const { root, may, ask, testCommand = async () => null } = options
  const allowed = async (wish: Wish, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    if (!may[wish.kind])
      throw new UserError('Changing files and running commands is not allowed here.', trust)
    if (!(await ask(wish, signal))) throw new UserError('The person refused.', 'Ask what they want instead.')
    signal?.throwIfAborted()
  }
  return {
    root,
    may,
    testCommand,
    read: async (path, range) => sliced(await textOf(root, placeIn(path)), range),
    async edit(path, change, signal) {
      const place = placeIn(path)
      const before = change.before === null ? null : await wholeText(root, place)
      const text = changedText(place, before, change)
      await asExpected({ root, path: place, text, expected: before })
      await allowed({ kind: 'edit', path: place, before: change.before, after: change.after }, signal)
      await writeWhole({ root, path: place, text, expected: before })
    },
    async run(command, { seconds, why, signal }) {
      await allowed({ kind: 'run', command, why }, signal)
      return await runShell(command, { cwd: root, seconds, ...(signal !== undefined && { signal }) })
    },
  }
}

const trust = 'Trust the folder first, and allow it in the settings.'

/** The path in its shortest form. Throws `UserError` for one that leaves the repository, or that holds secrets. */
export function placeIn(path: string): string {
  const place = posix.normalize(path.replaceAll('\\', '/'))
  const inside =
    !place.startsWith('../') && place !== '..' && !posix.isAbsolute(place) && !/^[a-z]:/i.test(place)
  if (!inside || place === '.' || place.includes('\0')) {
    throw new UserError(`${path} is no file of this repository.`, 'Give a path relative to its root.')
  }
  if (place.split('/').some(isGits)) {
    throw new UserError(`${path} belongs to git.`, 'Use git commands for what you want to know.')
  }
  if (isSecretPath(place)) {
    throw new UserError(`${path} usually holds secrets.`, 'Ask the person for what you need of it.')
  }
  return place
}

/** As file systems read names that fold case, that drop dots and blanks at the end, and that have short names. */
function isGits(step: string): boolean {
  const name = step.replace(/[\u200b-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').toLowerCase()
  return /^(\.git|git~\d+)[. ]*(:.*)?$/.test(name)
}

/** What is written back is UTF-8: a file that is not would lose what cannot be read. */
async function wholeText(root: string, path: string): Promise<string> {
  const { text, bytes } = await textOf(root, path)
  if (Buffer.from(text).equals(bytes)) return text
  throw new UserError(`${path} is not written in UTF-8: nothing was changed.`, 'Have the person change it.')
}

async function textOf(root: string, path: string): Promise<{ path: string; text: string; bytes: Buffer }> {
  const file = await treeFiles(root).read(path, largest)
  if (file === 'gone') throw new UserError(`There is no file ${path}.`, 'Search for it.')
  if (file === 'symlink') throw new UserError(`${path} is a link.`, 'Give the file that it leads to.')
  if (file === 'unreadable') throw new UserError(`${path} cannot be read.`, 'Check what it is.')
  if ('size' in file) throw new UserError(`${path} has ${file.size} bytes.`, 'Search in it instead.')
  // As git judges: a zero byte near the beginning is no text.
  if (file.bytes.subarray(0, 8_000).includes(0)) {
    throw new UserError(`${path} is no text.`, 'Nothing can be read of it here.')
  }
  return { path, text: file.bytes.toString('utf8'), bytes: file.bytes }
}

function sliced(
  { path, text }: { path: string; text: string },
  { from = 1, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number } = {},
): ReadFile {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  if (from > Math.max(1, lines.length)) {
    throw new UserError(`${path} has ${lines.length} lines.`, `Begin at line ${lines.length} or before.`)
  }
  const last = Math.min(to, lines.length)
  return { path, text: lines.slice(from - 1, last).join('\n'), from, to: last, lines: lines.length }
}
