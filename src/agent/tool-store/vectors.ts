/** The vector of a tool: of its whole text, or the weighted average of its parts (ScaleMCP's TDWA). */

import { type ToolDocument, type ToolPart, textsOf, toolParts } from '../toolbox/document.ts'

export type Weights = Record<ToolPart, number>

/** `concat`: one embedding of all texts. `tdwa`: one of each part, averaged by weights that may have any sum. */
export type Embedding = { kind: 'concat' } | { kind: 'tdwa'; weights: Weights }

/** Not the paper's, which are not known: names tell most of what a tool is, schemas least. */
export const defaultWeights: Weights = { name: 0.35, description: 0.35, schema: 0.1, questions: 0.2 }

/** The texts to embed of one document, by the part under which their vectors are kept. */
export function partsToEmbed(document: ToolDocument, embedding: Embedding): { part: string; text: string }[] {
  const texts = textsOf(document)
  if (embedding.kind === 'concat') {
    const text = toolParts.map((part) => texts[part]).filter(Boolean)
    return [{ part: 'whole', text: text.join('\n') }]
  }
  return toolParts.map((part) => ({ part, text: texts[part] })).filter(({ text }) => text !== '')
}

/** The parts that count for an embedding, with their shares: of a sum of one. Throws `RangeError` for a sum of zero. */
export function sharesOf(embedding: Embedding): Map<string, number> {
  if (embedding.kind === 'concat') return new Map([['whole', 1]])
  const weights = toolParts.map((part) => Math.max(0, embedding.weights[part]))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (!(sum > 0)) throw new RangeError('The weights of the parts of a tool must not all be zero.')
  return new Map(toolParts.map((part, at) => [part, (weights[at] ?? 0) / sum]))
}

/** `normalize(sum of w * e)`; zeros where there is nothing. */
export function averaged(
  vectors: ReadonlyMap<string, Float32Array>,
  shares: ReadonlyMap<string, number>,
  dimensions: number,
): Float32Array {
  const sum = new Float32Array(dimensions)
  for (const [part, share] of shares)
    vectors.get(part)?.forEach((value, at) => {
      sum[at] = (sum[at] ?? 0) + share * value
    })
  const length = Math.hypot(...sum)
  return length === 0 ? sum : sum.map((value) => value / length)
}
