/** Which language a path has, and what each language needs to be read: grammar, query, lexicon, keywords. */

import type { Language } from '../types.ts'
import type { Lexicon } from './prose.ts'

/** What the parser, the field scanner and the chunker must know of a language. */
export interface LanguageTraits {
  /** File name in the `grammars` folder of the assets, null for plain text. */
  readonly grammar: string | null
  /** Files of the `queries` folder, without ending, put together in this order. */
  readonly queries: readonly string[]
  readonly lexicon: Lexicon
  /** Words that say nothing about a chunk; left out of its `code` field. */
  readonly keywords: ReadonlySet<string>
}

/**
 * The language of a file, from its name alone. Unknown names are `text`. A `.h` file is read as C: the C
 * grammar is three times faster than that of C++, and a header it cannot read falls back without loss.
 */
export function languageOf(path: string): Language {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const known = byName.get(name)
  if (known !== undefined) return known
  const dot = name.lastIndexOf('.')
  if (dot < 0) return 'text'
  return byExtension.get(name.slice(dot + 1).toLowerCase()) ?? 'text'
}

/** The traits of a language; one frozen object each. */
export function traitsOf(language: Language): LanguageTraits {
  return traits[language]
}

/** Every language that has a grammar, in the order of the documentation. */
export function languagesWithGrammar(): Language[] {
  return (Object.keys(traits) as Language[]).filter((language) => traits[language].grammar !== null)
}

const extensions: Readonly<Record<Exclude<Language, 'text'>, string>> = {
  typescript: 'ts mts cts',
  tsx: 'tsx',
  javascript: 'js jsx mjs cjs es6',
  python: 'py pyi pyw pyx pxd',
  go: 'go',
  rust: 'rs',
  java: 'java',
  c: 'c h',
  cpp: 'cc cpp cxx c++ hh hpp hxx h++ ipp inl tpp cu cuh',
  csharp: 'cs csx',
  ruby: 'rb rake gemspec ru rbi',
  php: 'php phtml php5 php7 inc',
  scala: 'scala sc sbt',
  kotlin: 'kt kts',
  lua: 'lua',
  bash: 'sh bash zsh ksh bats',
}

const names: Readonly<Partial<Record<Language, string>>> = {
  ruby: 'Rakefile Gemfile Guardfile Vagrantfile Podfile Fastfile Brewfile',
  python: 'SConstruct SConscript wscript',
  javascript: 'Jakefile',
  bash: '.bashrc .bash_profile .profile .zshrc .zprofile PKGBUILD',
}

const byExtension = invert(extensions)
const byName = invert(names)

function invert(table: Readonly<Partial<Record<Language, string>>>): ReadonlyMap<string, Language> {
  const entries = Object.entries(table) as [Language, string][]
  return new Map(entries.flatMap(([language, words]) => words.split(' ').map((word) => [word, language])))
}

const words = (...lists: string[]): ReadonlySet<string> => new Set(lists.flatMap((list) => list.split(' ')))

const cKeywords =
  'if else for while do switch case default break continue return goto sizeof typedef struct union enum static const extern inline void int char long short unsigned signed float double volatile register auto include define ifdef ifndef endif'
const cppKeywords =
  'class public private protected virtual override final template typename namespace using new delete this nullptr true false try catch throw operator explicit friend mutable constexpr noexcept bool static_cast'
const jsKeywords =
  'if else for while do switch case default break continue return const let var function class extends new this super import export from as of in typeof instanceof void delete try catch finally throw async await yield static get set true false null undefined'
const tsKeywords =
  'type interface enum namespace declare readonly public private protected abstract implements keyof infer is string number boolean any unknown never satisfies'
const javaKeywords =
  'if else for while do switch case default break continue return class interface enum extends implements new this super import package static final public private protected abstract void int long short byte char float double boolean true false null try catch finally throw throws instanceof synchronized var'

const slashes = { slashes: true, multiline: '' } as const

