import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Casebook } from '../../src/casebook.ts'
import type { RecordDraft } from '../../src/memory/record.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const first = { reason: 'test' }

const files = {
  'shop/tax.py': 'def vat_of(price):\n    """Value added tax of a price."""\n    return price * 0.2\n',
  'shop/cart.py': 'from shop.tax import vat_of\n\n\ndef total(items):\n    return sum(items)\n',
}

async function shop(t: TestContext, options: Parameters<typeof openMemory>[2] = {}) {
  const repo = makeRepo(files)
  t.after(repo.cleanup)
  const book = await openMemory(t, repo.dir, options)
  await book.index(first)
  return { repo, book, memories: book.memories }
}

async function recalled(book: Casebook, text: string): Promise<string[]> {
  const { memories } = await book.memories.recall({ text })
  return memories.map(({ record }) => record.text)
}

function episode(session: string, more: Partial<NonNullable<RecordDraft['episode']>> = {}): RecordDraft {
  return {
    kind: 'episode',
    text: 'The tax of a free item was negative; vat_of in shop/tax.py now refuses negative prices.',
    provenance: { sources: [{ type: 'session', ref: session }], author: 'importer', method: 'session' },
    confidence: 'observed',
    episode: {
      origin: 'session',
      agent: 'tester',
      sessionId: session,
      goal: 'vat_of(-1) gives a negative tax',
      issues: ['12'],
      startedAt: 1_700_000_000_000,
      endedAt: 1_700_000_100_000,
      attempts: [],
      commands: [],
      files: [{ path: 'shop/tax.py', change: 'M' }],
      symbols: ['vat_of'],
      tests: [],
      patch: null,
      signatures: [],
      corrections: [],
      outcome: { verdict: 'passed', source: 'tests', command: null, exitCode: 0, log: null, evidence: [] },
      ...more,
    },
  }
}

