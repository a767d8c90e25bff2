/** Calls of tools, put together from what servers send of them: pieces by index, or whole ones without. Pure. */

import type { ToolCall } from './model.ts'

export interface PiecesOfCall {
  push(piece: unknown): void
  /** Calls in the order in which they began; those without a name are no calls. */
  end(): ToolCall[]
}

interface Call {
  index: number | null
  id: string
  name: string
  /** JSON as far as it came; some servers send the value itself. */
  text: string
  value?: unknown
}

interface Piece {
  index: number | null
  id: string
  name: string
  given: unknown
}

/** `newId` names calls that a server left without a name. */
export function callsOf(newId: () => string): PiecesOfCall {
  const calls: Call[] = []
  return {
    push(raw) {
      const piece = pieceOf(raw)
      const call = callFor(calls, piece) ?? begin(calls, piece)
      call.id ||= piece.id
      // Some servers say the whole name with every piece.
      call.name ||= piece.name
      if (typeof piece.given === 'string') call.text += piece.given
      else if (piece.given !== undefined && piece.given !== null) call.value = piece.given
    },
    end() {
      return calls
        .filter(({ name }) => name !== '')
        .map((call) => ({ id: call.id || newId(), name: call.name, arguments: argumentsOf(call) }))
    },
  }
}

function pieceOf(raw: unknown): Piece {
  const { index, id, function: called } = raw as Record<string, unknown>
  const { name, arguments: given } = (called ?? {}) as Record<string, unknown>
  return {
    index: typeof index === 'number' ? index : null,
    id: typeof id === 'string' ? id : '',
    name: typeof name === 'string' ? name : '',
    given,
  }
}

function begin(calls: Call[], { index }: Piece): Call {
  const call: Call = { index, id: '', name: '', text: '' }
  calls.push(call)
  return call
}

/** The call that a piece goes on with; undefined: it begins another. */
function callFor(calls: readonly Call[], piece: Piece): Call | undefined {
  const call =
    piece.index === null
      ? (calls.findLast(({ id }) => piece.id !== '' && id === piece.id) ?? calls.at(-1))
      : calls.findLast(({ index }) => index === piece.index)
  return call === undefined || isAnother(call, piece) ? undefined : call
}

/** Some servers give every whole call the index 0, or none. */
function isAnother(call: Call, { id, name, given }: Piece): boolean {
  if (id !== '' && call.id !== '') return id !== call.id
  return name !== '' && call.name !== '' && given !== undefined && given !== '' && isWhole(call)
}

function isWhole({ text, value }: Call): boolean {
  return value !== undefined || parsed(text) !== undefined
}

/** No arguments are none, not a mistake. What is no JSON stays as it was written: the tool answers what it takes. */
function argumentsOf({ text, value }: Call): unknown {
  if (value !== undefined) return value
  const read = text.trim() === '' ? null : parsed(text)
  return read === undefined ? text : (read ?? {})
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
