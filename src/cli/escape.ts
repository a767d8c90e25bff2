/** Makes text from a repository safe to print: file names, code and commit messages may hold terminal commands. */

/** C0 and C1 controls, delete, line and paragraph separators, and the bidirectional overrides (CVE-2021-42574). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above, without tab and line feed
const unsafeInBlock = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** One line: every control character, line breaks and tabs too, is shown as its escape. */
export function escapeLine(text: string): string {
  return text.replace(unsafe, visible)
}

/** Several lines: line feeds and tabs stay, `\r\n` becomes `\n`. */
export function escapeBlock(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unsafeInBlock, visible)
}

/** JSON of `data`, indented, in which no character can command a terminal. */
export function escapeJson(data: unknown): string {
  return JSON.stringify(data, null, 2).replace(unsafeInBlock, (character) => `\\u${hex(character, 4)}`)
}

function visible(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  if (character === '\r') return '\\r'
  return character.charCodeAt(0) < 256 ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0')
}
