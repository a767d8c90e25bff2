/**
 * Measures how much the whole reading of files costs beside the bare parse of the same files.
 * Usage: node test/bench/parse-speed.ts FOLDER|BARE-REPOSITORY [LANGUAGE]. Processor time of one thread,
 * because other work on the machine must not count.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Language as Grammar, Parser } from 'web-tree-sitter'
import { languageOf, traitsOf } from '../../src/memory/code/languages.ts'
import { openParser } from '../../src/memory/code/parser.ts'
import type { Language } from '../../src/memory/types.ts'
import { sourceAssets } from '../code/assets.ts'

interface SourceFile {
  text: string
  language: Language
}

const [place = '.', only] = process.argv.slice(2)
const files = readPlace(place).filter(({ language }) => language !== 'text' && (!only || language === only))
const megabytes = files.reduce((sum, { text }) => sum + text.length, 0) / 1e6
const assets = sourceAssets()
const whole = await openParser(assets)
const bare = await openBare([...new Set(files.map(({ language }) => language))])
const spent = { bare: 0, whole: 0 }
const counts = { lines: 0, chunks: 0, symbols: 0, imports: 0, tokens: 0, fallbacks: 0 }
for (const file of files) measure(file)
report()

function measure({ text, language }: SourceFile): void {
  const start = cpu()
  bare(text, language)
  const middle = cpu()
  const parsed = whole.parse(text, language)
  spent.bare += middle - start
  spent.whole += cpu() - middle
  counts.lines += parsed.lines
  counts.chunks += parsed.chunks.length
  counts.symbols += parsed.symbols.length
  counts.imports += parsed.imports.length
  counts.fallbacks += parsed.fallback === undefined ? 0 : 1
  for (const { fields } of parsed.chunks) {
    counts.tokens += `${fields.names} ${fields.code} ${fields.prose}`.split(' ').length
  }
}

function report(): void {
  const rate = (ms: number) => `${(ms / 1000).toFixed(2)} s, ${((megabytes / ms) * 1000).toFixed(1)} MB/s`
  console.log(`${files.length} files, ${megabytes.toFixed(1)} M characters`)
  console.log(`bare parse:   ${rate(spent.bare)}`)
  console.log(`whole file:   ${rate(spent.whole)}, ${(spent.whole / spent.bare).toFixed(2)} x`)
  console.log(JSON.stringify({ ...counts, linesPerChunk: +(counts.lines / counts.chunks).toFixed(1) }))
}

/** Processor milliseconds of this process so far. */
function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function openBare(languages: Language[]): Promise<(text: string, language: Language) => void> {
  await Parser.init()
  const parser = new Parser()
  const grammars = new Map<Language, Grammar>()
  for (const language of languages) {
    const file = join(assets, 'grammars', traitsOf(language).grammar ?? '')
    grammars.set(language, await Grammar.load(readFileSync(file)))
  }
  return (text, language) => {
    parser.setLanguage(grammars.get(language) ?? null)
    parser.parse(text)?.delete()
  }
}

function readPlace(folder: string): SourceFile[] {
  const isBare = existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))
  return isBare ? readTree(folder) : readFolder(folder)
}

function readFolder(folder: string): SourceFile[] {
  return globSync('**/*.*', { cwd: folder, exclude: ['**/node_modules', '.git'] }).flatMap((path) =>
    sourceFile(path, () => readFileSync(join(folder, path))),
  )
}

function readTree(repository: string): SourceFile[] {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, ...args], { maxBuffer: 1e9, encoding: 'buffer' })
  const paths = git('ls-tree', '-r', '--name-only', '-z', 'HEAD').toString().split('\0').filter(Boolean)
  return paths.flatMap((path) => sourceFile(path, () => git('cat-file', 'blob', `HEAD:${path}`)))
}

function sourceFile(path: string, read: () => Buffer): SourceFile[] {
  const language = languageOf(path)
  if (language === 'text') return []
  const bytes = read()
  return bytes.length > 1e6 || bytes.includes(0) ? [] : [{ text: bytes.toString(), language }]
}