describe('what a person remembers', () => {
  it('is active at once, cites the code that it names, and is found', async (t) => {
    const { book, memories } = await shop(t)
    const { record, notes } = await memories.remember({
      text: '`vat_of` must never round; the cart rounds once.',
    })
    assert.equal(record.status, 'active')
    assert.deepEqual(
      record.anchors.map(({ path, symbol }) => [path, symbol]),
      [['shop/tax.py', 'vat_of']],
    )
    assert.deepEqual(notes, [])
    assert.deepEqual(await recalled(book, 'where is vat_of rounded'), [record.text])
  })

  it('is marked when the code changes, archived when it goes, and comes back with it', async (t) => {
    const { repo, book, memories } = await shop(t)
    const { record } = await memories.remember({
      text: 'Rounding happens in the cart.',
      cites: ['shop/tax.py#vat_of'],
    })
    repo.write({ 'shop/tax.py': 'def vat_of(price):\n    return round(price * 0.25)\n' })
    const unindexed = await memories.recall({ text: 'rounding in the cart' })
    assert.equal(unindexed.memories[0]?.freshness, 'drifted', 'by the file alone, before the index knows')
    await book.index(first)
    await book.remember()
    assert.equal((await memories.show(record.id)).record.status, 'stale')
    repo.commit('gone', { 'shop/tax.py': null })
    await book.index(first)
    await book.remember()
    assert.equal((await memories.show(record.id)).record.status, 'archived')
    assert.deepEqual(await recalled(book, 'rounding in the cart'), [])
    repo.commit('back', { 'shop/tax.py': files['shop/tax.py'] })
    await book.index(first)
    await book.remember()
    assert.equal((await memories.show(record.id)).record.status, 'active')
  })

  it('keeps no secret, and says that it masked one', async (t) => {
    const { memories } = await shop(t)
    const secret = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`
    const { record, notes } = await memories.remember({
      text: `The mirror for shop/tax.py wants the token ${secret}`,
    })
    assert.doesNotMatch(JSON.stringify(record), new RegExp(secret))
    assert.match(notes.join(' '), /1 secret was masked/)
    const events = await memories.log({})
    assert.doesNotMatch(JSON.stringify(events), new RegExp(secret))
    assert.equal(memories.stats().masked, 1)
  })

  it('said twice is one memory', async (t) => {
    const { memories } = await shop(t)
    const one = await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    const two = await memories.remember({ text: 'prices in shop/cart.py are in  cents' })
    assert.equal(two.record.id, one.record.id)
    assert.match(two.notes.join(' '), /Known already/)
    assert.equal(memories.stats().facts, 1)
  })

  it('must be said in words, and in few', async (t) => {
    const { memories } = await shop(t)
    await assert.rejects(memories.remember({ text: '  ' }), { name: 'UserError' })
    await assert.rejects(memories.remember({ text: 'word '.repeat(101) }), /101 words/)
    assert.equal(memories.stats().events, 0)
  })
})

describe('an edit', () => {
  it('marks the words as a person’s, and keeps the old ones in the log', async (t) => {
    const { memories } = await shop(t)
    const { record } = await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    const edited = await memories.edit(record.id, { text: 'Prices in shop/cart.py are in euros.' })
    assert.deepEqual([edited.edited, edited.version], [true, 2])
    const [event] = await memories.log({ reference: record.id, limit: 1 })
    assert.equal(event?.type, 'REVISED')
    const [change] = event?.changes ?? []
    assert.ok(change?.op === 'set')
    assert.deepEqual(change.fields.text, { before: record.text, after: edited.text })
    const { record: before } = await memories.show(record.id, (event?.seq ?? 0) - 1)
    assert.equal(before.text, record.text)
  })

  it('is refused when another process was faster', async (t) => {
    const { repo, memories } = await shop(t)
    const { record } = await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    const other = await openMemory(t, repo.dir)
    const seen = await other.memories.show(record.id)
    await memories.edit(record.id, { text: 'Prices in shop/cart.py are in euros.' })
    const late = { text: 'Prices in shop/cart.py are in yen.', expectedVersion: seen.record.version }
    await assert.rejects(other.memories.edit(record.id, late), /changed meanwhile.*version 2, not 1/)
    assert.match((await other.memories.show(record.id)).record.text, /euros/)
  })

  it('of an episode is refused: it is evidence', async (t) => {
    const { memories } = await shop(t)
    const { record } = await memories.record(episode('s1'))
    await assert.rejects(memories.edit(record.id, { text: 'other words' }), /evidence/)
  })
})

describe('undo', () => {
  it('takes back the newest act of a person, then the one before it', async (t) => {
    const { memories } = await shop(t)
    const { record } = await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    await memories.edit(record.id, { text: 'Prices in shop/cart.py are in euros.' })
    await memories.act([record.id], 'pin')
    await memories.undo()
    assert.equal((await memories.show(record.id)).record.pinned, false)
    await memories.undo()
    assert.equal((await memories.show(record.id)).record.text, record.text)
    await memories.undo()
    await assert.rejects(memories.show(record.id), /no memory/)
    await assert.rejects(memories.undo(), /nothing to undo/)
  })

  it('of an undo brings the change back', async (t) => {
    const { memories } = await shop(t)
    const { record } = await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    await memories.act([record.id], 'mute')
    const undone = await memories.undo()
    await memories.undo(undone.seq)
    assert.equal((await memories.show(record.id)).record.inhibited, true)
  })

  it('does not take what the program did by itself', async (t) => {
    const { book, memories } = await shop(t)
    await memories.record(episode('s1'))
    await recalled(book, 'negative tax')
    await assert.rejects(memories.undo(), /nothing to undo/)
  })
})

describe('acts', () => {
  it('on several memories are one event, and nothing where one is unknown', async (t) => {
    const { memories } = await shop(t)
    const one = (await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })).record.id
    const two = (await memories.remember({ text: '`vat_of` takes a net price.' })).record.id
    const before = memories.stats().events
    await assert.rejects(memories.act([one, '01ARZ3NDEKTSV4RRFFQ69G5FAV'], 'archive'), { name: 'UserError' })
    assert.equal(memories.stats().events, before)
    await memories.act([one, two], 'archive')
    assert.equal(memories.stats().events, before + 1)
    await memories.act([one, two], 'restore')
    assert.equal((await memories.show(two)).record.status, 'active')
  })

  it('muted memories are never recalled', async (t) => {
    const { book, memories } = await shop(t)
    const { record } = await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    await memories.act([record.id], 'mute')
    assert.deepEqual(await recalled(book, 'prices in cents'), [])
    await memories.act([record.id], 'unmute')
    assert.deepEqual(await recalled(book, 'prices in cents'), [record.text])
  })
})

describe('episodes', () => {
  it('of a session are kept once, and long outputs as artifacts with a preview', async (t) => {
    const { memories } = await shop(t)
    const output = Array.from({ length: 2_000 }, (_, line) => `line ${line} of the output`).join('\n')
    const commands = [
      { command: 'pytest', purpose: 'test' as const, exitCode: 1, output: { text: output }, at: null },
    ]
    const { record } = await memories.record(episode('s1', { commands }))
    const kept = record.episode?.commands[0]?.output
    assert.match(kept?.text ?? '', /^line 0 [\s\S]*lines left out[\s\S]*line 1999 of the output$/)
    const { artifacts } = await memories.show(record.id)
    assert.deepEqual(artifacts, [{ sha: kept?.artifact, kind: 'log', bytes: output.length }])
    const again = await memories.record(episode('s1', { commands }))
    assert.equal(again.record.id, record.id)
    assert.equal(memories.stats().episodes, 1)
  })

  it('are counted as shown when they are recalled, and credited by their outcome', async (t) => {
    const { memories } = await shop(t)
    const { record } = await memories.record(episode('s1'))
    const { memories: found } = await memories.recall({
      text: 'vat_of gives a negative tax',
      sessionId: 's2',
    })
    assert.equal(found[0]?.record.id, record.id)
    await memories.credit({ cited: [record.id], outcome: 'helped', sessionId: 's2' })
    const { counters } = (await memories.show(record.id)).record
    assert.deepEqual([counters.shown, counters.cited, counters.helped], [1, 1, 1])
    const shown = (await memories.log({})).filter(({ type }) => type === 'SHOWN')
    assert.equal(shown.length, 1)
    await memories.recall({ text: 'vat_of gives a negative tax', quiet: true })
    assert.equal((await memories.log({})).filter(({ type }) => type === 'SHOWN').length, 1)
  })
})

describe('forgetting', () => {
  it('takes everything of a session with what was learned from it alone, out of log and files', async (t) => {
    const { repo, book, memories } = await shop(t)
    await memories.record(episode('s1', { goal: 'a goal with the word xylophone' }))
    const other = await memories.remember({ text: '`vat_of` takes a net price.' })
    const ids = await memories.from({ sessionId: 's1' })
    assert.equal(ids.length, 1)
    assert.deepEqual(await memories.forget(ids, 'private'), { forgotten: 1, notes: [] })
    assert.deepEqual(await memories.from({ sessionId: 's1' }), [])
    assert.doesNotMatch(JSON.stringify(await memories.log({ limit: 100 })), /xylophone/)
    assert.equal((await memories.show(other.record.id)).record.id, other.record.id)
    await assert.rejects(memories.show(ids[0] ?? ''), { name: 'UserError' })
    await book.close()
    const again = await openMemory(t, repo.dir)
    assert.equal(again.memories.stats().episodes, 0)
  })

  it('needs to know from where', async (t) => {
    const { memories } = await shop(t)
    await assert.rejects(memories.from({}), /from where/)
  })
})

describe('an export', () => {
  it('brings a wiped memory back, byte for byte', async (t) => {
    const { repo, book, memories } = await shop(t)
    const place = makeRepo({}, { git: false })
    t.after(place.cleanup)
    await memories.record(episode('s1'))
    const { record } = await memories.remember({ text: '`vat_of` takes a net price.' })
    await memories.act([record.id], 'pin')
    const one = join(place.dir, 'one.jsonl')
    const two = join(place.dir, 'two.jsonl')
    await memories.export(one)
    await book.close()
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(repo.dir, `.git/casebook/memory.db${suffix}`), { force: true })
    const again = await openMemory(t, repo.dir)
    assert.equal(again.memories.stats().events, 0)
    const summary = await again.memories.import(one, { restore: true })
    assert.deepEqual([summary.mode, summary.added], ['restored', 2])
    await again.memories.export(two)
    const { readFileSync } = await import('node:fs')
    assert.ok(readFileSync(one).equals(readFileSync(two)))
    assert.equal((await again.memories.show(record.id)).record.pinned, true)
    assert.ok((await recalled(again, 'net price of vat_of')).includes(record.text), 'vectors are made anew')
  })

  it('that was cut in the middle changes nothing', async (t) => {
    const { repo, memories } = await shop(t)
    await memories.remember({ text: '`vat_of` takes a net price.' })
    await memories.remember({ text: 'Prices in shop/cart.py are in cents.' })
    const file = join(repo.dir, 'export.jsonl')
    const { bytes } = await memories.export(file)
    const { truncateSync } = await import('node:fs')
    truncateSync(file, Math.floor(bytes / 2))
    const other = makeRepo({ 'a.py': 'x = 1\n' })
    t.after(other.cleanup)
    const before = memories.stats()
    await assert.rejects(memories.import(file), { name: 'UserError' })
    assert.deepEqual(memories.stats(), before)
  })

  it('of another repository is refused', async (t) => {
    const { repo, memories } = await shop(t)
    await memories.remember({ text: '`vat_of` takes a net price.' })
    const file = join(repo.dir, 'export.jsonl')
    await memories.export(file)
    const other = makeRepo({ 'a.py': 'x = 1\n' })
    t.after(other.cleanup)
    const book = await openMemory(t, other.dir)
    await assert.rejects(book.memories.import(file), /another repository/)
  })
})

describe('what an agent or a model proposes', () => {
  it('cites the code that its words name', async (t) => {
    const { memories } = await shop(t)
    const { record: source } = await memories.record(episode('s-cites'))
    const { record } = await memories.record({
      kind: 'lesson',
      text: 'Negative prices are refused in shop/tax.py by vat_of.',
      cue: 'prices below zero',
      entities: ['shop/tax.py'],
      confidence: 'inferred',
      lesson: { polarity: 'do', stream: 'reasoning', role: null, order: null, params: {}, procedure: [] },
      provenance: {
        author: 'agent',
        method: 'note',
        sources: [{ type: 'episode', ref: source.id }],
      },
    })
    assert.ok(record.anchors.some(({ path }) => path === 'shop/tax.py'))
    assert.equal(record.status, 'candidate')
  })
})
