/** The two tools by which a model manages its own tools, and what they answer. */

import { z } from 'zod'
import type { OfferedTool } from '../../llm/model.ts'
import type { Removal } from './session.ts'
import type { ToolMode } from './settings.ts'

export const searchName = 'SYS_SEARCH_TOOLS'
export const removeName = 'SYS_REMOVE_TOOLS'

export function isMetaTool(name: string): boolean {
  return name === searchName || name === removeName
}

export const searchTool: OfferedTool = {
  name: searchName,
  description:
    'Finds tools in the tool store and loads them: they can be called from your next step on. Give one keyword, of a few words, for each tool that you want. A keyword says what the tool does, not for which values.',
  schema: {
    type: 'object',
    properties: {
      keywords: {
        type: 'array',
        items: { type: 'string' },
        description: 'One for each tool that is wanted.',
      },
    },
    required: ['keywords'],
    additionalProperties: false,
  },
}

export const removeTool: OfferedTool = {
  name: removeName,
  description:
    'Unloads tools that are not needed any more. They stay in the tool store and can be found again.',
  schema: {
    type: 'object',
    properties: {
      tool_names: { type: 'array', items: { type: 'string' }, description: 'Their exact names.' },
    },
    required: ['tool_names'],
    additionalProperties: false,
  },
}

/** Those that go along with every request of a mode. */
export const metaTools: Record<ToolMode, readonly OfferedTool[]> = {
  autonomous: [searchTool, removeTool],
  workflow: [],
  hybrid: [searchTool],
}

/** Models also give one name for a list of one. */
const strings = z.union([z.array(z.string()), z.string().transform((one) => [one])])
const searchArguments = z.object({ keywords: strings })
const removeArguments = z.object({ tool_names: strings })

/** Null: not what the tool takes. */
export function keywordsOf(given: unknown): string[] | null {
  const keywords = searchArguments.safeParse(given).data?.keywords.map((word) => word.trim())
  return keywords?.filter((word) => word !== '') ?? null
}

export function namesOf(given: unknown): string[] | null {
  return removeArguments.safeParse(given).data?.tool_names ?? null
}

export function addedText(added: readonly string[], active: readonly string[] = []): string {
  const known = active.length === 0 ? '' : ` Active already: ${active.join(', ')}.`
  return `${counted(added, 'added')}${known && added.length > 0 ? '.' : ''}${known}`
}

/** The meta tools are named as protected, as are pinned ones. */
export function removedText({ removed, kept, unknown }: Removal): string {
  const guarded = [...kept, ...unknown.filter(isMetaTool)]
  const strange = unknown.filter((name) => !isMetaTool(name))
  const remarks = [
    guarded.length === 0 ? '' : `Cannot be removed: ${guarded.join(', ')}.`,
    strange.length === 0 ? '' : `Not active: ${strange.join(', ')}.`,
  ].filter(Boolean)
  const told = counted(removed, 'removed')
  return remarks.length === 0 ? told : `${told}${removed.length > 0 ? '.' : ''} ${remarks.join(' ')}`
}

export function limitText({
  wanted,
  count,
  limit,
}: {
  wanted: number
  count: number
  limit: number
}): string {
  return `Error: ${count} tools are loaded and ${wanted} more would make ${count + wanted}; the limit is ${limit}. Nothing was added. Remove tools that you do not need with ${removeName}, then search again.`
}

export function badArguments(name: string, field: string): string {
  return `Error: ${name} takes {"${field}": ["...", "..."]}. Nothing was done.`
}

/** As the paper words it. */
function counted(names: readonly string[], what: string): string {
  return names.length === 0 ? `0 tools ${what}.` : `${names.length} tools ${what}: ${names.join(', ')}`
}
