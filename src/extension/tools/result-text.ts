/** What a tool of the editor answered, as text for a model. Pure: parts are known by what they hold. */

/** Characters of one result; more is cut with a note. */
export const longestResult = 60_000

/** Text as it is, rendered prompts as their text, data as text where it is some, else by name. */
export function resultText(parts: readonly unknown[]): string {
  const text = parts
    .map(partText)
    .filter((part) => part !== '')
    .join('\n')
  if (text === '') return '(The tool answered nothing.)'
  if (text.length <= longestResult) return text
  return `${text.slice(0, longestResult)}\n[${text.length - longestResult} more characters were left out]`
}

function partText(part: unknown): string {
  if (typeof part !== 'object' || part === null) return ''
  const { value, mimeType, data } = part as Record<string, unknown>
  if (typeof value === 'string') return value
  if (data instanceof Uint8Array) return dataText(String(mimeType ?? 'data'), data)
  if (typeof value === 'object' && value !== null) return textsIn(value).join('')
  return ''
}

function dataText(mimeType: string, data: Uint8Array): string {
  const isText = /^text\/|[/+]json\b|[/+]xml\b/.test(mimeType)
  if (isText) return new TextDecoder().decode(data)
  return `[${mimeType}, ${data.byteLength} bytes, not shown]`
}

/** Texts of a prompt that was rendered by @vscode/prompt-tsx, in order, whatever its nodes are called. */
function textsIn(node: unknown, depth = 0): string[] {
  if (typeof node !== 'object' || node === null || depth > 100) return []
  if (Array.isArray(node)) return node.flatMap((child) => textsIn(child, depth + 1))
  const { text, ...rest } = node as Record<string, unknown>
  if (typeof text === 'string') return [text]
  return Object.values(rest).flatMap((child) => textsIn(child, depth + 1))
}
