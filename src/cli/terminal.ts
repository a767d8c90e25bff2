/** The two streams of the CLI: results to stdout, everything else to stderr. */

import { renderProgress, type ShownProgress } from './progress-bar.ts'
import { openStyle, type Style, wantsColour } from './style.ts'

export interface Terminal {
  /** Style of stdout. */
  readonly style: Style
  /** The result; called once, at the end. Resolves when it has left the process or nobody reads any more. */
  print(text: string): Promise<void>
  /** A line for people on stderr, above the progress bar. */
  note(text: string): void
  /** Draws the bar on a terminal; does nothing in a pipe. */
  progress(progress: ShownProgress): void
  /** Removes the bar. */
  clear(): void
}

/** Smallest time between two drawings of the bar, in milliseconds. */
const drawEvery = 100
/** Milliseconds after which work is long enough to be worth a bar. */
const drawAfter = 300

export function openTerminal(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal {
  const style = openStyle(wantsColour(stdout.isTTY === true, process.env))
  const barStyle = openStyle(wantsColour(stderr.isTTY === true, process.env))
  const showsBar = stderr.isTTY === true && process.env.TERM !== 'dumb'
  let barDrawnAt = 0
  let workBeganAt = 0
  let readerGone = false
  // `casebook search x | head` closes the pipe early: that is not a failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error
    readerGone = true
  })
  stderr.on('error', () => {})

  const clear = () => {
    if (barDrawnAt > 0) stderr.write('\r\u001b[2K')
    barDrawnAt = 0
    workBeganAt = 0
  }
  return {
    style,
    clear,
    async print(text) {
      clear()
      if (readerGone) return
      await new Promise<void>((resolve) => stdout.write(`${text}\n`, () => resolve()))
    },
    note(text) {
      // The next drawing of a bar that was visible must not wait again.
      const began = workBeganAt
      clear()
      workBeganAt = began
      stderr.write(`${text}\n`)
    },
    progress(progress) {
      const now = Date.now()
      workBeganAt ||= now
      if (!showsBar || now - barDrawnAt < drawEvery || now - workBeganAt < drawAfter) return
      barDrawnAt = now
      stderr.write(`\r\u001b[2K${renderProgress(progress, stderr.columns || 80, barStyle)}`)
    },
  }
}
