/** Finds whether a text holds any of many quotes, in one walk over it, however many they are. Pure. */

/** Shorter quotes occur by chance and are left out. */
export const shortestQuote = 12

/** Buckets of the filter that most places of a text fail at. */
const buckets = 1 << 16

export type Finder = (text: string) => boolean

/** Time of a search: the length of the text, and nothing by the number of quotes. */
export function quoteFinder(quotes: Iterable<string>): Finder {
  const byStart = new Map<string, string[]>()
  const filter = new Uint8Array(buckets)
  for (const quote of new Set(quotes)) {
    if (quote.length < shortestQuote) continue
    const start = quote.slice(0, shortestQuote)
    const same = byStart.get(start)
    if (same === undefined) byStart.set(start, [quote])
    else same.push(quote)
    filter[bucketOf(quote, 0)] = 1
  }
  if (byStart.size === 0) return () => false
  return (text) => {
    for (let at = 0; at + shortestQuote <= text.length; at++) {
      if (filter[bucketOf(text, at)] === 0) continue
      const some = byStart.get(text.slice(at, at + shortestQuote))
      if (some?.some((quote) => text.startsWith(quote, at))) return true
    }
    return false
  }
}

function bucketOf(text: string, at: number): number {
  const [one, two, three] = [text.charCodeAt(at), text.charCodeAt(at + 5), text.charCodeAt(at + 11)]
  return (one + two * 197 + three * 8_191 + text.charCodeAt(at + 8) * 523) & (buckets - 1)
}

const idLength = 26
const runs = /[0-9A-HJKMNP-TV-Z]{26,}/g

/** Whether a text names one of these record ids. */
export function idFinder(ids: { has(id: string): boolean }): Finder {
  return (text) => {
    for (const [run] of text.matchAll(runs))
      for (let at = 0; at + idLength <= run.length; at++)
        if (ids.has(run.slice(at, at + idLength))) return true
    return false
  }
}
