/** The literals of a text (paths, flags, numbers, versions), and whether another text has them: what grounds a claim. */

export interface Literals {
  paths: string[]
  flags: string[]
  /** Numbers and versions, without a leading `v`. */
  numbers: string[]
}

const flag = /(?<![\w/.-])--?[A-Za-z][\w-]*/g
const slashed = /(?<![\w/.:@+-])\.{0,2}\/?(?:[\w@.+-]+\/)+[\w@.+-]*/g
const named =
  /(?<![\w/.@+-])[\w@+-][\w.@+-]*\.(?:py|pyi|ts|tsx|js|jsx|mjs|cjs|go|rs|java|kt|scala|rb|php|cs|c|h|cc|cpp|hpp|lua|sh|md|rst|txt|json|toml|ya?ml|ini|cfg|lock|sql|html|css|xml)(?![\w/])/gi
/** The digits of a name (`pkg-0`) are none. */
const number = /(?<![\w.]|\w-)v?\d+(?:[.:]\d+)*(?:[-.]?[a-z]\w*)?(?!\w)/gi

/** The literals of a text, each once, in order. Words with one slash and no file ending (`and/or`) are no paths. */
export function literalsOf(text: string): Literals {
  const paths = [...matches(text, slashed).filter(isPath), ...matches(text, named)].map(withoutStop)
  let rest = text
  for (const path of paths) rest = rest.replaceAll(path, ' ')
  return {
    paths: unique(paths),
    flags: unique(matches(rest, flag)),
    numbers: unique(matches(rest.replace(flag, ' '), number).map((found) => found.replace(/^v(?=\d)/i, ''))),
  }
}

export function allLiterals(text: string): string[] {
  const { paths, flags, numbers } = literalsOf(text)
  return [...paths, ...flags, ...numbers]
}

/** Whether `text` has the literal as a whole: `20` is not in `2024`, `--no` not in `--no-cov`, `1.2` not in `1.2.3`. */
export function hasLiteral(text: string, literal: string): boolean {
  const bounds = /^\d/.test(literal) ? numberBounds : literal.startsWith('-') ? flagBounds : nameBounds
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
    const before = text.slice(Math.max(0, at - 2), at)
    const after = text.slice(at + literal.length, at + literal.length + 2)
    if (!bounds.before.test(before) && !bounds.after.test(after)) return true
  }
  return false
}

/** What must not stand directly before and after. */
const numberBounds = { before: /\d$|\d\.$/, after: /^\d|^\.\d/ }
const flagBounds = { before: /[\w-]$/, after: /^[\w-]/ }
const nameBounds = { before: /\w$/, after: /^\w/ }

/**
 * Whether `text` names the entity: as it is written, or each part of a dotted or `::` name, or the same words
 * (a normalised error signature seldom stands there letter by letter).
 */
export function namesEntity(text: string, entity: string): boolean {
  if (hasLiteral(text, entity)) return true
  const parts = entity.split(/\.|::|#/).filter((part) => part !== '')
  if (parts.length > 1 && parts.every((part) => hasLiteral(text, part))) return true
  const words = normalised(entity)
  return words !== '' && ` ${normalised(text)} `.includes(` ${words} `)
}

/** Words and numbers in lower case, one space between them: as `wordsHash` of the store normalises them. */
export function normalised(text: string): string {
  const words = text.normalize('NFKC').toLowerCase()
  return words.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim()
}

function isPath(word: string): boolean {
  return word.split('/').length > 2 || /\.\w+\.?$/.test(word) || word.startsWith('.')
}

function withoutStop(word: string): string {
  return word.replace(/[.,]+$/, '')
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[0])
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words.filter((word) => word !== ''))]
}
