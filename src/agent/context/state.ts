/** The state of the work in a few lines: rebuilt from what happened, never from its own former text. Pure. */

import { clipTokens, estimateTokens } from '../../memory/recall/records/token-estimate.ts'

export type StateEvent =
  | { type: 'goal'; text: string }
  | { type: 'constraint'; text: string }
  | { type: 'hypothesis'; text: string }
  | { type: 'refuted'; text: string; why: string }
  | { type: 'file'; path: string; edited: boolean }
  /** A step is closed by an exit code, not by prose: `ok` is what the command came to. */
  | { type: 'check'; command: string; ok: boolean; result: string; handle: string | null }
  | { type: 'next'; text: string }
  | { type: 'note'; text: string }
  | { type: 'kept'; handle: string; what: string }

export interface WorkState {
  goal: string
  constraints: string[]
  open: string[]
  refuted: { text: string; why: string }[]
  /** Newest last. */
  files: { path: string; edited: boolean }[]
  check: (StateEvent & { type: 'check' }) | null
  next: string
  notes: string[]
  /** Newest last. */
  handles: { handle: string; what: string }[]
}

/** A fold: the same events make the same state. */
export function stateOf(events: readonly StateEvent[]): WorkState {
  const state: WorkState = {
    goal: '',
    constraints: [],
    open: [],
    refuted: [],
    files: [],
    check: null,
    next: '',
    notes: [],
    handles: [],
  }
  for (const event of events) apply(state, event)
  return state
}

function apply(state: WorkState, event: StateEvent): void {
  if (event.type === 'goal') state.goal = event.text
  else if (event.type === 'constraint') state.constraints = newest(state.constraints, event.text)
  else if (event.type === 'hypothesis') state.open = newest(state.open, event.text)
  else if (event.type === 'refuted') refute(state, event)
  else if (event.type === 'file') touch(state, event)
  else if (event.type === 'check') state.check = event
  else if (event.type === 'next') state.next = event.text
  else if (event.type === 'note') state.notes = newest(state.notes, event.text)
  else
    state.handles = [
      ...state.handles.filter(({ handle }) => handle !== event.handle),
      { handle: event.handle, what: event.what },
    ]
}

function newest(texts: readonly string[], text: string): string[] {
  return [...texts.filter((one) => one !== text), text]
}

function refute(state: WorkState, { text, why }: StateEvent & { type: 'refuted' }): void {
  state.open = state.open.filter((one) => one !== text)
  state.refuted = [...state.refuted.filter((one) => one.text !== text), { text, why }]
}

function touch(state: WorkState, { path, edited }: StateEvent & { type: 'file' }): void {
  const before = state.files.find((file) => file.path === path)
  const rest = state.files.filter((file) => file.path !== path)
  state.files = [...rest, { path, edited: edited || before?.edited === true }]
}

const labelled = /^\s*(goal|constraint|hypothesis|refuted|next(?: step)?)\s*:\s*(.+)$/is

/** What a model asked to remember. A word before a colon says which slot it is for. */
export function eventOfNote(text: string): StateEvent {
  const [, label = '', rest = text] = labelled.exec(text) ?? []
  const kind = label.toLowerCase()
  if (kind === 'goal') return { type: 'goal', text: rest }
  if (kind === 'constraint') return { type: 'constraint', text: rest }
  if (kind === 'hypothesis') return { type: 'hypothesis', text: rest }
  if (kind.startsWith('next')) return { type: 'next', text: rest }
  if (kind !== 'refuted') return { type: 'note', text }
  const [what = rest, why = ''] = rest.split(/\s+(?:because|since|:|-)\s+/i, 2)
  return { type: 'refuted', text: what, why }
}

const wish = /\b(must|never|don't|do not|only|always|without|keep|avoid|no longer|at most|at least)\b/i

/** What a person says: the first sentence of all is the goal, sentences that forbid or demand are constraints. */
export function eventsOfQuestion(text: string): StateEvent[] {
  const sentences = text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
  const constraints = sentences.filter((sentence) => sentence.length < 300 && wish.test(sentence))
  return [{ type: 'goal', text }, ...constraints.map((one) => ({ type: 'constraint' as const, text: one }))]
}

/** Memory model 3.7. */
export const mostStateTokens = 400

const heading = '=== state of the work, kept by Casebook ==='
const ending = '=== end of the state ==='

/** Every slot is there, also where nothing is known: what is missing can be seen. At most 400 estimated tokens. */
export function stateText(state: WorkState, most = mostStateTokens): string {
  const { goal, check, next } = state
  const slots: [label: string, items: string[], share: number][] = [
    ['Goal', [goal], 0.2],
    ['Constraints', state.constraints, 0.15],
    ['Hypotheses, open', state.open, 0.1],
    ['Hypotheses, refuted', state.refuted.map(refutedText), 0.1],
    ['Files in play', state.files.map(fileText), 0.15],
    ['Last check', check === null ? [] : [checkText(check)], 0.1],
    ['Next step', [next], 0.05],
    ['Handles', state.handles.map(handleText), 0.1],
    ['Notes', state.notes, 0.05],
  ]
  const frame = slots.map(([label]) => `${label}: `).join('\n')
  const room = most - estimateTokens(`${heading}\n${frame}\n${ending}`)
  const lines = slots.map(([label, items, share]) => `${label}: ${slot(items, Math.floor(room * share))}`)
  return [heading, ...lines, ending].join('\n')
}

/** For "(9 older)". */
const olderTokens = 5

/** Newest first and whole, as many as fit: half a handle leads nowhere. Only an item alone in its slot is cut. */
function slot(texts: readonly string[], most: number): string {
  // What a command printed must not pass for the end of the state.
  const items = texts
    .map((text) => text.replace(/\s+/g, ' ').replace(/={3,}/g, '==').trim())
    .filter((text) => text !== '')
  const [newest, ...older] = items.reverse()
  if (newest === undefined) return 'none known'
  let text = clipTokens(newest, Math.max(8, most - olderTokens))
  let shown = 1
  for (const item of older) {
    const longer = `${text}; ${item}`
    if (estimateTokens(longer) > most - olderTokens) break
    text = longer
    shown++
  }
  return shown < items.length ? `${text} (${items.length - shown} older)` : text
}

function refutedText({ text, why }: { text: string; why: string }): string {
  return why === '' ? text : `${text} (${why})`
}

function fileText({ path, edited }: { path: string; edited: boolean }): string {
  return edited ? `${path} (edited)` : path
}

function checkText({ command, ok, result, handle }: StateEvent & { type: 'check' }): string {
  const whole = handle === null ? '' : ` ${handle}`
  return `${ok ? 'passed' : 'FAILED'}:${whole} ${command}: ${result}`
}

function handleText({ handle, what }: { handle: string; what: string }): string {
  return `${handle} ${what}`
}
