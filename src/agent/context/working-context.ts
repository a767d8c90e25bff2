/** Opens the working memory of a run or a chat: see context.ts for what it is. */

import type { Message, OfferedTool, ToolCall } from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import type { OpenedMemory } from '../../protocol-memories.ts'
import type { ToolResult } from '../ports.ts'
import { closeCalls } from '../toolbox/history.ts'
import { actOf, endingOf } from './acts.ts'
import { applyDrops, type CompactOptions, compact } from './compact.ts'
import type { Epoch, OpenContext, Prompt, Shown } from './context.ts'
import { type Entry, type EntryDetail, makeEntry, tokensOf } from './entries.ts'
import { type LoggedEpoch, logEpoch, restored, type Snapshot, toolChange } from './epoch-log.ts'
import { type Outputs, outputsInMemory } from './outputs.ts'
import { type Asked, openPointers, type Pointers } from './pointers.ts'
import { previewOf } from './preview.ts'
import { render } from './render.ts'
import {
  eventOfNote,
  eventsOfQuestion,
  type StateEvent,
  stateOf,
  stateText,
  type WorkState,
} from './state.ts'

export interface ContextOptions {
  /** Instructions. Never holds stored or foreign text. */
  system: string
  /** What is known of the repository, framed as data. */
  brief?: string
  /** The index of lessons: names, cues, handles; framed as data. */
  lessons?: string
  /** Tokens of the model's window (`ChatModel.contextTokens`); null: not known, a small one is assumed. */
  window: number | null
  /** What was said before. */
  messages?: readonly Message[]
  /** Default: in memory, gone with the process. */
  outputs?: Outputs
  /** Unix milliseconds. */
  now?: () => number
}

/** Assumed where a server does not tell: most local ones take at least this when they are asked to. */
const usualWindow = 32_000
/** Share of the window at which room is made (memory model 3.7). */
const fullAt = 0.7
/** After a person brought something back, room is made later than usual. */
const fullAfterRestore = 0.9
/** An epoch costs the cache of the whole prompt: it must free this share, and less of it where the window is nearly full. */
const worthwhile = 0.1
const worthwhileInNeed = 0.02

/** Outputs above this many tokens enter as previews; less in small windows (memory model 3.7). */
const usualOutput = 2_000
const outputShare = 1 / 16
/** Tokens of one opened handle or one read of a file, as a share of the window. */
const openedShare = 1 / 8

/** What was sent last, and what it was made of. */
interface Sent {
  tools: readonly OfferedTool[]
  toolsJson: string
  system: string
  toolTokens: number
}

export function openWorkingContext(options: ContextOptions): OpenContext {
  return new Working(options)
}

class Working implements OpenContext {
  readonly #options: ContextOptions
  readonly #window: number
  readonly #mostOutput: number
  readonly #mostOpened: number
  readonly #outputs: Outputs
  readonly #pointers: Pointers
  readonly #head: string
  readonly #kept: LoggedEpoch[] = []
  readonly #events: StateEvent[] = []
  #entries: Entry[] = []
  #nextId = 1
  #about = ''
  #sent: Sent | null = null
  /** A change from outside that no epoch has logged yet. */
  #changed: { reasons: string[]; before: Snapshot; left: Epoch['left'] } | null = null
  #asked: string[] = []
  #notes: string[] = []
  #drops: string[] = []
  #fullAt = fullAt
  /** Tokens at which no room could be made. */
  #triedAt = 0

  constructor(options: ContextOptions) {
    const { window, outputs = outputsInMemory(), brief = '', lessons = '', messages = [] } = options
    this.#options = options
    this.#window = window ?? usualWindow
    this.#mostOutput = Math.min(usualOutput, Math.floor(this.#window * outputShare))
    this.#outputs = outputs
    this.#mostOpened = Math.max(this.#mostOutput, Math.floor(this.#window * openedShare))
    this.#pointers = openPointers(outputs, this.#mostOpened)
    this.#head = [brief, lessons].filter((part) => part !== '').join('\n\n')
    this.append(...messages)
    // What is appended later may be a remark of the loop: questions come by `ask`.
    for (const { role, content } of messages)
      if (role === 'user') this.#events.push(...eventsOfQuestion(content))
  }

