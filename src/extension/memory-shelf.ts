/** The memories of one root as the tree has them: pages that were asked for, kept until something changed. */

import type { MemoryRecord } from '../memory/record.ts'
import type { MemoryArguments, MemoryCall, MemoryReply } from '../protocol.ts'
import { listed, type MemoryGroup, waitingRecords } from './memory-groups.ts'
import { waitingCount } from './review-entries.ts'

export type Ask = <K extends MemoryCall>(call: K, args: MemoryArguments<K>) => Promise<MemoryReply<K>>

export interface GroupPage {
  records: MemoryRecord[]
  /** How many are not among them. */
  left: number
}

const pageSize = 50
/** Rows that are read again after a change; what was paged beyond is paged again. */
const mostReread = 200
const groups = ['lessons', 'facts', 'episodes', 'archived'] as const

export class MemoryShelf {
  readonly #ask: Ask
  readonly #wanted = new Map<MemoryGroup, number>()
  readonly #pages = new Map<MemoryGroup, Promise<GroupPage>>()
  #events = -1
  /** Decisions that wait for a person, as of the last count. */
  waiting = 0

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** What is shown is asked for anew. */
  forget(): void {
    this.#pages.clear()
  }

  more(group: MemoryGroup): void {
    this.#wanted.set(group, (this.#wanted.get(group) ?? pageSize) + pageSize)
    this.#pages.delete(group)
  }

  /** Whether the log has grown since the groups were counted. */
  async isOther(): Promise<boolean> {
    const { events } = await this.#ask('stats', [])
    return events !== this.#events
  }

  /** Groups that hold something, what waits for a person first. */
  async counts(): Promise<{ group: MemoryGroup; count: number }[]> {
    const [stats, queue, ...pages] = await Promise.all([
      this.#ask('stats', []),
      this.#ask('review', []),
      ...groups.map((group) => this.records(group)),
    ])
    this.#events = stats.events
    this.waiting = waitingCount(queue)
    const counted = groups.map((group, index) => {
      const { records, left } = pages[index] ?? { records: [], left: 0 }
      return { group, count: records.length + left }
    })
    const all = [{ group: 'review' as const, count: this.waiting }, ...counted]
    return all.filter(({ count }) => count > 0)
  }

  records(group: MemoryGroup): Promise<GroupPage> {
    const known = this.#pages.get(group)
    const page = known ?? (group === 'review' ? this.#review() : this.#list(group))
    if (known === undefined) {
      this.#pages.set(group, page)
      // A failure is not kept: the next look asks again.
      page.catch(() => this.#pages.delete(group))
    }
    return page
  }

  async #review(): Promise<GroupPage> {
    return { records: waitingRecords(await this.#ask('review', [])), left: 0 }
  }

  async #list(group: keyof typeof listed): Promise<GroupPage> {
    const wanted = this.#wanted.get(group) ?? pageSize
    const records: MemoryRecord[] = []
    let total = 0
    for (let after: string | null = ''; after !== null && records.length < wanted; ) {
      const limit = Math.min(mostReread, wanted - records.length)
      const from = after === '' ? {} : { after }
      const page: MemoryReply<'list'> = await this.#ask('list', [{ ...listed[group], ...from, limit }])
      records.push(...page.records)
      total = Math.max(total, page.total)
      after = page.records.length === 0 ? null : page.next
    }
    return { records, left: Math.max(0, total - records.length) }
  }
}
