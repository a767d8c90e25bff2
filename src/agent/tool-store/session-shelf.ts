/** Chats with their tools in memory.db. Secrets in what was said are masked before they are written. */

import type { Message } from '../../llm/model.ts'
import { redact } from '../../memory/safety/redact.ts'
import { redactDeep } from '../../memory/safety/redact-deep.ts'
import { type DatabaseSync, transaction } from '../../memory/store/database.ts'
import type { SessionShelf } from '../toolbox/ports.ts'
import { dropGone, type TurnRecord, toolSession } from '../toolbox/session.ts'

const selectState = 'select state from tool_session where id = ?'
const selectAll = 'select id, state from tool_session'
const selectIds = 'select id from tool_session order by updated_at desc, id'
const upsert = `
  insert into tool_session (id, state, updated_at) values (?, ?, ?)
  on conflict (id) do update set state = excluded.state, updated_at = excluded.updated_at`
const updateState = 'update tool_session set state = ? where id = ?'
const deleteState = 'delete from tool_session where id = ?'
const deleteOld = `
  delete from tool_session where id in (
    select id from tool_session order by updated_at desc, id limit -1 offset ?)`

/** Chats that are kept: older ones give way, as nobody comes back to them for their tools. */
const mostChats = 200

export function openSessionShelf(db: DatabaseSync, now: () => number = Date.now): SessionShelf {
  return {
    async load(id) {
      const row = db.prepare(selectState).get(id)
      return row === undefined ? null : toolSession.parse(JSON.parse(String(row.state)))
    },
    async save(session) {
      const kept = {
        ...session,
        messages: await masked(session.messages),
        turns: await maskedTurns(session.turns),
      }
      transaction(db, () => {
        db.prepare(upsert).run(session.id, JSON.stringify(kept), now())
        db.prepare(deleteOld).run(mostChats)
      })
    },
    async remove(id) {
      db.prepare(deleteState).run(id)
    },
    async ids() {
      return db
        .prepare(selectIds)
        .all()
        .map((row) => String(row.id))
    },
  }
}

/** What was said and what tools were called with. Ids stay as they are: they join calls with their results. */
async function masked(messages: readonly Message[]): Promise<Message[]> {
  const texts = messages.map((message) => ({
    content: message.content,
    given: message.role === 'assistant' ? (message.calls ?? []).map((call) => call.arguments) : [],
  }))
  const { value } = await redactDeep(texts, redact)
  return messages.map((message, at): Message => {
    const { content = '', given = [] } = value[at] ?? {}
    if (message.role !== 'assistant' || message.calls === undefined) return { ...message, content }
    const calls = message.calls.map((call, which) => ({ ...call, arguments: given[which] }))
    return { ...message, content, calls }
  })
}

/** Why a tool came says what a model searched for, which it may have read anywhere. */
async function maskedTurns(turns: readonly TurnRecord[]): Promise<TurnRecord[]> {
  const { value } = await redactDeep(
    turns.map(({ changes }) => changes.map(({ why }) => why)),
    redact,
  )
  return turns.map((turn, at) => ({
    ...turn,
    changes: turn.changes.map((change, which) => ({ ...change, why: value[at]?.[which] ?? '' })),
  }))
}

/** Part of the transaction that removes the tools: no chat that is opened later has them. */
export function dropFromSessions(db: DatabaseSync, names: readonly string[]): void {
  if (names.length === 0) return
  const gone = new Set(names)
  for (const row of db.prepare(selectAll).all()) {
    // One that another version wrote must not keep the tools of all others from being brought up to date.
    const { data } = toolSession.safeParse(JSON.parse(String(row.state)))
    if (data === undefined || dropGone(data, (name) => !gone.has(name)).length === 0) continue
    db.prepare(updateState).run(JSON.stringify(data), String(row.id))
  }
}
