/** Shell lines that change files behind the back of every edit tool: a test that ran before them proves nothing. */

import { simpleCommands } from './shell.ts'

/** Matched against a simple command, its words joined by blanks. */
const changers: readonly RegExp[] = [
  /^(?:\S*\/)?g?sed(?: \S+)*? (?:-[a-zA-Z]*i|--in-place)/,
  /^(?:\S*\/)?perl(?: \S+)*? -[a-z0-9]*i/,
  /^(?:\S*\/)?(?:ruby|awk|gawk)(?: \S+)*? (?:-i\b|inplace)/,
  /^git(?: -\S+(?: \S+)?)*? (?:apply|am|revert|restore|cherry-pick|merge|rebase|pull|checkout|switch|mv|rm|clean|stash(?! (?:list|show))|reset --hard)\b/,
  /^(?:\S*\/)?(?:patch|apply_patch|applypatch)\b/,
]
/** Files whose contents matter to tests; logs and notes do not. */
const source =
  /\.(?:py|pyi|[cm]?[jt]sx?|go|rs|java|kts?|scala|rb|php|cs|c|cc|cpp|h|hpp|swift|vue|svelte|ex|exs|clj|hs|lua|pl|sh|sql|json|ya?ml|toml|ini|cfg|html?|s?css|tf|proto|graphql|gradle|xml)$/i
const copiers = /^(?:\S*\/)?(?:mv|cp|rm|tee|truncate|install|rsync)$/

/** Whether the line changes files of a project before, after, or in place of what else it does. */
export function changesFiles(line: string): boolean {
  return changeAt(line) !== null
}

/** Number of the last simple command that changes files; null where none does. */
export function changeAt(line: string): number | null {
  const script = line.includes('<<') && writing.test(line)
  const at = simpleCommands(line).findLastIndex(
    ({ words }) => isChange(words) || (script && interpreter.test(words.join(' '))),
  )
  return at < 0 ? null : at
}

/** Programs that are given a script on the line or behind `<<`. */
const interpreter = /^(?:\S*\/)?(?:python[\d.]*|node|ruby|deno|bun|perl|php)(?: -(?!m\b)\S+)*(?: |$)/
/** What scripts write files with; those of temporary folders are no part of a project. */
const writing =
  /\.write_(?:text|bytes)\(|\bopen\((?!\s*[rf]?['"]\/(?:tmp|dev|var\/tmp)\/)[^)\n]{0,400},\s*(?:mode\s*=\s*)?['"][wax]b?\+?['"]|\bwriteFile(?:Sync)?\((?!\s*['"]\/(?:tmp|dev)\/)|\bFile\.write\(/
/** Linters that were told to mend: other than formatters they change what code does. */
const mending =
  /^(?:npx |pnpm |yarn |bunx |(?:poetry|uv|pdm|pipenv) run |python[\d.]* -m )?(?:\S*\/)?(?:ruff|eslint|biome|oxlint|stylelint|standard|xo|tslint|rubocop|golangci-lint|cargo (?:clippy|fix)|clang-tidy|autoflake|pyupgrade)\b(?: \S+)*? (?:--fix|--write|--apply|--autocorrect|--in-place|-[aA])\b/

function isChange(words: readonly string[]): boolean {
  const bare = words.filter((word) => !/^\w+=/.test(word))
  const joined = bare.join(' ')
  if (/^git (?:checkout -[bB]|switch -[cC]) \S+$/.test(joined)) return false
  if (mending.test(joined) || (interpreter.test(joined) && writing.test(joined))) return true
  if (changers.some((pattern) => pattern.test(joined)))
    return !/\b(?:--check|--dry-run|-n --apply)\b/.test(joined)
  if (copiers.test(bare[0] ?? '')) return bare.slice(1).some(isSource)
  return bare.some((word, at) => isSource(redirected(word, bare[at - 1])))
}

/** The file that output goes to: `> a.py`, `>a.py`, `>> a.py`. */
function redirected(word: string, before: string | undefined): string {
  const own = /^(?:1|&)?>>?\|?(.+)$/.exec(word)?.[1]
  return own ?? (/^(?:1|&)?>>?\|?$/.test(before ?? '') ? word : '')
}

function isSource(path: string): boolean {
  return source.test(path) && !/^\/(?:tmp|dev|var\/tmp)\//.test(path)
}
