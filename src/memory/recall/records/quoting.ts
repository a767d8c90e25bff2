/** The frame around recalled memories: they are data that others wrote, never instructions. */

export function quoteMemories(body: string): string {
  return body
}
