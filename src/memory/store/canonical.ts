/** JSON in one form only: keys sorted, nothing undefined. What hashes and comparisons go by. */

/** Canonical JSON: object keys in code-unit order, `undefined` left out, no white space. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const object = value as Record<string, unknown>
  let text = ''
  for (const key of Object.keys(object).sort()) {
    if (object[key] === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(object[key])}`
  }
  return `{${text}}`
}

/** Whether two values have the same canonical JSON; a missing value counts as null. */
export function same(one: unknown, other: unknown): boolean {
  return one === other || canonical(one) === canonical(other)
}
