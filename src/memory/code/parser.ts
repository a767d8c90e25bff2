/** Turns the text of one file into symbols, chunks and imports; the only door to tree-sitter. */

import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Language as Grammar, Parser, Query, type Tree } from 'web-tree-sitter'
import type { Chunk, CodeSymbol, Language, ParsedFile } from '../types.ts'
import { cutByDefinitions, cutByLines, type Piece } from './chunk.ts'
import { FieldReader, type FieldWords } from './fields.ts'
import { importsOf } from './imports.ts'
import { traitsOf } from './languages.ts'
import { LineTable } from './lines.ts'
import { proseRanges } from './prose.ts'
import { type Definition, findDefinitions, symbolsOf } from './symbols.ts'
import { Tokenizer } from './tokens.ts'

/** Milliseconds of processor time one file may take; the rest of the repository must not wait for it. */
const usualTimeLimit = 2_000

/** A header named `.h` may hold C++, which the C grammar reads slowly and badly. */
const looksLikeCpp =
  /^[ \t]*(?:class[ \t]+\w|namespace[ \t]+\w|template[ \t]*<|using[ \t]+namespace|(?:public|private|protected)[ \t]*:)/m

/** A grammar with its tag query. */
interface LoadedGrammar {
  grammar: Grammar
  query: Query
}

/**
 * Opens a parser on a folder that holds `grammars/*.wasm`, `queries/*.scm` and `web-tree-sitter.wasm`. Grammars are loaded when
 * the first file of their language comes. Throws when the tree-sitter runtime itself cannot start.
 */
export async function openParser(
  assets: string,
  { timeLimit = usualTimeLimit }: { timeLimit?: number } = {},
): Promise<CodeParser> {
  const runtime = join(assets, 'web-tree-sitter.wasm')
  await Parser.init(existsSync(runtime) ? { locateFile: () => runtime } : {})
  return new CodeParser(assets, timeLimit)
}

/** Keeps grammars and word caches between files. Not shared between threads. */
export class CodeParser {
  readonly #assets: string
  readonly #timeLimit: number
  readonly #grammars = new Map<Language, LoadedGrammar | Error>()
  readonly #words = new Map<Language, FieldWords>()
  readonly #prose = new Tokenizer()
  #parser = new Parser()
  #broken = false

  /** Use `openParser`. */
  constructor(assets: string, timeLimit: number) {
    this.#assets = assets
    this.#timeLimit = timeLimit
  }

  /** True after the wasm runtime died: files fall back to line windows until the process is replaced. */
  get broken(): boolean {
    return this.#broken
  }

  /** Never throws: a file that cannot be parsed comes back as line windows, with the reason in `fallback`. */
  parse(text: string, language: Language): ParsedFile {
    const lines = new LineTable(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
    if (traitsOf(language).grammar === null) return this.#file(lines, language, null)
    try {
      return this.#file(lines, language, this.#definitions(lines.text, language))
    } catch (error) {
      this.#recover()
      return { ...this.#file(lines, language, null), fallback: messageOf(error) }
    }
  }

  /** Makes the tree and drops it, nothing else: the yardstick of the benchmarks. False when the parser gave up. */
  parseOnly(text: string, language: Language): boolean {
    try {
      this.#parser.setLanguage(this.#load(language).grammar)
      this.#tree(text).delete()
      return true
    } catch {
      this.#recover()
      return false
    }
  }

  close(): void {
    for (const loaded of this.#grammars.values()) if (!(loaded instanceof Error)) loaded.query.delete()
    this.#grammars.clear()
    this.#parser.delete()
  }

  #definitions(text: string, language: Language): Definition[] {
    const { grammar, query } = this.#load(language === 'c' && looksLikeCpp.test(text) ? 'cpp' : language)
    this.#parser.setLanguage(grammar)
    const late = this.#deadline()
    const tree = this.#tree(text, late)
    try {
      return findDefinitions(tree, query, late)
    } finally {
      tree.delete()
    }
  }

  /** Whether the time of one file is used up. */
  #deadline(): () => boolean {
    const start = processorTime()
    const check = performance.now() + this.#timeLimit
    // The clock is cheap and asked first: on a busy machine a file must not fail for waiting its turn.
    return () => performance.now() > check && processorTime() - start > this.#timeLimit
  }

  #tree(text: string, late = this.#deadline()): Tree {
    const tree = this.#parser.parse(text, null, { progressCallback: late })
    if (tree !== null) return tree
    this.#parser.reset()
    throw new Error(`the parser needed more than ${this.#timeLimit / 1000} s`)
  }

