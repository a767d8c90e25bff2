/** A tool as a document: what its server says of it, its hash, and the texts by which it is found. */

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import { canonical } from '../../memory/store/canonical.ts'

/** A tool as a server lists it. */
export const listedTool = z.object({
  /** The server's own name for it. */
  name: z.string().min(1).max(256),
  /** Where it comes from: `casebook`, `editor`, or the name of an MCP server. */
  server: z.string().min(1).max(256),
  description: z.string().default(''),
  /** JSON Schema of its arguments. */
  schema: z.record(z.string(), z.unknown()).default({}),
  /** What somebody might ask who needs it (ScaleMCP's synthetic questions). */
  questions: z.array(z.string()).optional(),
})
export type ListedTool = z.infer<typeof listedTool>

/** A tool that is known. `name` is what models are offered; `origin` what the server calls it. */
export interface ToolDocument {
  name: string
  server: string
  origin: string
  description: string
  schema: Record<string, unknown>
  questions?: string[]
  /** Hex SHA-256, see `hashOf`. */
  sha: string
}

/** SHA-256 over canonical JSON: the order of keys does not matter, and questions count only where there are some. */
export function hashOf({ name, description, schema, questions }: ListedTool): string {
  const content = { name, description, schema, questions: questions?.length ? questions : undefined }
  return createHash('sha256').update(canonical(content)).digest('hex')
}

export function toDocument(tool: ListedTool, name: string): ToolDocument {
  const { server, description, schema, questions } = tool
  const document = { name, server, origin: tool.name, description, schema, sha: hashOf(tool) }
  return questions?.length ? { ...document, questions } : document
}

/** The parts that are embedded apart for a weighted average. */
export const toolParts = ['name', 'description', 'schema', 'questions'] as const
export type ToolPart = (typeof toolParts)[number]

/** Longer texts are cut for the index: nobody searches for what stands further down. */
const longestText = 4_000

/** The texts that a tool is found by; a part without text is empty. */
export function textsOf({
  origin,
  server,
  description,
  schema,
  questions,
}: ToolDocument): Record<ToolPart, string> {
  const texts = {
    name: `${spaced(origin)} ${spaced(server)}`,
    description,
    schema: schemaText(schema).join(' '),
    questions: (questions ?? []).join('\n'),
  }
  return Object.fromEntries(
    toolParts.map((part) => [part, texts[part].slice(0, longestText)]),
  ) as typeof texts
}

/** Hyphens and dots of a name part words, as underscores do for the tokeniser. */
function spaced(name: string): string {
  return name.replace(/[^\p{L}\p{N}_]+/gu, ' ')
}

const deepest = 6

/** Names, descriptions and choices of the parameters; types and keywords of JSON Schema say nothing. */
function schemaText(schema: unknown, depth = 0): string[] {
  if (typeof schema !== 'object' || schema === null || depth > deepest) return []
  const { properties, items, enum: choices, description } = schema as Record<string, unknown>
  const texts: string[] = []
  if (depth > 0 && typeof description === 'string') texts.push(description)
  if (Array.isArray(choices)) texts.push(...choices.filter((choice) => typeof choice === 'string'))
  if (typeof properties === 'object' && properties !== null)
    for (const [name, property] of Object.entries(properties))
      texts.push(spaced(name), ...schemaText(property, depth + 1))
  return [...texts, ...schemaText(items, depth + 1)]
}

/** Names that every API of models takes. */
const usable = /^[a-zA-Z0-9_-]{1,64}$/

/**
 * The name under which a tool is offered: its own where that can be used and is free, else one with its server, else
 * one with a piece of a hash. Given once and kept.
 */
export function offeredName(
  tool: Pick<ListedTool, 'name' | 'server'>,
  isTaken: (name: string) => boolean,
): string {
  const free = (name: string) => usable.test(name) && !isTaken(name)
  if (free(tool.name)) return tool.name
  const plain = `${tool.server}_${tool.name}`.replace(/[^a-zA-Z0-9_-]+/g, '_')
  if (free(plain)) return plain
  for (let salt = 0; ; salt++) {
    const hash = createHash('sha256')
      .update(`${salt}\n${tool.server}\n${tool.name}`)
      .digest('hex')
      .slice(0, 8)
    const name = `${plain.slice(0, 55)}_${hash}`
    if (free(name)) return name
  }
}

/** Estimated tokens that offering a tool takes in a request. */
export function tokensOf({
  name,
  description,
  schema,
}: Pick<ToolDocument, 'name' | 'description' | 'schema'>): number {
  return estimateTokens(JSON.stringify({ name, description, parameters: schema }))
}
