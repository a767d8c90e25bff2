/** What Casebook says of its own work in an answer: shown to people, never told to a model as its own words. Pure. */

/** The answer of the model alone; each of them stands in it once, as it was written. */
export function withoutStatuses(answer: string, statuses: readonly string[]): string {
  return statuses.reduce((text, status) => text.replace(status, () => ''), answer).trim()
}