  append(...messages: Message[]): void {
    for (const message of messages) {
      const detail: EntryDetail =
        message.role === 'tool' ? { call: this.#callOf(message.callId), opened: this.#pointers.taken() } : {}
      this.#push(message, detail)
    }
  }

  ask(question: string, recalled = ''): void {
    this.#events.push(...eventsOfQuestion(question))
    this.#push({ role: 'user', content: recalled === '' ? question : `${recalled}\n\n${question}` })
  }

  async receive(call: ToolCall, { content, ok }: ToolResult): Promise<void> {
    const opened = this.#pointers.taken()
    const message = { role: 'tool' as const, callId: call.id, name: call.name }
    const isLong = opened.length === 0 && estimateTokens(content) > this.#mostOf(call)
    const handle = isLong ? await this.#outputs.keep(content) : null
    const shown = handle === null ? content : previewOf(content, handle, this.#mostOutput)
    this.#push({ ...message, content: shown }, { call, ok, handle, opened })
    this.#watch(call, { content, ok }, handle)
  }

  /** Lines of a file that were asked for are what is needed: they take as much room as an opened handle. */
  #mostOf(call: ToolCall): number {
    return actOf(call)?.kind === 'read' ? this.#mostOpened : this.#mostOutput
  }

  #watch(call: ToolCall, result: ToolResult, handle: string | null): void {
    const act = actOf(call)
    if (act?.kind === 'check')
      this.#events.push({ type: 'check', command: act.command, ...endingOf(result), handle })
    else if (act !== null && result.ok)
      this.#events.push({ type: 'file', path: act.path, edited: act.kind === 'edit' })
    if (handle !== null) this.#events.push({ type: 'kept', handle, what: `${call.name} ${subjectOf(call)}` })
  }

  describe(tools: string): void {
    this.#about = tools
  }

  prompt(_tools: readonly OfferedTool[]): Prompt {
    return this.#render(this.#entries, this.#sent?.system ?? this.#system())
  }

