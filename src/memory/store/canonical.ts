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
  return alike(one, other) || canonical(one) === canonical(other)
}

/** Whether two values are alike in every part. What is not may still be the same: `undefined` is left out. */
function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other))
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, at) => alike(item, other[at]))
    )
  const [mine, theirs] = [one as Record<string, unknown>, other as Record<string, unknown>]
  const keys = Object.keys(mine)
  return (
    keys.length === Object.keys(theirs).length &&
    keys.every((key) => Object.hasOwn(theirs, key) && alike(mine[key], theirs[key]))
  )
}
