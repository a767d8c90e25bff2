/** What the tool memory says to models. */

import { removeName, searchName } from './meta-tools.ts'

/** What stands in the system text about tools, after what the chat itself says. */
export interface PromptState {
  /** Tools in this very request, those of the tool memory included. */
  count: number
  limit: number
  /** ISO day. */
  date: string
}

export function aboutAutonomous({ count, limit, date }: PromptState): string {
  return `# Your tools
Tools lie in a store. Those that you load stay loaded, from question to question, until you remove them. At most ${limit} can be loaded.
- When no loaded tool fits, search with ${searchName}: one keyword for each tool that you want. Search again with other words when nothing fits; say so when the question cannot be answered.
- When a new question comes, first remove what it does not need with ${removeName}.
- Remove tools that you did not use for more than two questions of the user.
- ${searchName} and ${removeName} always stay.
Tools loaded now: ${count} of at most ${limit} (these two included).
Today is ${date}.`
}

export function aboutHybrid({ date }: PromptState): string {
  return `# Your tools
Tools lie in a store; some are loaded. When no loaded tool fits, search with ${searchName}: one keyword for each tool that you want. Search again with other words when nothing fits; say so when the question cannot be answered.
Today is ${date}.`
}

export function aboutWorkflow({ date }: PromptState): string {
  return `# Your tools
Tools that fit this question were chosen for you. Say so when the question cannot be answered with them.
Today is ${date}.`
}

export const prunePrompt = `You look after the tools of an assistant. You get the tools that are loaded and the user's newest question.
Name the tools that neither this question nor a likely next one needs. When in doubt whether a tool belongs to the question, leave it out of your list.
Answer with a JSON array of exact names and nothing else, for example ["name_one", "name_two"]. An empty array removes nothing.`

export const searchPrompt = `You look after the tools of an assistant. You get the tools that are loaded and the user's newest question.
Name what is missing: for each tool that the question needs and that is not loaded, one keyword of a few words that says what the tool does.
Answer with a JSON array of keywords and nothing else, for example ["convert currency", "send an email"]. An empty array means that nothing is missing.`

export const summaryPrompt = `Sum up this conversation for an assistant that goes on with it: what the user wants, what was found, what was decided, what is open. Keep names, paths, numbers and ids as they are. At most 300 words, text only.`

export function stateText(tools: readonly { name: string; description: string }[], query: string): string {
  const lines = tools.map(({ name, description }) => `- ${name}: ${firstLine(description)}`)
  return `Loaded tools:\n${lines.length === 0 ? '(none)' : lines.join('\n')}\n\nQuestion of the user:\n${query}`
}

const longestDescription = 160

function firstLine(description: string): string {
  const line = description.trim().split('\n')[0] ?? ''
  return line.length > longestDescription ? `${line.slice(0, longestDescription)}…` : line
}

/** The strings of the array in an answer, whatever stands around it; null where there is none. */
export function readList(answer: string): string[] | null {
  const start = answer.indexOf('[')
  for (let end = answer.lastIndexOf(']'); start >= 0 && end > start; end = answer.lastIndexOf(']', end - 1)) {
    try {
      const list: unknown = JSON.parse(answer.slice(start, end + 1))
      if (Array.isArray(list)) return list.filter((item) => typeof item === 'string')
    } catch {
      // Text after the array may hold brackets, too: a shorter piece may be the array.
    }
  }
  return null
}
