import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCorpus } from '../../src/cli/bench/generate.ts'
import { openRandom } from '../../src/cli/bench/random.ts'
import { openVocabulary } from '../../src/cli/bench/vocabulary.ts'

const options = { files: 200, seed: 7, functionsPerFile: 10 }

test('the same seed gives the same repository and queries, another seed another', () => {
  const make = (seed: number) => {
    const corpus = openCorpus({ ...options, seed })
    return { files: [...corpus.files()], queries: [corpus.query(), corpus.query()] }
  }
  assert.deepEqual(make(7), make(7))
  assert.notDeepEqual(make(7), make(8))
})

test('paths are unique, also where case does not count, and several languages occur', () => {
  const paths = [...openCorpus(options).files()].map(({ path }) => path.toLowerCase())
  assert.equal(new Set(paths).size, options.files)
  const extensions = new Set(paths.map((path) => path.slice(path.lastIndexOf('.'))))
  assert.deepEqual([...extensions].sort(), ['.go', '.java', '.py', '.ts'])
})

test('words follow the law of Zipf: the first hundred are about half of all', () => {
  const { word, words } = openVocabulary(openRandom(1), 12_000)
  assert.equal(new Set(words).size, 12_000)
  const first = new Set(words.slice(0, 100))
  const drawn = Array.from({ length: 20_000 }, word)
  const share = drawn.filter((one) => first.has(one)).length / drawn.length
  assert.ok(share > 0.35 && share < 0.6, String(share))
  assert.ok(new Set(drawn).size > 4_000)
})

test('names of one file are called from others', () => {
  const files = [...openCorpus(options).files()]
  const defined = files.flatMap(({ path, text }) =>
    [...text.matchAll(/def (\w+)\(/g)].map(([, name]) => ({ path, name: name ?? '' })),
  )
  const crossed = defined.filter(({ path, name }) =>
    files.some((file) => file.path !== path && file.text.includes(`${name}(`)),
  )
  assert.ok(crossed.length > defined.length / 10, `${crossed.length} of ${defined.length}`)
})
