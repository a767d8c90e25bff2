/** What a file imports, read from its lines: faster than the tree, and it works in broken files too. */

import type { ImportRef, Language } from '../types.ts'
import { lineEnd } from './lines.ts'

/** The imports in order of appearance, modules as written; names are those of the imported module. */
export function importsOf(text: string, language: Language): ImportRef[] {
  return readers[language]?.(text) ?? []
}

type Reader = (text: string) => ImportRef[]

const readers: Readonly<Partial<Record<Language, Reader>>> = {
  python: pythonImports,
  typescript: scriptImports,
  tsx: scriptImports,
  javascript: scriptImports,
  go: goImports,
  java: dottedImports,
  kotlin: dottedImports,
  scala: dottedImports,
  rust: rustImports,
  c: (text) => modules(text, /^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]/gm),
  cpp: (text) => modules(text, /^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]/gm),
  csharp: (text) =>
    modules(
      text,
      /^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?(?:\w+[ \t]*=[ \t]*)?([\w.]+)[ \t]*;/gm,
    ),
  ruby: rubyImports,
  php: phpImports,
  lua: (text) => modules(text, /\brequire[ \t]*\(?[ \t]*['"]([^'"\n]+)['"]/g),
  bash: (text) => modules(text, /^[ \t]*(?:source|\.)[ \t]+["']?([^\s"';&|]+)/gm),
}

function modules(text: string, pattern: RegExp): ImportRef[] {
  return Array.from(text.matchAll(pattern), (match) => ({ module: match[1] ?? '', names: [] }))
}

/** Splits `a, b as c` into `a` and `b`; the sign before an alias differs by language. */
function nameList(list: string, alias: RegExp = /\s+as\s+|\s*=>\s*|\s*:\s*/): string[] {
  return list
    .replace(/[(){}\\]/g, ' ')
    .split(',')
    .map((item) => (item.trim().split(alias)[0] ?? '').replace(/^type\s+/, '').trim())
    .filter((name) => /^[\w$*]/.test(name))
}

const pythonImport =
  /[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]*import\b[ \t]*(\([^)]{0,4000}\)|(?:[^\n#;\\]|\\\r?\n)+)|import[ \t]+((?:[^\n#;\\]|\\\r?\n)+))/y

function pythonImports(text: string): ImportRef[] {
  const found: ImportRef[] = []
  let at = 0
  for (let hit = text.indexOf('import'); hit >= 0; hit = text.indexOf('import', at)) {
    at = hit + 6
    if (!/[\s(\\]/.test(text.charAt(at))) continue
    pythonImport.lastIndex = text.lastIndexOf('\n', hit) + 1
    const match = pythonImport.exec(text)
    // A statement starts its line, so that each line is tried once.
    at = Math.max(at, match === null ? lineEnd(text, hit) : pythonImport.lastIndex)
    if (match === null) continue
    const [, module, names, plain] = match
    if (module !== undefined) found.push({ module, names: nameList((names ?? '').replace(/#.*/g, '')) })
    for (const name of nameList(plain ?? '')) found.push({ module: name, names: [] })
  }
  return found
}

function scriptImports(text: string): ImportRef[] {
  const found: [number, ImportRef][] = []
  const from =
    /^[ \t]*(?:import|export)\b\s*(?:type\s+)?(\*(?:\s*as\s+[\w$]+)?|(?:[\w$]+\s*,\s*)?(?:\*\s*as\s+[\w$]+|\{[^{}]*\})|[\w$]+)\s*from\s*['"]([^'"\n]+)['"]/gm
  const bare = /^[ \t]*import\s*['"]([^'"\n]+)['"]/gm
  const required =
    /(?:(?:const|let|var)\s+([\w$]+|\{[^{}]*\})\s*=\s*(?:await\s+)?)?\b(?:require|import)\s*\(\s*['"]([^'"\n]+)['"]\s*\)/g
  for (const match of text.matchAll(from)) {
    found.push([match.index, { module: match[2] ?? '', names: scriptNames(match[1] ?? '') }])
  }
  for (const match of text.matchAll(bare)) found.push([match.index, { module: match[1] ?? '', names: [] }])
  for (const match of text.matchAll(required)) {
    found.push([match.index, { module: match[2] ?? '', names: nameList(match[1] ?? '') }])
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, ref]) => ref)
}

function scriptNames(clause: string): string[] {
  return nameList(clause.replace(/\/\/.*|\/\*.*?\*\//g, '').replace(/\*\s*as\s+[\w$]+/, '*'))
}

function goImports(text: string): ImportRef[] {
  const found: ImportRef[] = []
  for (const [statement] of text.matchAll(/^import\s*(?:\([^)]*\)|[^\n]+)/gm)) {
    found.push(...modules(statement, /["`]([^"`\n]+)["`]/g))
  }
  return found
}

/** `import a.b.C`, `import a.b.{C, D as E}`, `import static a.b.C.d;`, `import a.b._`. */
function dottedImports(text: string): ImportRef[] {
  const pattern =
    /^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.$`]+?)(?:\.(\{[^}]*\}|\*|_|given))?[ \t]*(?:;|\/\/|as\b|$)/gm
  return Array.from(text.matchAll(pattern), ([, path = '', list]) => {
    if (list !== undefined) return { module: path, names: list === '_' ? ['*'] : nameList(list) }
    const dot = path.lastIndexOf('.')
    return dot < 0
      ? { module: path, names: [] }
      : { module: path.slice(0, dot), names: [path.slice(dot + 1)] }
  })
}

function rustImports(text: string): ImportRef[] {
  const found: ImportRef[] = []
  for (const match of text.matchAll(
    /^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?(?:use[ \t]+([^;]{1,2000});|mod[ \t]+(\w+)[ \t]*;)/gm,
  )) {
    if (match[2] !== undefined) found.push({ module: match[2], names: [] })
    else found.push(...rustTree('', (match[1] ?? '').replace(/\s+/g, ' ')))
  }
  return found
}

/** `a::{b, c::{d, e as f}}` flattened: `a` with `b`, `a::c` with `d` and `e`. */
function rustTree(prefix: string, tree: string): ImportRef[] {
  const brace = tree.indexOf('{')
  if (brace >= 0) {
    const path = prefix + tree.slice(0, brace).trim()
    const inner = tree.slice(brace + 1, tree.lastIndexOf('}'))
    const refs = splitOutside(inner).flatMap((item) => rustTree(path, item))
    return mergeByModule(refs)
  }
  const path = prefix + (tree.trim().split(/\s+as\s+/)[0] ?? '')
  const cut = path.lastIndexOf('::')
  if (path === '') return []
  return [
    cut < 0 ? { module: path, names: [] } : { module: path.slice(0, cut), names: [path.slice(cut + 2)] },
  ]
}

/** Splits at the commas outside of braces. */
function splitOutside(list: string): string[] {
  const items: string[] = []
  let depth = 0
  let item = ''
  for (const character of list) {
    if (character === '{') depth++
    if (character === '}') depth--
    if (character === ',' && depth === 0) {
      items.push(item)
      item = ''
    } else item += character
  }
  return [...items, item].map((entry) => entry.trim()).filter(Boolean)
}

function mergeByModule(refs: readonly ImportRef[]): ImportRef[] {
  const merged = new Map<string, ImportRef>()
  for (const { module, names } of refs) {
    const known = merged.get(module)
    if (known === undefined) merged.set(module, { module, names: [...names] })
    else known.names.push(...names)
  }
  return [...merged.values()]
}

function rubyImports(text: string): ImportRef[] {
  const pattern = /^[ \t]*(require|require_relative|load)[ \t(]+['"]([^'"\n]+)['"]/gm
  return Array.from(text.matchAll(pattern), ([, word, path = '']) => ({
    module: word === 'require_relative' && !path.startsWith('.') ? `./${path}` : path,
    names: [],
  }))
}

function phpImports(text: string): ImportRef[] {
  const found: [number, ImportRef][] = []
  for (const match of text.matchAll(
    /^[ \t]*use[ \t]+(?:function[ \t]+|const[ \t]+)?([\w\\]+)(?:\{([^}]*)\})?/gm,
  )) {
    const path = (match[1] ?? '').replace(/^\\/, '')
    found.push([match.index, phpUse(path, match[2])])
  }
  for (const match of text.matchAll(
    /\b(?:require|include)(?:_once)?\b[ \t(]*[^'"\n;]{0,200}['"]([^'"\n]+)['"]/g,
  )) {
    found.push([match.index, { module: match[1] ?? '', names: [] }])
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, ref]) => ref)
}

function phpUse(path: string, list: string | undefined): ImportRef {
  if (list !== undefined) return { module: path.replace(/\\$/, ''), names: nameList(list) }
  const cut = path.lastIndexOf('\\')
  return cut < 0 ? { module: path, names: [] } : { module: path.slice(0, cut), names: [path.slice(cut + 1)] }
}
