/** What memory and code know of a question: also of one that leans on the one before, or names something unknown. */

import type { SearchReply, WindowRecall } from '../../protocol.ts'
import type { Knowledge } from '../ports.ts'
import { ownWords, wholeQuestion } from './follow-up.ts'
import { type ChatQuestion, type Found, recallOf, searchTextOf } from './question.ts'
import { secretFree } from './secret-free.ts'

export interface Finding {
  question: ChatQuestion
  /** Oldest first. */
  earlier: readonly { prompt: string }[]
  knowledge: Pick<Knowledge, 'recall' | 'search'>
  signal?: AbortSignal
}

/** Pieces of code in the prompt. */
const mostCode = 5

/** Side by side: neither needs the other. A name that nothing knows does not hide what the other words find. */
export async function find({ question, earlier, knowledge, signal }: Finding): Promise<Found> {
  const whole = { ...question, prompt: wholeQuestion(question.prompt, earlier) }
  const ask = asking(secretFree(knowledge), signal)
  const [recall, code] = await ask(whole)
  const unknown = recall.unknown.filter((name) => occurs(question.prompt, name))
  const isEmpty = recall.memories.length === 0 || code.hits.length === 0
  const known = isEmpty ? withoutNames(whole, [...recall.unknown, ...namesIn(code)]) : whole
  if (known.prompt === whole.prompt || ownWords(known.prompt).length === 0) {
    return { recall: { ...recall, unknown }, code }
  }
  const [again, more] = await ask(known)
  return {
    recall: { ...(recall.memories.length > 0 ? recall : better(recall, again)), unknown },
    code: code.hits.length > 0 ? code : more,
  }
}

function asking(knowledge: Finding['knowledge'], signal: AbortSignal | undefined) {
  const options = { limit: mostCode, ...(signal !== undefined && { signal }) }
  return (question: ChatQuestion): Promise<[WindowRecall, SearchReply]> =>
    Promise.all([
      knowledge.recall(recallOf(question), signal),
      knowledge.search(searchTextOf(question), options),
    ])
}

/** Where neither found anything, the first says which names are unknown. */
function better(first: WindowRecall, again: WindowRecall): WindowRecall {
  return again.memories.length > 0 ? again : first
}

/** A search tells in its sentence alone what it does not know. */
function namesIn({ nothingFound = '' }: SearchReply): string[] {
  return [...nothingFound.matchAll(/“([^”]+)”/g)].flatMap(([, name]) => name ?? [])
}

function withoutNames(question: ChatQuestion, names: readonly string[]): ChatQuestion {
  const prompt = names.reduce((text, name) => text.replace(asWord(name), ' '), question.prompt)
  return { ...question, prompt }
}

function occurs(text: string, name: string): boolean {
  return asWord(name).test(text)
}

/** Fresh each time: a global pattern remembers where it was. */
function asWord(name: string): RegExp {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'giu')
}
