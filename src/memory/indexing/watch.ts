/** Tells when git's own state moved: a commit, a checkout, a pull, a rebase. Events only, no polling. */

import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import type { Git } from '../git.ts'

/** Git writes several files for one command; they count as one change. */
const settleAfter = 120

const telling = new Set(['HEAD', 'index', 'ORIG_HEAD', 'packed-refs'])

/** Calls `onChange` once after each burst. Returns a function that ends the watch. */
export function watchGit(git: Git, onChange: () => void, onTrouble: (message: string) => void): () => void {
  let timer: NodeJS.Timeout | null = null
  const settle = () => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(onChange, settleAfter)
    timer.unref()
  }
  const watchers: FSWatcher[] = []
  const add = (folder: string, tells: (name: string) => boolean) => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name !== null && tells(name)) settle()
      })
      watcher.on('error', (error) => onTrouble(`watching ${folder} ended: ${String(error)}`))
      watchers.push(watcher)
    } catch (error) {
      onTrouble(`${folder} cannot be watched: ${String(error)}`)
    }
  }
  add(git.gitDir, (name) => telling.has(name))
  // A commit on a checked-out branch moves the reflog of HEAD, not HEAD itself.
  add(join(git.gitDir, 'logs'), (name) => name === 'HEAD')
  return () => {
    if (timer !== null) clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
