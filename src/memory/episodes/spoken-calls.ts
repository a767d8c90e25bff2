/** Tool calls that a model wrote as tags into its text, as Cline and its heirs asked for before models had tools of their own. */

import type { Fields } from './fields.ts'

export interface SpokenCall {
  name: string
  input: Fields
}

export interface Spoken {
  /** The text without the calls. */
  said: string
  calls: SpokenCall[]
}

/** Tags that are calls; any other tag is text. */
const tools =
  /^[ \t]*<(execute_command|write_to_file|replace_in_file|apply_diff|insert_content|search_and_replace|search_replace|edit_file|edit|apply_patch|read_file|search_files|list_files|list_code_definition_names|codebase_search|browser_action|use_mcp_tool|access_mcp_resource|ask_followup_question|attempt_completion|new_task|new_rule|switch_mode|plan_mode_respond|plan_mode_response|update_todo_list|fetch_instructions|load_mcp_documentation|web_fetch|condense|report_bug)>/m
/** Their values may hold the tag that ends them: the last one counts. */
const wholeTexts = new Set(['content', 'diff', 'patch', 'input', 'new_string', 'replace', 'result', 'args'])
const mostCalls = 50
const mostParameters = 40

/** What a model wrote, taken apart. A call that was cut reaches to the end of the text. */
export function spokenCalls(text: string): Spoken {
  const calls: SpokenCall[] = []
  const said: string[] = []
  let rest = text
  while (calls.length < mostCalls) {
    const match = tools.exec(rest)
    const name = match?.[1]
    if (match === null || name === undefined) break
    said.push(rest.slice(0, match.index))
    const from = match.index + match[0].length
    const end = closing(rest, name, from)
    calls.push({ name, input: parameters(rest.slice(from, end)) })
    rest = rest.slice(end).replace(new RegExp(`^</${name}>`), '')
  }
  return { said: withoutThinking([...said, rest].join('')), calls }
}

/** Where the call ends: a file that is written may itself hold such a tag, but no other call. */
function closing(text: string, name: string, from: number): number {
  const tag = `</${name}>`
  const first = text.indexOf(tag, from)
  if (first < 0) return text.length
  const inner = /<(content|diff|patch|args)>/.exec(text.slice(from, first))?.[1]
  if (inner === undefined || text.slice(from, first).includes(`</${inner}>`)) return first
  // The first tag lies inside of a value: the call ends after that value.
  const valueEnd = text.indexOf(`</${inner}>`, first)
  const next = valueEnd < 0 ? -1 : text.indexOf(tag, valueEnd)
  return next < 0 ? first : next
}

function parameters(body: string): Fields {
  const found: Fields = {}
  let rest = body
  for (let n = 0; n < mostParameters; n++) {
    const match = /<([a-z_]{1,40})>/.exec(rest)
    const name = match?.[1]
    if (match === null || name === undefined) break
    const value = rest.slice(match.index + match[0].length)
    const tag = `</${name}>`
    const end = wholeTexts.has(name) ? value.lastIndexOf(tag) : value.indexOf(tag)
    const inside = end < 0 ? value : value.slice(0, end)
    found[name] ??= inside.replace(/^\r?\n/, '').replace(/\r?\n[ \t]*$/, '')
    rest = end < 0 ? '' : value.slice(end + tag.length)
  }
  return found
}

function withoutThinking(text: string): string {
  return text.replace(/<thinking>[\s\S]*?(?:<\/thinking>|$)/g, '').trim()
}

/**
 * What stands inside of the tags of these names, in order. Each search goes on behind the last one, and a tag that is
 * never closed is looked for once: texts made of nothing but tags take no longer than others.
 */
export function tagged(text: string, names: readonly string[]): string[] {
  const opening = new RegExp(`<(${names.join('|')})(?: [^<>]{0,200})?>`, 'g')
  const unclosed = new Set<string>()
  const found: string[] = []
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const [whole, name = ''] = match
    const from = match.index + whole.length
    const end = unclosed.has(name) ? -1 : text.indexOf(`</${name}>`, from)
    if (end < 0) unclosed.add(name)
    else {
      found.push(text.slice(from, end))
      opening.lastIndex = end
    }
    if (unclosed.size === names.length) break
  }
  return found
}