  async settle(tools: readonly OfferedTool[]): Promise<Epoch | null> {
    const old = this.#sent
    const reasons = [...(this.#changed?.reasons ?? []), ...this.#offer(tools)]
    const isBroken = reasons.length > 0
    const asked = this.#asked.splice(0)
    if (!isBroken && asked.length === 0 && !this.#isFull()) return null
    const before = this.#changed?.before ?? this.#snapshot(old ?? this.#sent)
    const left = this.#changed?.left ?? []
    this.#changed = null
    const made = await this.#makeRoom(asked, isBroken)
    if (before === null || (!isBroken && made === null)) return null
    if (made !== null) reasons.push(...made.reasons)
    return this.#log(reasons.join('; '), before, [...left, ...(made?.left ?? [])])
  }

  close(content: string): void {
    const known = new Map(this.#entries.map((entry) => [entry.message, entry]))
    const closed = closeCalls(
      this.#entries.map(({ message }) => message),
      content,
    )
    if (closed.length === this.#entries.length) return
    this.#entries = closed.map(
      (message) => known.get(message) ?? makeEntry(this.#nextId++, message, { ok: false }),
    )
  }

  open(handle: string, range?: Asked): Promise<OpenedMemory> {
    return this.#pointers.open(handle, range)
  }

  note(text: string): void {
    this.#notes.push(text)
  }

  drop(handle: string): void {
    this.#drops.push(handle)
  }

  observe(...events: StateEvent[]): void {
    this.#events.push(...events)
  }

  request(reason: string): void {
    this.#asked.push(reason)
  }

  replace(messages: readonly Message[], reason: string): void {
    this.#change(reason)
    const known = new Map(this.#entries.map((entry) => [entry.message, entry]))
    const now = messages.map((message) => known.get(message) ?? makeEntry(this.#nextId++, message))
    const stays = new Set(now)
    const gone = this.#entries.filter((entry) => !stays.has(entry))
    this.#changed?.left.push({ what: `${gone.length} messages`, handle: null, tokens: tokensOf(gone) })
    this.#stand(now)
  }

  messages(): Message[] {
    return this.#entries.map(({ message }) => message)
  }

  state(): WorkState {
    return stateOf(this.#events)
  }

  epochs(): readonly Epoch[] {
    return this.#kept.map(({ epoch }) => epoch)
  }

  inspect(id: string): { before: Shown; after: Shown } | null {
    const kept = this.#kept.find(({ epoch }) => epoch.id === id)
    return kept === undefined ? null : { before: kept.before, after: kept.after }
  }

  restore(id: string): void {
    const kept = this.#kept.find(({ epoch }) => epoch.id === id)
    if (kept === undefined)
      throw new UserError(`There is no epoch ${id}.`, 'Choose one of those that are listed.')
    const back = restored(kept, this.#entries)
    if (this.#headTokens() + tokensOf(back) > this.#window * fullAfterRestore)
      throw new UserError(
        'What left then does not fit into the window any more.',
        'Open single handles instead, or begin a new chat.',
      )
    this.#change(`brought back what left in ${id}`)
    this.#stand(back)
    this.#fullAt = fullAfterRestore
  }

  #push(message: Message, detail: EntryDetail = {}): void {
    this.#entries.push(makeEntry(this.#nextId++, message, detail))
  }

  #callOf(id: string): ToolCall | null {
    for (const { message } of [...this.#entries].reverse()) {
      if (message.role !== 'assistant') continue
      const call = message.calls?.find((one) => one.id === id)
      if (call !== undefined) return call
    }
    return null
  }

  #system(): string {
    return [this.#options.system, this.#about].filter((part) => part !== '').join('\n\n')
  }

  #render(entries: readonly Entry[], system: string): Prompt {
    return render({ system, head: this.#head, entries, tail: () => stateText(stateOf(this.#events)) })
  }

  /** The prompt as it is now, with these tools; null: none was sent yet. */
  #snapshot(sent: Sent | null): Snapshot | null {
    if (sent === null) return null
    const { tools, system } = sent
    return { tools, ...this.#render(this.#entries, system), entries: [...this.#entries] }
  }

  /** Takes what is offered now as what is sent from now on. Says what became different. */
  #offer(tools: readonly OfferedTool[]): string[] {
    const sent = this.#sent
    const system = this.#system()
    const toolsJson = JSON.stringify(tools)
    this.#sent = {
      tools,
      toolsJson,
      system,
      toolTokens: sent?.toolsJson === toolsJson ? sent.toolTokens : estimateTokens(toolsJson),
    }
    if (sent === null) return []
    return [
      ...(sent.toolsJson === toolsJson ? [] : [toolChange(sent.tools, tools)]),
      ...(sent.system === system ? [] : ['the system text changed']),
    ]
  }

  #headTokens(): number {
    const { toolTokens = 0, system = this.#system() } = this.#sent ?? {}
    return toolTokens + estimateTokens(system) + estimateTokens(this.#head)
  }

  #tokens(): number {
    return this.#headTokens() + tokensOf(this.#entries)
  }

  /** Where room could not be made it is tried again when more has come. */
  #isFull(): boolean {
    const tokens = this.#tokens()
    return tokens > this.#window * this.#fullAt && tokens > this.#triedAt * (1 + worthwhileInNeed)
  }

  /** `isBroken`: the beginning changes in any case, so what was wished for may be done now. Null: nothing to do. */
  async #makeRoom(
    asked: readonly string[],
    isBroken: boolean,
  ): Promise<{ reasons: string[]; left: Epoch['left'] } | null> {
    const tokens = this.#tokens()
    const isFull = this.#isFull()
    const noted = this.#notes.map(eventOfNote)
    const wishes = noted.length + this.#drops.length
    const rules = isFull || asked.length > 0 ? compact : applyDrops
    const { entries, left } = await rules(this.#entries, this.#rules([...this.#events, ...noted]))
    const least = tokens > this.#window * fullAfterRestore ? worthwhileInNeed : worthwhile
    const freed = tokensOf(this.#entries) - tokensOf(entries)
    const pays = isBroken
      ? wishes + left.length > 0
      : asked.length > 0
        ? left.length > 0
        : freed > tokens * least
    this.#triedAt = pays ? 0 : tokens
    if (!pays) return null
    this.#events.push(...noted)
    this.#notes = []
    this.#drops = []
    this.#stand(entries)
    this.#fullAt = fullAt
    const full = isFull ? [`the window is ${Math.round((tokens / this.#window) * 100)} % full`] : []
    return { reasons: [...asked, ...full, ...(wishes > 0 ? ['wishes of the agent'] : [])], left }
  }

  #rules(events: readonly StateEvent[]): CompactOptions {
    return {
      outputs: this.#outputs,
      mostOutput: this.#mostOutput,
      headTokens: this.#headTokens(),
      drops: this.#drops,
      state: () => stateText(stateOf(events)),
      nextId: () => this.#nextId++,
    }
  }

  /** What was opened stands in the window as long as the message does that it was opened into. */
  #stand(entries: readonly Entry[]): void {
    this.#entries = [...entries]
    this.#pointers.reset(this.#entries.flatMap(({ opened }) => opened))
  }

  #change(reason: string): void {
    const before = this.#snapshot(this.#sent)
    if (this.#changed !== null) this.#changed.reasons.push(reason)
    else if (before !== null) this.#changed = { reasons: [reason], before, left: [] }
  }

  #log(reason: string, before: Snapshot, left: Epoch['left']): Epoch {
    const { now = Date.now } = this.#options
    const after = this.#snapshot(this.#sent) ?? before
    const logged = logEpoch(this.#kept.length + 1, { at: now(), reason, left, before, after })
    this.#kept.push(logged)
    return logged.epoch
  }
}

function subjectOf(call: ToolCall): string {
  const act = actOf(call)
  if (act !== null) return act.kind === 'check' ? act.command : act.path
  return JSON.stringify(call.arguments ?? {}).slice(0, 80)
}
