/** What Cline, Roo and their heirs answer to a tool call: done, failed, refused, skipped, and what the person said to it. */

import { type Ending, statedExit } from './exit.ts'
import { blockText, fields, filled, json, list, text } from './fields.ts'
import { tagged } from './spoken-calls.ts'

export type Verdict = 'done' | 'failed' | 'denied' | 'skipped'

export interface Answer {
  verdict: Verdict
  output: string
  /** Words of the person that came with it. */
  feedback: string[]
  /** The person changed what the tool wrote. */
  modified: boolean
  /** The tool says that the file is new. */
  created: boolean
  /** Whole text of the file afterwards, where it is given. */
  finalText: string | null
}

const denied = /^(?:The user denied this operation|\{"status":\s*"denied"|The user rejected|User denied)/
const skipped = /^(?:Skipping tool|Tool \[[^\]]*\] was (?:not executed|interrupted and not executed))/
const failed =
  /^(?:The tool execution failed|<error_details>|Error(?: executing|\b.{0,40}:)|\{"status":\s*"error"|Diff Evaluation Failed|Unable to apply diff|Failed to|No sufficiently similar match|Missing value for required parameter|This tool cannot be used in PLAN MODE|Access to .{1,400} is blocked|File does not exist|Command execution blocked)/
const failedInside = /The tool execution failed with the following error:|<error_details>|"status":\s*"error"/

/** Reads the answer. `isError`: what the format itself says. */
export function answerOf(content: unknown, isError: boolean): Answer {
  const output = withoutSurroundings(blockText(content)).trim()
  const feedback = feedbackOf(output)
  return {
    verdict: verdictOf(output, isError),
    output,
    feedback,
    modified: /The user made the following updates to your content|<user_edits>|"user_edits"\s*:/.test(
      output,
    ),
    created:
      /<operation>created<\/operation>|"operation"\s*:\s*"created"|\b(?:file )?created successfully\b/i.test(
        output.slice(0, 4_000),
      ),
    finalText: tagged(output, ['final_file_content'])[0]?.replace(/^\n|\n$/g, '') ?? null,
  }
}

function verdictOf(output: string, isError: boolean): Verdict {
  if (denied.test(output)) return 'denied'
  if (skipped.test(output)) return 'skipped'
  return isError || failed.test(output) || failedInside.test(output.slice(0, 600)) ? 'failed' : 'done'
}

function feedbackOf(output: string): string[] {
  const inTags = tagged(output, ['feedback']).map((words) => words.trim())
  if (inTags.length > 0) return inTags.filter(Boolean)
  if (!/^\{"status":\s*"(?:denied|approved)"/.test(output)) return []
  const words = filled(json(output.split('\n')[0]).feedback)
  return words === undefined ? [] : [words]
}

/** What the program adds to every message about the editor is no part of the answer. */
export function withoutSurroundings(output: string): string {
  return output.replace(/<environment_details>[\s\S]*?(?:<\/environment_details>|$)/g, '')
}

/** How a command ended. Nothing is known of one that still ran when it was answered. */
export function endingOf(output: string): Ending | null {
  const first = output.slice(0, 1_000).split('\n').slice(0, 3).join('\n')
  if (
    /Command is still running|\[Command is running in the background|was (?:cancelled|interrupted) by the user/i.test(
      first,
    )
  )
    return null
  // The agent's own words stand first; what the program printed comes after them.
  const own =
    /^Command [^\n]*\(exit code:? (-?\d{1,10})\)/im.exec(first)?.[1] ??
    /^Command executed in terminal\b[^\n]*\. Exit code: (-?\d{1,10})$/m.exec(first)?.[1]
  return own === undefined ? statedExit(output) : { exitCode: Number(own), evidence: 'text' }
}

/** One result of the tools of Cline's SDK, which do several things in one call. */
export interface Operation {
  query: string
  result: string
  error: string
  success: boolean | null
}

/** The results of a call of Cline's SDK; null where the content has another form. */
export function operationsOf(content: unknown): Operation[] | null {
  const items = operationItems(content)
  if (items.length === 0 || !items.every((item) => 'query' in fields(item) || 'success' in fields(item)))
    return null
  return items.map((item) => {
    const { query, result, error, success } = fields(item)
    return {
      query: text(query),
      result: blockText(result),
      error: blockText(error),
      success: typeof success === 'boolean' ? success : null,
    }
  })
}

function operationItems(content: unknown): unknown[] {
  if (typeof content !== 'string') {
    const blocks = list(content)
    const [only] = blocks
    const inner = blocks.length === 1 && fields(only).type === 'text' ? text(fields(only).text) : ''
    return inner === '' ? blocks : operationItems(inner)
  }
  if (!/^\s*[[{]/.test(content)) return []
  try {
    const value: unknown = JSON.parse(content)
    return Array.isArray(value) ? value : [value]
  } catch {
    // Plain words that begin with a bracket.
    return []
  }
}

/** How one command of the SDK ended: its error names the code, success alone means 0. */
export function operationEnding({ error, result, success }: Operation): Ending | null {
  if (success === true) return { exitCode: 0, evidence: 'status' }
  if (success === null) return statedExit(result)
  const stated = statedExit(error)
  if (stated !== null) return stated
  const unclear = /timed out|timeout|aborted|cancelled|canceled|blocked|denied/i.test(error)
  return unclear || error === '' ? null : { exitCode: 1, evidence: 'status' }
}
