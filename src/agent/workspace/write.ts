/** Puts a whole text in the place of a file at once: a crash leaves the old one or the new one. */

import { randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../../memory/ports.ts'

export interface Writing {
  root: string
  /** Relative, checked. */
  path: string
  text: string
  /** What the file said when the change was made; null: there was none. */
  expected: string | null
}

/** Throws `UserError` when somebody else changed the file meanwhile: their work is not overwritten. */
export async function asExpected({ root, path, expected }: Writing): Promise<void> {
  await noLinks(root, path)
  const now = await readFile(join(root, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  })
  if (now === expected) return
  const what = expected === null ? 'is there already' : 'was changed meanwhile'
  throw new UserError(`${path} ${what}: nothing was written.`, 'Read it, and change what it says now.')
}

/** Throws as `asExpected` does: the person may have taken a while to answer. */
export async function writeWhole(writing: Writing): Promise<void> {
  await asExpected(writing)
  const { root, path, text, expected } = writing
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  const beside = join(dirname(file), `.${randomUUID()}.casebook`)
  try {
    await writeFile(beside, text, { flag: 'wx' })
    // An executable stays one.
    if (expected !== null) await chmod(beside, (await lstat(file)).mode & 0o777)
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** A link on the way would lead the writing out of the repository. */
async function noLinks(root: string, path: string): Promise<void> {
  const steps = path.split('/')
  for (let at = 1; at <= steps.length; at++) {
    const place = steps.slice(0, at).join('/')
    const found = await lstat(join(root, place)).catch(() => null)
    if (found === null) return
    if (found.isSymbolicLink()) throw new UserError(`${place} is a link.`, 'Give the place that it leads to.')
  }
}
