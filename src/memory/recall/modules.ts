/** From a module as it is written in code or prose to the files it can mean. Pure; the same for all languages. */

import type { Corpus } from './corpus.ts'
import { onceForCorpus } from './kept-corpus.ts'

export interface ModuleIndex {
  /** Files whose path, without its ending, ends with these parts; the shortest path first. */
  find(parts: readonly string[]): number[]
}

const packageFiles = new Set(['__init__', 'index', 'mod', 'lib', 'main', 'package'])

/** Maps every path suffix of up to `deepest` parts to the files that have it. */
const deepest = 6

export const indexModules = onceForCorpus(({ corpus }: { corpus: Corpus }): ModuleIndex => {
  const suffixes = new Map<string, number[]>()
  const add = (parts: readonly string[], file: number) => {
    for (let length = 1; length <= Math.min(deepest, parts.length); length++) {
      const key = parts.slice(-length).join('/')
      const files = suffixes.get(key)
      if (files === undefined) suffixes.set(key, [file])
      else files.push(file)
    }
  }
  corpus.files.forEach(({ path }, file) => {
    const parts = path.split('/')
    const base = (parts.pop() ?? '').replace(/(?<=.)\.\w+$/, '').replace(/\.d$/, '')
    add([...parts, base], file)
    if (packageFiles.has(base) && parts.length > 0) add(parts, file)
  })
  return { find: (parts) => suffixes.get(parts.slice(-deepest).join('/')) ?? [] }
})

export function moduleParts(module: string): string[] {
  return module
    .replace(/^(?:crate|self|super|node:|@\/|~\/|package:)(?:::|\/)?/, '')
    .split(/[./\\]|::/)
    .filter((part) => part !== '' && part !== '*')
}

/** Files that an import in `from` means. Relative imports are resolved by folders, others by the longest path suffix. */
export function resolveImport(modules: ModuleIndex, corpus: Corpus, from: string, module: string): number[] {
  const folder = from.split('/').slice(0, -1)
  const dots = /^(\.+)(?![./])/.exec(module)?.[1]
  if (dots !== undefined) {
    const base = folder.slice(0, folder.length - (dots.length - 1))
    return exactly(modules, corpus, [...base, ...moduleParts(module)])
  }
  if (/^\.{1,2}\//.test(module)) {
    const parts = [...folder]
    for (const part of module.replace(/\.(?:[cm]?[jt]sx?|vue)$/, '').split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '.') parts.push(part)
    }
    return exactly(modules, corpus, parts)
  }
  return modules.find(moduleParts(module.replace(/\.(?:h|hpp|rb|php|lua|proto)$/, '')))
}

function exactly(modules: ModuleIndex, corpus: Corpus, parts: readonly string[]): number[] {
  const wanted = parts.join('/')
  return modules.find(parts).filter((file) => corpus.files[file]?.path.startsWith(wanted) === true)
}
