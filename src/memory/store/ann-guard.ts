/** A note on disk while the addon does something that could end the process: the next process reads it. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'

const noteSchema = z.object({
  pid: z.number(),
  host: z.string(),
  phase: z.enum(['load', 'build']),
  /** Processes in a row that ended in this phase. */
  deaths: z.number(),
})
type Note = z.infer<typeof noteSchema>

/** Builds are interrupted by closing windows too; this many in a row are no accident. */
const toleratedDeaths = 2

/** What the note of an earlier process says about trying again. */
export type Warning = 'none' | 'died-loading' | 'keeps-dying' | 'busy-elsewhere'

export class AnnGuard {
  #file: string
  #deaths = 0
  /** Only a note of this object is taken away again, never another process's. */
  #entered = false

  constructor(file: string) {
    this.#file = file
  }

  /** Reads what is left of an earlier process. `keeps-dying` is said once; the process after that tries again. */
  check(): Warning {
    const note = this.#read()
    if (note === null) return 'none'
    if (isAlive(note)) return note.phase === 'build' ? 'busy-elsewhere' : 'none'
    rmSync(this.#file, { force: true })
    if (note.phase === 'load') return 'died-loading'
    this.#deaths = note.deaths + 1
    return this.#deaths > toleratedDeaths ? 'keeps-dying' : 'none'
  }

  enter(phase: Note['phase']): void {
    const note: Note = { pid: process.pid, host: hostname(), phase, deaths: this.#deaths }
    mkdirSync(dirname(this.#file), { recursive: true })
    writeFileSync(this.#file, JSON.stringify(note))
    this.#entered = true
  }

  leave(): void {
    if (!this.#entered) return
    this.#entered = false
    this.#deaths = 0
    rmSync(this.#file, { force: true })
  }

  #read(): Note | null {
    try {
      return noteSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')))
    } catch {
      return null
    }
  }
}

/** A note with this process's own number is of a dead one too: numbers come again, most of all in containers. */
function isAlive(note: Note): boolean {
  if (note.host !== hostname()) return true
  if (note.pid === process.pid) return false
  try {
    process.kill(note.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
