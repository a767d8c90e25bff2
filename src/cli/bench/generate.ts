/** A made-up repository of any size that behaves like a real one: several languages, shared names, rare words. */

import { type Dialect, dialects } from './dialects.ts'
import { openRandom, type Random } from './random.ts'
import { openVocabulary, type Vocabulary } from './vocabulary.ts'

export interface CorpusOptions {
  files: number
  seed: number
  /** Functions and methods of a file, on average; each becomes a chunk. */
  functionsPerFile: number
}

export interface CorpusFile {
  path: string
  text: string
}

export interface Corpus {
  /** Made one by one: the whole never lies in memory. */
  files(): Generator<CorpusFile>
  /** A short query as people type them; call after `files()` is exhausted. */
  query(): string
  /** A commit message about some of the words of the corpus. */
  commitMessage(): string
}

/** Distinct words of a large repository; larger ones repeat them. */
const vocabularySize = 12_000
/** How many of the names defined so far are remembered, to be called from other files. */
const rememberedNames = 5_000

/** The names and words of one file: half of what it says is about its own subject. */
export interface Subject {
  words: readonly string[]
  random: Random
  vocabulary: Vocabulary
  /** Names defined in other files. */
  known: readonly string[]
}

export function openCorpus(options: CorpusOptions): Corpus {
  const random = openRandom(options.seed)
  const vocabulary = openVocabulary(random, vocabularySize)
  const known: string[] = []
  const remember = (name: string) => {
    if (known.length < rememberedNames) known.push(name)
    else known[random.between(0, rememberedNames - 1)] = name
  }
  const subject = (): Subject => ({
    words: Array.from({ length: 10 }, () => (random.chance(0.5) ? vocabulary.rareWord() : vocabulary.word())),
    random,
    vocabulary,
    known,
  })
  return {
    *files() {
      for (let index = 0; index < options.files; index++) {
        const file = makeFile(subject(), index, options.functionsPerFile)
        for (const name of file.names) remember(name)
        yield { path: file.path, text: file.text }
      }
    },
    query: () => makeQuery(random, vocabulary, known),
    commitMessage: () => `${random.pick(['Fix', 'Add', 'Remove', 'Rework'])} ${sentence(subject(), 5)}`,
  }
}

/** Mostly names that exist, some words, some small sentences: the mix of a search box. */
function makeQuery(random: Random, vocabulary: Vocabulary, known: readonly string[]): string {
  const kind = random.next()
  if (kind < 0.4 && known.length > 0) return random.pick(known)
  if (kind < 0.75) return Array.from({ length: random.between(1, 3) }, () => vocabulary.word()).join(' ')
  if (kind < 0.9) return Array.from({ length: random.between(4, 6) }, () => vocabulary.word()).join(' ')
  return `${vocabulary.rareWord()} ${vocabulary.word()}`
}

function makeFile(subject: Subject, index: number, functions: number) {
  const { random } = subject
  const dialect = random.pick(dialects)
  const folders = Array.from({ length: random.between(1, 3) }, (_, depth) =>
    depth === 0 ? (subject.vocabulary.words[random.between(0, 39)] ?? 'src') : pickWord(subject),
  )
  const name = dialect.identifier([pickWord(subject), pickWord(subject)])
  // The number keeps paths apart on file systems that ignore case.
  const path = `${folders.join('/')}/${name}${index}.${dialect.extension}`
  const { text, names } = writeFile(subject, dialect, random.between(1, Math.max(1, functions * 2 - 1)))
  return { path, text, names }
}

function writeFile(subject: Subject, dialect: Dialect, functions: number) {
  const { random } = subject
  const names: string[] = []
  const parts = [dialect.imports(Array.from({ length: random.between(1, 4) }, () => pickWord(subject)))]
  let left = functions
  while (left > 0) {
    const methods = left > 2 && random.chance(0.5) ? random.between(2, Math.min(left, 8)) : 0
    const bodies = Array.from({ length: Math.max(1, methods) }, () => makeFunction(subject, dialect))
    names.push(...bodies.map((body) => body.name))
    parts.push(
      methods > 0 ? dialect.type(typeName(subject), sentence(subject, 8), bodies) : dialect.functions(bodies),
    )
    left -= bodies.length
  }
  return { text: `${parts.join('\n\n')}\n`, names }
}

/** A function before a dialect writes it down. */
export interface FunctionSketch {
  name: string
  parameters: string[]
  comment: string
  /** Each calls `callee` with `argument` and keeps the result in `variable`. */
  steps: { variable: string; callee: string; argument: string; kind: 'plain' | 'if' | 'loop' }[]
}

function makeFunction(subject: Subject, dialect: Dialect): FunctionSketch {
  const { random } = subject
  const name = (words: number) => dialect.identifier(Array.from({ length: words }, () => pickWord(subject)))
  const parameters = [...new Set(Array.from({ length: random.between(1, 3) }, () => name(1)))]
  const steps = Array.from({ length: random.between(2, 9) }, () => ({
    variable: name(random.between(1, 2)),
    callee: random.chance(0.4) && subject.known.length > 0 ? random.pick(subject.known) : name(2),
    argument: random.pick(parameters),
    kind: random.pick(['plain', 'plain', 'if', 'loop'] as const),
  }))
  return {
    name: name(random.between(2, 3)),
    parameters,
    comment: sentence(subject, random.between(4, 14)),
    steps,
  }
}

function typeName(subject: Subject): string {
  return [pickWord(subject), pickWord(subject)].map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

function pickWord({ random, words, vocabulary }: Subject): string {
  return random.chance(0.5) ? random.pick(words) : vocabulary.word()
}

const fillers = ['the', 'a', 'of', 'to', 'when', 'is', 'for', 'and', 'with', 'from', 'if', 'not']

function sentence(subject: Subject, length: number): string {
  const words = Array.from({ length }, () =>
    subject.random.chance(0.35) ? subject.random.pick(fillers) : pickWord(subject),
  )
  return words.join(' ')
}
