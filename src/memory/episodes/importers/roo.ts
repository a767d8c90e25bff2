/** Sessions of Roo Code and those that came of it, Zoo Code and the older Kilo Code (session-formats, section 6). */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FoundSession, Importer, Machine, Session, Skips } from '../session.ts'
import { pathText } from '../tame.ts'
import { userFolders } from '../vscode-folders.ts'
import { findTasks, readTask, type TaskFolders } from './task-folders.ts'

const folders: TaskFolders = { agent: 'roo', index: '_index.json' }
const extensions = ['rooveterinaryinc.roo-cline', 'zoocodeorganization.zoo-code', 'kilocode.kilo-code']

export const roo: Importer = {
  agent: 'roo',
  title: 'Roo Code, Zoo Code, Kilo Code',
  places(machine) {
    const users = userFolders(machine)
    const usual = users.flatMap((user) =>
      extensions.map((name) => join(user, 'globalStorage', name, 'tasks')),
    )
    return [...new Set([...usual, ...users.flatMap((user) => chosenFolders(user, machine))])]
  },
  find(place: string, skips: Skips, signal?: AbortSignal): AsyncIterable<FoundSession> {
    return findTasks(folders, place, { skips, signal })
  },
  async *read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
    const session = await readTask(found, { skips, signal })
    if (session !== null) yield session
  },
}

const chosen = /"(?:roo-cline|zoo-code|kilo-code)\.customStoragePath"\s*:\s*("(?:[^"\\\n]|\\.){1,2000}")/g

/** Folders that the person chose in the settings, which may hold comments: only this one setting is looked for. */
function chosenFolders(user: string, { home }: Machine): string[] {
  const settings = settingsText(join(user, 'settings.json'))
  return [...settings.matchAll(chosen)].flatMap(([, value = '""']) => {
    const path = pathText(unquoted(value))
    return path === undefined ? [] : [join(path.replace(/^~(?=[\\/])/, home), 'tasks')]
  })
}

function settingsText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Most editors of the list are not installed.
    return ''
  }
}

function unquoted(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    // A backslash that means nothing: then it names no folder either.
    return undefined
  }
}
