/** A shell line taken apart far enough to tell what was run: simple commands with their words, and what joins them. */

/** What stands between a command and the next one. */
export type Joint = '&&' | '||' | ';' | '|' | '&' | ''

export interface SimpleCommand {
  words: string[]
  /** What joins it to the next command. */
  joint: Joint
}

/** Wrappers of another shell's line: the line inside is what was run. */
const shells = /^(?:\S*\/)?(?:ba|z|da|k)?sh$|^(?:\S*[\\/])?(?:pwsh|powershell|cmd)(?:\.exe)?$/i
const shellFlags = /^(?:-[a-z]*c|\/c|-command|-noprofile|-noninteractive)$/i
/** Lines longer than this are scripts; their beginning is enough. */
const longestLine = 20_000
const deepest = 3

/** The simple commands of a line, in order; those of `bash -lc "..."` and the like in its place. */
export function simpleCommands(line: string, depth = 0): SimpleCommand[] {
  return split(line.slice(0, longestLine)).flatMap((command) => {
    const inner = depth < deepest ? innerLine(command.words) : null
    if (inner === null) return [command]
    const found = simpleCommands(inner, depth + 1)
    const last = found.at(-1)
    if (last !== undefined) last.joint = command.joint
    return found
  })
}

/** The line that a shell was given to run; null when the words start no shell. */
function innerLine(words: readonly string[]): string | null {
  if (!shells.test(words[0] ?? '')) return null
  const flag = words.findIndex((word, at) => at > 0 && /^(?:-[a-z]*c|\/c|-command)$/i.test(word))
  if (flag < 0 || words.slice(1, flag).some((word) => !shellFlags.test(word) && !word.startsWith('-')))
    return null
  const rest = words.slice(flag + 1)
  return rest.length === 0 ? null : /cmd/i.test(words[0] ?? '') ? rest.join(' ') : (rest[0] ?? null)
}

function split(line: string): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  let words: string[] = []
  const end = (joint: Joint) => {
    if (words.length > 0) commands.push({ words, joint })
    words = []
  }
  for (const token of tokens(line)) {
    if (token.joint === undefined) words.push(token.word)
    else end(token.joint)
  }
  end('')
  return commands
}

type Token = { word: string; joint?: undefined } | { joint: Joint }

/** Quotes are taken off; here-documents and substitutions stay words, which no rule looks for. */
function* tokens(line: string): Generator<Token> {
  const pattern =
    /\s*(?:(&&|\|\||;;?|\|&?|&(?!>)|\n)|((?:\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|'[^']*'|\d*>&\d*|&>>?|[^\s&|;"'\\]|["'\\])+))/y
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line)
    if (match === null) return
    const [, joint, word] = match
    if (word !== undefined) yield { word: unquote(word) }
    else if (joint !== undefined) yield { joint: jointOf(joint) }
  }
}

function jointOf(text: string): Joint {
  if (text === '\n' || text.startsWith(';')) return ';'
  if (text.startsWith('|') && text !== '||') return '|'
  return text as Joint
}

function unquote(word: string): string {
  return word.replace(/"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'|\\([\s\S])/g, (_all, double, single, escaped) => {
    if (double !== undefined) return String(double).replace(/\\(["\\$`])/g, '$1')
    return single ?? escaped ?? ''
  })
}
