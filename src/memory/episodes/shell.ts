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
  return split(withoutHereDocuments(line.slice(0, longestLine))).flatMap((command) => {
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

/** What a file or a program is given to read is no command. */
function withoutHereDocuments(line: string): string {
  if (!line.includes('<<')) return line
  return line.replace(
    /<<-?[ \t]*(['"]?)([A-Za-z_]\w*)\1([^\n]*)\n(?:[\s\S]*?\n)??[ \t]*\2(?=\s*(?:\n|\)|$))/g,
    '$3',
  )
}

function split(line: string): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  let words: string[] = []
  const end = (joint: Joint) => {
    const bare = withoutGroup(words)
    if (bare.length > 0) commands.push({ words: bare, joint })
    else if (commands.length > 0 && joint !== '') commands[commands.length - 1] = rejoined(commands, joint)
    words = []
  }
  for (const token of tokens(line)) {
    if (token.joint === undefined) words.push(token.word)
    else end(token.joint)
  }
  end('')
  return commands
}

/** Brackets of `(cd x && y)` and `{ x; }` say nothing about what is run. */
function withoutGroup(words: readonly string[]): string[] {
  const [first = '', ...rest] = words
  const bare = [first.replace(/^[({]+(?=.)|^[({]$/, ''), ...rest]
  const last = bare.at(-1) ?? ''
  if (/[)}]$/.test(last) && !/[({]/.test(last)) bare[bare.length - 1] = last.replace(/[)}]+$/, '')
  return bare.filter((word, at) => word !== '' || words[at] === '')
}

/** After a group, what joins the group joins its last command. */
function rejoined(commands: readonly SimpleCommand[], joint: Joint): SimpleCommand {
  const last = commands.at(-1) as SimpleCommand
  return { ...last, joint }
}

type Token = { word: string; joint?: undefined } | { joint: Joint }

/** Quotes are taken off; here-documents and substitutions stay words, which no rule looks for. */
function* tokens(line: string): Generator<Token> {
  const pattern =
    /[^\S\n]*(?:(&&|\|\||;;?|\|&?|&(?!>)|\n)|((?:\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|'[^']*'|\d*>&\d*|&>>?|[^\s&|;"'\\]|["'\\])+))/y
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
