/** Names of definitions in git's hunk headers and in changed lines. */

export interface TouchedSymbol {
  name: string
  /** The name is qualified as it stands: nothing encloses it. */
  top: boolean
}

const keyworded =
  /^(\s*)(?:(?:export|default|public|private|protected|internal|static|final|abstract|sealed|async|pub(?:\([^)]*\))?|open|override|data|unsafe|const|partial|cdef|cpdef)\s+)*(?:class|def|cdef|cpdef|function\*?|interface|enum|struct|trait|impl(?:<[^>]*>)?|module|namespace|object|record|fn|fun|type)\s+(?:self\.)?([A-Za-z_$][\w$]*[?!]?)/
const goFunction = /^func\s+(?:\(\s*\w*\s*\*?\s*([A-Za-z_]\w*)[^)]*\)\s*)?([A-Za-z_]\w*)/
const assigned = /^(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)/
const called = /([A-Za-z_~][\w~]*(?:::~?[A-Za-z_]\w*)*)\s*\([^;]*$/
const controls = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'else',
  'elif',
  'with',
  'sizeof',
])
/** Languages in which an indented definition belongs to something whose name the header does not tell. */
const knowsIndentation = /\.(?:pyi?|pyx|[mc]?[jt]sx?|vue|go)$/

/** What a hunk header names; null when it names nothing. */
export function symbolOf(header: string, path: string): TouchedSymbol | null {
  const go = path.endsWith('.go') ? goFunction.exec(header) : null
  if (go !== null) return { name: go[1] === undefined ? (go[2] ?? '') : `${go[1]}.${go[2]}`, top: true }
  const named = keyworded.exec(header)
  if (named !== null) return { name: named[2] ?? '', top: named[1] === '' && knowsIndentation.test(path) }
  const variable = assigned.exec(header)
  if (variable !== null) return { name: variable[1] ?? '', top: true }
  const name = called.exec(header)?.[1]
  if (name === undefined || controls.has(name)) return null
  return { name: name.replaceAll('::', '.'), top: false }
}

/** A definition that a changed line itself begins. Only where a keyword says so: calls look like definitions. */
export function definitionIn(line: string): TouchedSymbol | null {
  if (!/\b(?:def|class|function|func|fn|interface|trait|struct)\s/.test(line)) return null
  const go = goFunction.exec(line)
  if (go !== null) return { name: go[1] === undefined ? (go[2] ?? '') : `${go[1]}.${go[2]}`, top: true }
  const named = keyworded.exec(line)
  return named === null ? null : { name: named[2] ?? '', top: named[1] === '' }
}
