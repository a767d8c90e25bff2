/** What embedding will cost, said before it starts. */

/** Characters a token of code, on average, in the tokenizers of current embedding models (3.2 to 3.9 seen). */
const charactersPerToken = 3.5

export interface CostEstimate {
  tokens: number
  /** US dollars; null when the price is not known. */
  dollars: number | null
}

export function estimatedTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken)
}

/** `pricePerMillion`: US dollars a million tokens, 0 when unknown or free. Off by up to a fifth. */
export function estimateCost(characters: number, pricePerMillion: number): CostEstimate {
  const tokens = estimatedTokens(characters)
  return { tokens, dollars: pricePerMillion > 0 ? (tokens / 1e6) * pricePerMillion : null }
}
