/** Hand-written tools with a request for each: `server | name | description | parameters | request`, one a line. */

import { readFile } from 'node:fs/promises'
import type { ListedTool } from '../../agent/toolbox/document.ts'
import type { ToolStore } from '../../agent/toolbox/ports.ts'
import { UserError } from '../../memory/ports.ts'

export interface Wish {
  tool: ListedTool
  /** What a person might say who needs the tool. */
  request: string
}

/** Throws `UserError` with the line that is none. */
export async function readToolSet(file: string): Promise<Wish[]> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return []
    const [server, name, description, parameters, request] = line.split(' | ')
    if (!server || !name || !description || parameters === undefined || !request) {
      const remedy = 'A line is: server | name | description | parameters | request.'
      throw new UserError(`Line ${at + 1} of ${file} is not a tool.`, remedy)
    }
    return [{ tool: { server, name, description, schema: schemaOf(parameters) }, request }]
  })
}

function schemaOf(parameters: string): Record<string, unknown> {
  const names = parameters.split(',').map((name) => name.trim())
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
  return { type: 'object', properties }
}

export interface Retrieval {
  hits: number
  first: number
  asked: number
  missed: { request: string; wanted: string; found: string[] }[]
}

/** Whether the needed tool is among the best `k` for the request as it was said. */
export async function measureRetrieval(
  store: ToolStore,
  wishes: readonly Wish[],
  k: number,
): Promise<Retrieval> {
  const result: Retrieval = { hits: 0, first: 0, asked: wishes.length, missed: [] }
  for (const { tool, request } of wishes) {
    const found = (await store.search([request], { k })).map(({ name }) => name)
    if (found.includes(tool.name)) result.hits++
    else result.missed.push({ request, wanted: tool.name, found })
    if (found[0] === tool.name) result.first++
  }
  return result
}