const traits: Readonly<Record<Language, LanguageTraits>> = {
  typescript: {
    grammar: 'tree-sitter-typescript.wasm',
    queries: ['ecmascript', 'typescript'],
    lexicon: { ...slashes, templates: true },
    keywords: words(jsKeywords, tsKeywords),
  },
  tsx: {
    grammar: 'tree-sitter-tsx.wasm',
    queries: ['ecmascript', 'typescript'],
    lexicon: { ...slashes, templates: true },
    keywords: words(jsKeywords, tsKeywords),
  },
  javascript: {
    grammar: 'tree-sitter-javascript.wasm',
    queries: ['ecmascript', 'javascript'],
    lexicon: { ...slashes, templates: true },
    keywords: words(jsKeywords),
  },
  python: {
    grammar: 'tree-sitter-python.wasm',
    queries: ['python'],
    lexicon: { hash: 'always', triple: `"'`, multiline: '' },
    keywords: words(
      'if elif else for while break continue return def class lambda pass import from as in is not and or with try except finally raise assert global nonlocal yield async await del True False None self cls',
    ),
  },
  go: {
    grammar: 'tree-sitter-go.wasm',
    queries: ['go'],
    lexicon: { slashes: true, multiline: '`', chars: true },
    keywords: words(
      'if else for range switch case default break continue return func type struct interface map chan go defer select var const package import goto fallthrough nil true false string int bool byte error',
    ),
  },
  rust: {
    grammar: 'tree-sitter-rust.wasm',
    queries: ['rust'],
    lexicon: { slashes: true, multiline: '"', chars: true, raw: 'rust' },
    keywords: words(
      'if else for while loop match break continue return fn let mut pub struct enum impl trait type mod use crate self Self super as in where move ref static const unsafe extern dyn async await true false Some None Ok Err',
    ),
  },
  java: {
    grammar: 'tree-sitter-java.wasm',
    queries: ['java'],
    lexicon: { ...slashes, triple: '"', chars: true },
    keywords: words(javaKeywords),
  },
  c: {
    grammar: 'tree-sitter-c.wasm',
    queries: ['c'],
    lexicon: { ...slashes, chars: true },
    keywords: words(cKeywords),
  },
  cpp: {
    grammar: 'tree-sitter-cpp.wasm',
    queries: ['c', 'cpp'],
    lexicon: { ...slashes, chars: true },
    keywords: words(cKeywords, cppKeywords),
  },
  csharp: {
    grammar: 'tree-sitter-c_sharp.wasm',
    queries: ['csharp'],
    lexicon: { ...slashes, triple: '"', chars: true, raw: 'csharp' },
    keywords: words(
      javaKeywords,
      'using namespace struct delegate event operator override virtual sealed readonly internal partial async await get set value string object bool decimal foreach in out ref params is as typeof nameof const base where select from',
    ),
  },
  ruby: {
    grammar: 'tree-sitter-ruby.wasm',
    queries: ['ruby'],
    lexicon: { hash: 'after-space', multiline: `"'`, blocks: [['=begin', '\n=end']] },
    keywords: words(
      'if elsif else unless case when while until for in do end begin rescue ensure raise return yield def class module self super require require_relative include extend attr_reader attr_accessor attr_writer true false nil and or not then next break new',
    ),
  },
  php: {
    grammar: 'tree-sitter-php.wasm',
    queries: ['php'],
    lexicon: { slashes: true, hash: 'not-attribute', multiline: `"'` },
    keywords: words(
      'php if else elseif for foreach while do switch case default break continue return function class interface trait extends implements new this self parent static public private protected abstract final const use namespace echo true false null try catch finally throw array string int bool float void as fn match',
    ),
  },
  scala: {
    grammar: 'tree-sitter-scala.wasm',
    queries: ['scala'],
    lexicon: { ...slashes, triple: '"', chars: true },
    keywords: words(
      'if else for while do match case return yield def val var lazy class object trait extends with new this super import package private protected override final sealed abstract implicit given using type true false null try catch finally throw Unit Int String Boolean',
    ),
  },
  kotlin: {
    grammar: 'tree-sitter-kotlin.wasm',
    queries: ['kotlin'],
    lexicon: { ...slashes, triple: '"', chars: true },
    keywords: words(
      'if else for while do when return break continue fun val var class object interface data sealed enum companion init constructor import package private protected public internal override open abstract final lateinit suspend inline this super true false null try catch finally throw is as in by String Int Boolean Unit',
    ),
  },
  lua: {
    grammar: 'tree-sitter-lua.wasm',
    queries: ['lua'],
    lexicon: { dashes: true, multiline: '' },
    keywords: words(
      'if then else elseif end for while do repeat until in function local return break and or not nil true false self goto',
    ),
  },
  bash: {
    grammar: 'tree-sitter-bash.wasm',
    queries: ['bash'],
    lexicon: { hash: 'after-space', multiline: `"'` },
    keywords: words(
      'if then else elif fi for while until do done case esac in function local return export readonly declare set unset shift exit echo printf eval exec source true false test',
    ),
  },
  text: { grammar: null, queries: [], lexicon: { all: true, multiline: '' }, keywords: new Set() },
}
