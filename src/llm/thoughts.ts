/** What a model says, without what it thought before: local servers put thoughts in front, in tags. Pure. */

const open = '<think>'
const close = '</think>'

export interface Speech {
  /** The next piece as it came; returns what may be shown of it. */
  push(piece: string): string
  /** What was held back, once nothing more comes. */
  end(): string
}

/**
 * Pieces may be cut anywhere. White space before and after what is said is left out. Only thoughts at the beginning
 * are, too: an answer about such tags keeps them.
 */
export function withoutThoughts(): Speech {
  let state: 'start' | 'thinking' | 'speaking' = 'start'
  let held = ''
  const steps = {
    /** False: more must come before anything can be said. */
    start(): boolean {
      held = held.trimStart()
      if (held.startsWith(open)) state = 'thinking'
      else if (open.startsWith(held)) return false
      else state = 'speaking'
      return true
    },
    thinking(): boolean {
      const end = held.indexOf(close, open.length)
      if (end !== -1) {
        state = 'start'
        held = held.slice(end + close.length)
        return true
      }
      // The tag may have come in part; the rest of a long thought is not kept.
      held = open + held.slice(open.length).slice(1 - close.length)
      return false
    },
  }
  return {
    push(piece) {
      held += piece
      while (state !== 'speaking') if (!steps[state]()) return ''
      // White space waits until something comes after it.
      const shown = held.trimEnd()
      held = held.slice(shown.length)
      return shown
    },
    end: () => (state === 'start' ? held : ''),
  }
}
