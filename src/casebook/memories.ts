/** The long-term memory of an open repository: every wish of a door, taken to the piece that fulfils it. */

import type { Settings } from '../config.ts'
import { openChatModel } from '../llm/chat-openai.ts'
import { ledgerFolder, openLedger } from '../llm/ledger-file.ts'
import { llmOf } from '../llm/llm-of.ts'
import { metered, meterSettings } from '../llm/metered.ts'
import type { Machine } from '../memory/episodes/session.ts'
import type { Actor } from '../memory/event.ts'
import { type Llm, type Log, UserError } from '../memory/ports.ts'
import { isDamage } from '../memory/store/database.ts'
import { openMemoryStore } from '../memory/store/memory-log.ts'
import type { Memories, MemoryStats } from '../protocol-memories.ts'
import type { SessionsWithTurns } from '../protocol-sessions.ts'
import { readHistoryState } from './history-state.ts'
import { act, edit } from './memories/change.ts'
import { check } from './memories/check.ts'
import { CodeSight } from './memories/code-sight.ts'
import { acceptCandidates, decidePair, settleProposal } from './memories/decisions.ts'
import { distil } from './memories/distil.ts'
import { withHelpfulFind } from './memories/find.ts'
import { forget, from } from './memories/forget.ts'
import { openHeapRoom } from './memories/heap-room.ts'
import { withMaskedReasons } from './memories/masked-reasons.ts'
import { open } from './memories/open.ts'
import { list, log, openStats, review, show } from './memories/read.ts'
import { credit, recall } from './memories/recall.ts'
import { record, remember } from './memories/remember.ts'
import type { CodeView, MemoryRoom } from './memories/room.ts'
import { exportTo, importFrom, share } from './memories/transfer.ts'
import { undo } from './memories/undo.ts'
import type { NamedMemory } from './namespace.ts'
import { RecordVectors } from './record-vectors.ts'
import type { Repository } from './repository.ts'
import { openSessions } from './sessions.ts'
import { readSourceTurn } from './source-turn.ts'

export interface MemoriesOptions {
  repository: Repository
  memory: NamedMemory
  settings: Settings
  log: Log
  /** The index as it serves; null while it is damaged. */
  view: () => CodeView | null
  /** For sessions of other agents: where they lie, whether to watch, and whom to tell. */
  machine?: Machine
  watch?: boolean
  onMemories?: (by: string) => void
}

export interface OpenedMemories {
  memories: Memories
  sessions: SessionsWithTurns
  room: MemoryRoom
  /** Requests sent to a language model so far: the health page counts them. */
  requests(): number
  close(): Promise<void>
}

/** Throws what the store throws. Vectors that are missing are made in the background. */
export function openMemories(options: MemoriesOptions): OpenedMemories {
  let sent = 0
  const room = openRoom(options, () => void sent++)
  const notes = openNotes(room)
  const heap = openHeapRoom()
  const memories = guarded(facade(room, notes, heap.asked), notes)
  const { machine, watch = false, onMemories } = options
  const onImport = () => onMemories?.('sessions')
  const past = openSessions({ room, watch, onImport, ...(machine && { machine }) })
  setImmediate(() => void room.vectors.fill())
  return {
    memories,
    sessions: { ...past.sessions, turn: (id) => readSourceTurn(room.store.get(id), machine) },
    room,
    requests: () => sent,
    async close() {
      await past.close()
      await notes.written()
      await room.vectors.close()
      heap.close()
    },
  }
}

function openRoom(
  { repository, memory, settings, log, view }: MemoriesOptions,
  onRequest: () => void,
): MemoryRoom {
  const opened = openMemoryStore({ db: memory.db, namespace: memory.namespace })
  const store = withMaskedReasons(withHelpfulFind(opened))
  let actor: Promise<Actor> | null = null
  let model: Llm | null = null
  return {
    repository,
    store,
    vectors: new RecordVectors({ store, folder: memory.folder, settings, log }),
    code: new CodeSight({ repository, view, maxFileSize: settings.maxFileSize }),
    settings,
    log,
    folder: memory.folder,
    model: async () => {
      model ??= openModel({ settings, log, root: repository.root }, onRequest)
      return model
    },
    person: () => {
      actor ??= personOf(repository)
      return actor
    },
  }
}

