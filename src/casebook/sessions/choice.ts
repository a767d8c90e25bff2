/** Which agents' sessions the person wants in this memory: asked once, kept in memory.db, changeable. */

import { type DatabaseSync, transaction } from '../../memory/store/database.ts'
import { readMeta, writeMeta } from '../../memory/store/meta.ts'

const prefix = 'sessions of '
const asked = 'sessions asked'
const selectChosen = `select subject from consent where subject like '${prefix}%' order by subject`
const insertChosen = `
  insert into consent (subject, granted_at, detail) values (?, ?, 'a person chose it for this repository')
  on conflict (subject) do nothing`
const deleteChosen = 'delete from consent where subject = ?'

export function wasAsked(db: DatabaseSync): boolean {
  return readMeta(db, asked) !== null
}

export function chosenAgents(db: DatabaseSync): string[] {
  return db
    .prepare(selectChosen)
    .all()
    .map(({ subject }) => String(subject).slice(prefix.length))
}

/** No agents is an answer as well. */
export function keepChoice(db: DatabaseSync, agents: readonly string[]): void {
  transaction(db, () => {
    for (const agent of chosenAgents(db))
      if (!agents.includes(agent)) db.prepare(deleteChosen).run(prefix + agent)
    for (const agent of agents) db.prepare(insertChosen).run(prefix + agent, Date.now())
    writeMeta(db, asked, String(Date.now()))
  })
}
