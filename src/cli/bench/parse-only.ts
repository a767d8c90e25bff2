/** The yardstick of indexing: the same files through the same grammars, and nothing else. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assetsFolder } from '../../assets.ts'
import { languageOf, traitsOf } from '../../memory/code/languages.ts'
import { openParser } from '../../memory/code/parser.ts'
import type { Language } from '../../memory/types.ts'

export interface ParseOnlyResult {
  /** Files that have a grammar. */
  files: number
  bytes: number
  /** Syntax trees alone, in one thread: reading the files and loading the grammars is not counted. */
  seconds: number
  /** Processor time of the same. */
  cpuSeconds: number
  failed: number
}

/** `paths` are relative to `root`; those without a grammar are left out. */
export async function parseOnly(
  root: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ParseOnlyResult> {
  const parser = await openParser(assetsFolder())
  const result: ParseOnlyResult = { files: 0, bytes: 0, seconds: 0, cpuSeconds: 0, failed: 0 }
  const warm = new Set<Language>()
  for (const path of paths) {
    signal.throwIfAborted()
    const language = languageOf(path)
    if (traitsOf(language).grammar === null) continue
    const bytes = await readFile(join(root, path))
    const text = bytes.toString('utf8')
    if (!warm.has(language)) parser.parseOnly('', language)
    warm.add(language)
    const cpu = process.cpuUsage()
    const start = performance.now()
    if (!parser.parseOnly(text, language)) result.failed++
    result.seconds += (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    result.cpuSeconds += (user + system) / 1e6
    result.files++
    result.bytes += bytes.length
  }
  parser.close()
  return result
}