interface ModelQuestion {
  settings: Settings
  log: Log
  root: string
}

/** In the book of model calls; what a person asks for is never stopped by the cap. */
function openModel({ settings, log, root }: ModelQuestion, onRequest: () => void): Llm {
  const { model } = settings
  if (model.model === '') {
    throw new UserError(
      'No language model is set.',
      'Name one in casebook.model (CASEBOOK_MODEL_MODEL and CASEBOOK_MODEL_BASE_URL), or go on without.',
    )
  }
  const meter = { root, background: false, log, ...meterSettings(model) }
  return llmOf(metered(openChatModel(model, log, { onRequest }), openLedger(ledgerFolder()), meter))
}

/** As git knows the person. */
async function personOf({ git, hasHistory }: Repository): Promise<Actor> {
  const name = hasHistory ? await git.run(['config', '--get', 'user.name']).catch(() => '') : ''
  return { type: 'person', name: name.trim() || 'you' }
}

/** What was shown is noted when the answer is out; whatever comes next waits for the notes. */
interface Notes {
  add(work: () => Promise<void>): void
  written(): Promise<void>
}

function openNotes({ log }: MemoryRoom): Notes {
  let last: Promise<void> = Promise.resolve()
  return {
    add(work) {
      const next = async () => {
        await new Promise(setImmediate)
        await work()
      }
      last = last.then(next).catch((error: unknown) => {
        log.error('what was recalled could not be noted', error)
      })
    },
    written: () => last,
  }
}

function facade(room: MemoryRoom, notes: Notes, onQuestion: () => void): Memories {
  const history = (): MemoryStats['history'] => {
    const state = readHistoryState(room.store)
    const { commits = 0, episodes = 0 } = state ?? {}
    return { commits, episodes, complete: state !== null }
  }
  return {
    async recall(request) {
      onQuestion()
      const { reply, note } = await recall(room, request)
      notes.add(async () => {
        const drafts = await note()
        if (drafts.length > 0) room.store.append(drafts)
      })
      return reply
    },
    remember: (request) => remember(room, request),
    record: async (draft) => await record(room, draft, { type: 'agent', name: draft.provenance.author }),
    list: async (request) => list(room, request),
    show: (reference, asOf) => show(room, reference, asOf),
    open: (handle, range) => open(room, handle, range),
    edit: (reference, request) => edit(room, reference, request),
    act: (references, action, reason) =>
      action === 'accept' ? acceptCandidates(room, references) : act(room, { references, action, reason }),
    forget: (references, reason) => forget(room, references, reason),
    from: async (source) => from(room, source),
    undo: (seq, options) => undo(room, seq, options),
    log: async (request) => log(room, request),
    review: async () => review(room),
    settle: (seq, decision, text) => settleProposal(room, { seq, decision, text }),
    decide: (winner, loser, decision) => decidePair(room, { winner, loser, decision }),
    distil: (options) => distil(room, options),
    credit: async (report) => credit(room, report),
    export: (path, options) => exportTo(room, path, options),
    import: (path, options) => importFrom(room, path, options),
    share: () => share(room),
    stats: openStats(room, history),
    check: async (options) => check(room, options?.repair === true),
  }
}

/** Waits for what was noted before, and says what to do about damage. */
function guarded(memories: Memories, notes: Notes): Memories {
  const names = (Object.keys(memories) as (keyof Memories)[]).filter((name) => name !== 'stats')
  const wrapped = names.map((name) => {
    const work = memories[name] as (...args: unknown[]) => Promise<unknown>
    const call = async (...args: unknown[]) => {
      if (name !== 'recall') await notes.written()
      try {
        return await work(...args)
      } catch (error) {
        throw isDamage(error) ? damaged(error) : error
      }
    }
    return [name, call] as const
  })
  return { ...memories, ...Object.fromEntries(wrapped) }
}

function damaged(cause: unknown): UserError {
  return new UserError(
    'The long-term memory is damaged.',
    'Open the repository again: the newest good backup is restored then, and the damaged file is kept.',
    cause,
  )
}