  #load(language: Language): LoadedGrammar {
    const known = this.#grammars.get(language)
    if (known instanceof Error) throw known
    if (known !== undefined) return known
    try {
      const { grammar: file, queries } = traitsOf(language)
      const bytes = readFileSync(join(this.#assets, 'grammars', file ?? ''))
      const grammar = Grammar.loadSync(new WebAssembly.Module(bytes))
      if (language === 'bash') this.#compilePlainly(grammar)
      const sources = queries.map((name) =>
        readFileSync(join(this.#assets, 'queries', `${name}.scm`), 'utf8'),
      )
      const query = new Query(grammar, sources.join('\n'))
      this.#grammars.set(language, { grammar, query })
      return { grammar, query }
    } catch (cause) {
      const error = new Error(`the ${language} grammar cannot be loaded: ${messageOf(cause)}`, { cause })
      this.#grammars.set(language, error)
      throw error
    }
  }

  /**
   * Bash's lexer is one function of 160 kB: V8's optimising compiler spends seconds and 690 MB on it after the
   * first few hundred characters (measured, Node 24). Functions that are compiled while the filter names another
   * one keep the baseline code, which is as fast here. The lexer is compiled by the first text.
   */
  #compilePlainly(grammar: Grammar): void {
    setFlagsFromString('--wasm-tier-up-filter=1')
    try {
      this.#parser.setLanguage(grammar)
      this.#parser.parse('x')?.delete()
    } finally {
      setFlagsFromString('--wasm-tier-up-filter=-1')
    }
  }

  /** After an abort the old parser's memory cannot be trusted, so it is left and not freed. */
  #recover(): void {
    try {
      this.#parser = new Parser()
    } catch {
      this.#broken = true
    }
  }

  #file(lines: LineTable, language: Language, definitions: readonly Definition[] | null): ParsedFile {
    const pieces = definitions === null ? cutByLines(lines) : cutByDefinitions(lines, definitions)
    const symbols = symbolsOf(definitions ?? [], lines)
    return {
      language,
      lines: lines.count,
      chunks: this.#chunks(lines.text, language, pieces, symbols),
      symbols,
      imports: importsOf(lines.text, language),
    }
  }

  #chunks(
    text: string,
    language: Language,
    pieces: readonly Piece[],
    symbols: readonly CodeSymbol[],
  ): Chunk[] {
    const reader = new FieldReader(
      text,
      proseRanges(text, traitsOf(language).lexicon),
      this.#wordsOf(language),
    )
    let next = 0
    return pieces.map(({ kind, name, startLine, endLine, from, to }) => {
      const names = name === '' ? [] : [name]
      for (; (symbols[next]?.startLine ?? Number.POSITIVE_INFINITY) <= endLine + 1; next++) {
        const symbol = symbols[next]
        if (symbol !== undefined && !isNamed(symbol, name)) names.push(symbol.name)
      }
      return {
        kind,
        name,
        startLine: startLine + 1,
        endLine: endLine + 1,
        fields: reader.read(from, to, names),
        hash: hash('sha256', text.slice(from, to), 'hex').slice(0, 32),
      }
    })
  }

  #wordsOf(language: Language): FieldWords {
    const known = this.#words.get(language)
    if (known !== undefined) return known
    const words = { code: new Tokenizer(traitsOf(language).keywords), prose: this.#prose }
    this.#words.set(language, words)
    return words
  }
}

/** Milliseconds of this thread where Node can tell (23.9 and later), else of the process. */
function processorTime(): number {
  const measure = typeof process.threadCpuUsage === 'function' ? process.threadCpuUsage : process.cpuUsage
  const { user, system } = measure.call(process)
  return (user + system) / 1000
}

/** Whether the chunk already carries the symbol as its own name. */
function isNamed({ name, container }: CodeSymbol, chunkName: string): boolean {
  return chunkName === (container === '' ? name : `${container}.${name}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
