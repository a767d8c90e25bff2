import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { RecallReply } from '../../src/memory/recollection.ts'
import type { MemoryPage, Remembered } from '../../src/protocol-memories.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { runHere } from './in-process.ts'
import { runCli } from './run-cli.ts'

let repo: FixtureRepo
let id = ''

before(async () => {
  repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  repo.commit('Fix negative tax of free items (#12)', {
    'shop/tax.py': 'def vat_of(price):\n    return max(0, price * 0.2)\n',
  })
  const { code, stdout, stderr } = await run('index')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /1 episode of the history remembered/)
  const remembered = await json<Remembered>('remember', 'Prices given to `vat_of` are net prices in cents.')
  id = remembered.record.id
})
after(() => repo.cleanup())

function run(...line: string[]) {
  return runHere(line, repo.dir)
}

async function json<Data>(...line: string[]): Promise<Data> {
  const { code, stdout, stderr } = await run(...line, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Data
}

async function refused(line: readonly string[], folder = repo.dir) {
  const { code, stdout, stderr } = await runHere(line, folder)
  assert.equal(stdout, '')
  return { code, stderr }
}

test('what was remembered is recalled in another process, with its code', async () => {
  const { code, stdout, stderr } = await runCli(['recall', 'are the prices of vat_of net'], { cwd: repo.dir })
  assert.equal(code, 0)
  assert.match(stdout, new RegExp(`^m1 {2}${id} {2}fact {2}active .*\\n {4}Prices given to`))
  assert.match(stdout, /shop\/tax\.py#vat_of {2}as it was/)
  assert.match(stderr, /\d+ memories in \d+ ms \(/)
})

test('a past fix is recalled, and shown with what it changed', async () => {
  const reply = await json<RecallReply>('recall', 'negative tax of free items', '--kinds', 'episodes')
  const [found] = reply.memories
  assert.equal(found?.record.kind, 'episode')
  assert.equal(found?.record.episode?.files[0]?.path, 'shop/tax.py')
  const { stdout } = await run('episodes', 'show', found?.record.id ?? '')
  assert.match(stdout, /outcome {2,}kept, not reverted/)
  assert.match(stdout, /Files\n {2}M {2}shop\/tax\.py/)
})

test('a question about the past sees only what was known then', async () => {
  const now = await json<RecallReply>('recall', 'negative tax of free items')
  const then = await json<RecallReply>('recall', 'negative tax of free items', '--at', 'HEAD~1')
  assert.ok(now.memories.length > 0)
  assert.deepEqual(then.memories, [])
})

test('recall explains itself, and says what it does not know', async () => {
  const { stdout } = await run('recall', 'prices of vat_of', '--explain')
  assert.match(stdout, /\n {6}\w+ .*[+-]\d\.\d{4} {2}(#\d+|prior)/)
  const unknown = await run('recall', 'zyxwvutXylophon_fails')
  assert.equal(unknown.code, 0)
  assert.match(unknown.stdout, /zyxwvutXylophon_fails/)
  const { stdout: block } = await run('recall', 'prices of vat_of', '--block')
  assert.match(block, /\[?m1\]?[\s\S]*Prices given to/)
})

test('lists name what they hold, page by page', async () => {
  const page = await json<MemoryPage>('facts', 'list', '--status', 'all')
  assert.ok(page.records.some((record) => record.id === id))
  const { stdout } = await run('facts', 'list', 'net prices', '--path', 'shop/tax.py')
  assert.match(stdout, new RegExp(`^${id}`))
  const none = await run('lessons', 'list', 'xylophone')
  assert.equal(none.stdout, 'No lesson is remembered that fits.\n')
})

test('why tells origin, trust and code in sentences', async () => {
  const { stdout } = await run('why', id)
  assert.match(stdout, /- A person wrote this fact down on \d{4}-/)
  assert.match(stdout, /- It is active/)
  assert.match(stdout, /- The code it cites is as it was: shop\/tax\.py#vat_of\./)
})

test('an edit, a pin and their undoing are in the log', async () => {
  await run('edit', id, '--text', 'Prices given to `vat_of` are net prices in euros.')
  await run('pin', id, '--reason', 'it matters')
  const { stdout: log } = await run('log', id, '--changes')
  assert.match(log, /PINNED {2}person .* it matters\n {4}pinned: false -> true/)
  assert.match(log, /REVISED[\s\S]*text: .*cents\. -> .*euros\./)
  await run('undo')
  await run('undo')
  const { stdout } = await run('facts', 'show', id)
  assert.match(stdout, /net prices in cents/)
  assert.doesNotMatch(stdout.split('\n')[0] ?? '', /pinned/)
})

test('an older version than the newest is not overwritten', async () => {
  const { code, stderr } = await refused(['edit', id, '--text', 'Something else.', '--expect', '7'])
  assert.equal(code, 1)
  assert.match(stderr, /is version \d+, not 7/)
})

test('archiving hides, restoring shows', async () => {
  await run('archive', id)
  const hidden = await json<RecallReply>('recall', 'are the prices of vat_of net', '--kinds', 'fact')
  assert.deepEqual(hidden.memories, [])
  const { stdout } = await run('restore', id)
  assert.match(stdout, /fact {2}active/)
})

test('review, distil, status and doctor tell the state', async () => {
  assert.equal((await run('review')).code, 0)
  assert.match((await run('distil')).stdout, /^model {2,}none\nepisodes {2,}0/)
  assert.match((await run('status')).stdout, /\nmemory {2,}1 episode, 1 fact/)
  assert.match((await run('doctor')).stdout, /ok {4}memories {2,}1 episode, 1 fact/)
})

test('an export comes back into a clone, and a cut one changes nothing', async () => {
  using place = makeRepo({}, { git: false })
  const file = join(place.dir, 'memory.jsonl')
  const clone = join(place.dir, 'clone')
  repo.git('clone', '--quiet', repo.dir, clone)
  assert.match((await run('export', file)).stdout, /^2 records, \d+ events/)
  const cut = join(place.dir, 'cut.jsonl')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(cut, readFileSync(file).subarray(0, 3_000))
  const broken = await refused(['import', cut], clone)
  assert.equal(broken.code, 1)
  const imported = await runHere(['import', file, '--restore'], clone)
  assert.match(imported.stdout, /^2 records added.*restored/)
  const { stdout } = await runHere(['facts', 'show', id], clone)
  assert.match(stdout, /net prices in cents/)
})

test('an export replaces a file only by a wish of its own', async () => {
  using place = makeRepo({ 'notes.txt': 'mine\n' }, { git: false })
  const file = join(place.dir, 'notes.txt')
  for (const line of [
    ['export', file],
    ['export', file, '--force'],
  ]) {
    const { code, stderr } = await refused(line)
    assert.equal(code, 1)
    assert.match(stderr, /notes\.txt is there already\.[\s\S]*--overwrite/)
    assert.equal(readFileSync(file, 'utf8'), 'mine\n')
  }
  assert.match((await run('export', file, '--overwrite')).stdout, /^2 records/)
  assert.match(readFileSync(file, 'utf8'), /^\{"counts"/)
})

test('shares what was chosen as Markdown, and takes edits over', async () => {
  const { stdout } = await run('share', 'memories', '--add', id)
  assert.match(stdout, /1 file written/)
  const [name = ''] = readdirSync(join(repo.dir, 'memories'))
  const path = join(repo.dir, 'memories', name)
  const { writeFileSync } = await import('node:fs')
  writeFileSync(path, readFileSync(path, 'utf8').replace('cents', 'francs'))
  assert.match((await run('share', 'memories')).stdout, /taken in/)
  assert.match((await run('facts', 'show', id)).stdout, /in francs/)
  const outside = await refused(['share', '../elsewhere'])
  assert.equal(outside.code, 1)
})

test('forgetting asks, and is for good', async () => {
  const { record } = await json<Remembered>('remember', 'The word xylophone must go from shop/tax.py.')
  const asked = await runCli(['forget', record.id], { cwd: repo.dir })
  assert.equal(asked.code, 1)
  assert.match(asked.stderr, /Forget 1 memory for good\?[\s\S]*--yes/)
  assert.match((await run('forget', record.id, '--yes')).stdout, /Forgot 1 memory for good/)
  const gone = await refused(['why', record.id])
  assert.equal(gone.code, 1)
  const { stdout } = await run('log', '--json', '--limit', '100')
  assert.doesNotMatch(stdout, /xylophone/)
  assert.match((await run('forget', '--from', 'session=none', '--yes')).stdout, /Nothing to forget/)
})

test('mistakes are told with what was meant', async () => {
  const mistyped = await refused(['why', `${id.slice(0, 25)}!`])
  assert.equal(mistyped.code, 1)
  assert.match(
    (await refused(['why', `${id.slice(0, 24)}00`])).stderr,
    new RegExp(`Did you mean:\\n {2}${id}`),
  )
  for (const line of [
    ['recall'],
    ['recall', 'x', '--moment', 'never'],
    ['recall', 'x', '--kinds', 'songs'],
    ['remember'],
    ['edit', id],
    ['forget'],
    ['forget', '--from', 'weather=rain', '--yes'],
    ['undo', 'yesterday'],
    ['facts'],
    ['facts', 'list', '--status', 'actve'],
    ['review', 'everything'],
    ['review', 'settle', '1'],
    ['pin'],
    ['export'],
  ]) {
    const { code, stderr } = await refused(line)
    assert.equal(code, 2, line.join(' '))
    assert.match(stderr, /Usage: casebook/)
  }
  for (const line of [
    ['undo', '999'],
    ['review', 'settle', '999', '--accept'],
    ['review', 'decide', id, id],
    ['import', 'nowhere.jsonl'],
    ['distil', '--with-model'],
    ['recall', 'x', '--output', 'nowhere.txt'],
  ]) {
    const { code, stderr } = await refused(line)
    assert.equal(code, 1, line.join(' '))
    assert.match(stderr, /^casebook: .+\n.+/m)
  }
})

test('words of a memory cannot command the terminal', async () => {
  await run('remember', 'Beware of \u001b[31mred\u001b[0m and \u009b2J in shop/tax.py.')
  for (const line of [
    ['recall', 'beware of red'],
    ['facts', 'list'],
    ['log'],
    ['review'],
    ['facts', 'list', '--json'],
  ]) {
    const { stdout, stderr } = await run(...line)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/, line.join(' '))
  }
})
