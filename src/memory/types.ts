/** The nouns of code memory: what is indexed, stored and found. Plain data, no behaviour. */

/** A language with a grammar, or `text` for every other readable file. */
export type Language =
  | 'typescript'
  | 'tsx'
  | 'javascript'
  | 'python'
  | 'go'
  | 'rust'
  | 'java'
  | 'c'
  | 'cpp'
  | 'csharp'
  | 'ruby'
  | 'php'
  | 'scala'
  | 'kotlin'
  | 'lua'
  | 'bash'
  | 'text'

/** Lines are 1-based; both ends are included. */
export interface Span {
  startLine: number
  endLine: number
}

export type SymbolKind =
  | 'class'
  | 'interface'
  | 'enum'
  | 'type'
  | 'function'
  | 'method'
  | 'constant'
  | 'module'
  | 'macro'
  | 'field'

/** A definition found by the grammar's tag queries. */
export interface CodeSymbol extends Span {
  name: string
  kind: SymbolKind
  /** Enclosing definitions, outermost first, joined by `.`; empty at top level. */
  container: string
  /** Of its own text without blank lines and outer indentation, 16 bytes of SHA-256 in hex: the same wherever it stands. */
  hash: string
}

/** `header`: imports and loose statements of a file, or a class without its methods. `window`: lines of a file without symbols. */
export type ChunkKind = 'header' | 'definition' | 'window'

/** The token streams of one chunk, each a space-joined list of code-aware tokens (see code/tokens.ts). */
export interface ChunkFields {
  /** Names this chunk defines, with their containers. */
  names: string
  /** Identifiers of the code. */
  code: string
  /** Comments, docstrings and string literals. */
  prose: string
}

/** One retrievable piece of a file. */
export interface Chunk extends Span {
  kind: ChunkKind
  /** Qualified name (`Class.method`), empty for windows and file headers. */
  name: string
  fields: ChunkFields
  /** First 16 bytes of the SHA-256 of the raw text, hex: equal text is embedded once. */
  hash: string
}

/** What a file imports, as written: `sphinx.ext.autodoc` with `['Documenter']`. */
export interface ImportRef {
  module: string
  names: string[]
}

/** A file after the parser: independent of its path, a pure function of language and bytes. */
export interface ParsedFile {
  language: Language
  lines: number
  chunks: Chunk[]
  symbols: CodeSymbol[]
  imports: ImportRef[]
  /** Why line windows were used although the language has a grammar; absent when all went well. */
  fallback?: string
}

/** One embedded text; `vector` is L2-normalised. */
export interface Embedded {
  hash: string
  vector: Float32Array
}

/** Why a file is not in the index. */
export type ExclusionReason =
  | 'secret'
  | 'binary'
  | 'too-large'
  | 'casebookignore'
  | 'submodule'
  | 'symlink'
  | 'unreadable'

/** A path of a view: what git (or the folder) lists, before it is read. */
export interface ListedFile {
  path: string
  /** Git blob id where git already knows it, else null: the scanner hashes the bytes. */
  oid: string | null
  /** Bytes, where known without reading. */
  size: number | null
  excluded?: ExclusionReason
}

/** One commit of the history, newest first in every list. */
export interface Commit {
  sha: string
  /** Committer time, Unix seconds. */
  time: number
  author: string
  subject: string
  body: string
  files: CommitFile[]
  /** Issue and pull-request numbers named in the message. */
  issues: string[]
  /** Full ids of the commits that this one reverts. */
  reverts: string[]
}

export interface CommitFile {
  path: string
  /** As git prints it: A, M, D, T. Renames appear as D + A. */
  status: string
}

/** A commit as its message shows it; what it changed was not read. */
export interface MessageOnly {
  sha: string
  /** Unix seconds: when it was committed, and when its change was made (a rebase keeps that one). */
  time: number
  authoredAt: number
  author: string
  subject: string
  /** Empty for commits that are neither a fix nor a revert. */
  body: string
}

/** A commit that repaired something or took something back, with what it touched. */
export interface FixCommit extends MessageOnly {
  kind: 'fix' | 'revert'
  issues: string[]
  /** The pull request that brought it, where a merge says so. */
  request: { number: string; title: string } | null
  /** Full ids of the commits that it takes back. */
  reverts: string[]
  /** Set when a later commit took this one back and nothing restored it. */
  revertedBy: RevertNote | null
  files: FixFile[]
  added: number
  removed: number
}

export interface RevertNote {
  sha: string
  /** Why, in the words of the commit; empty when it does not say. */
  reason: string
  /** Unix seconds. */
  time: number
}

export interface FixFile extends CommitFile {
  /** Blob id after the commit; null when it deleted the file. */
  blob: string | null
  /** What was changed, innermost definition that git sees; `top` when the name is qualified as it stands. */
  symbols: { name: string; top: boolean }[]
}
