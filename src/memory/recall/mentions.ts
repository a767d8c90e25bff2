/** Finds what a text names: identifiers, dotted names, paths, options, quoted strings, issues, commits. */

/** Strong mentions are marked as names by the writer; weak ones only look like names. */
export interface Mention {
  text: string
  weight: number
}

export interface Mentions {
  /** Identifiers as written, without qualifier. */
  names: string[]
  /** `a.b.c` as written. */
  dotted: string[]
  /** Forward slashes, no leading `./` or `/`. */
  paths: string[]
  /** `--foo-bar`, without the dashes. */
  options: string[]
  /** Text between quotes, of two words or more or with a character that no word has. */
  literals: string[]
  /** Issue or pull request numbers. */
  issues: string[]
  /** Abbreviated or full commit ids. */
  shas: string[]
}

const url = /\bhttps?:\/\/[^\s)>\]'"]+/g
const pathShape =
  /(?:^|[\s`'"(=[,:])((?:[\w.@~+-]+\/)+[\w.@+-]*[\w-]|[\w-]+\.(?:py|pyi|pyx|ts|tsx|js|jsx|mjs|cjs|go|rs|java|kt|scala|c|cc|cpp|h|hpp|cs|rb|php|lua|sh|rst|md|toml|cfg|ini|ya?ml|json))(?=$|[\s`'"),:;\].?!])/g
const dottedShape = /(?<![\w./\\@-])[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)+/g
const optionShape = /(?<![\w-])--([A-Za-z][\w-]*)/g
const quoted = /(?<![\w])(?:"([^"\n]{3,120})"|'([^'\n]{3,120})'|“([^”\n]{3,120})”)(?![\w])/g
const issueShape = /(?<![\w/&])(?:#|GH-|gh-|(?:issue|pull|PR)s?[ /]#?)(\d{2,6})\b/g
const shaShape = /(?<![\w/-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}(?![\w-])/g
const identifier = /(?<![\w$])[A-Za-z_$][\w$]*/g
const fileEnding =
  /\.(?:py|pyi|pyx|ts|tsx|js|jsx|mjs|go|rs|java|kt|c|cc|cpp|h|hpp|cs|rb|php|lua|sh|rst|md|txt|toml|cfg|ini|ya?ml|json|html|css|com|org|io)$/

/** `marked` says that the text stands in a code span or code block: then plain words are names too. */
export function findMentions(text: string, marked: boolean): Mentions {
  const urls = text.match(url) ?? []
  const plain = text.replace(url, ' ')
  const all = (shape: RegExp) =>
    [...plain.matchAll(shape)].map((found) => found.slice(1).find(Boolean) ?? found[0])
  const paths = [...all(pathShape), ...urls.flatMap(pathInUrl)].map((path) =>
    path.replace(/^(?:[.~]*\/)+/, ''),
  )
  const dotted = all(dottedShape).filter(
    (name) => !fileEnding.test(name) && !/^(?:e\.g|i\.e|a\.k\.a)$/i.test(name),
  )
  return {
    names: identifiers(plain, marked),
    dotted,
    paths: paths.filter((path) => path.length > 2),
    options: all(optionShape),
    literals: all(quoted).filter((literal) => /\W/.test(literal.trim())),
    issues: [...all(issueShape), ...urls.flatMap(issueInUrl)],
    shas: [...all(shaShape), ...urls.flatMap((link) => /\/commit\/([0-9a-f]{7,40})/.exec(link)?.[1] ?? [])],
  }
}

function identifiers(text: string, marked: boolean): string[] {
  const found = text.match(identifier) ?? []
  return marked ? found : found.filter(looksLikeName).concat(calls(text))
}

/** Inner capitals, an underscore, or digits in a word: no English word looks so. */
export function looksLikeName(word: string): boolean {
  return /[a-z0-9][A-Z]|_\w|\w_|^[A-Z]+[a-z]+[A-Z]/.test(word)
}

function calls(text: string): string[] {
  return [...text.matchAll(/\b([A-Za-z_]\w*)\(\)?/g)].flatMap((found) => found[1] ?? [])
}

/** A link to a file on a forge names its path behind `/blob/BRANCH/`. */
function pathInUrl(link: string): string[] {
  const found = /\/(?:blob|tree|src|raw|blame)\/(?:-\/)?[^/]+\/([^\s#?]+)/.exec(link)
  return found?.[1] === undefined ? [] : [found[1]]
}

function issueInUrl(link: string): string[] {
  const found = /\/(?:issues|pull|merge_requests)\/(\d+)/.exec(link)
  return found?.[1] === undefined ? [] : [found[1]]
}
