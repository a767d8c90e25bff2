/** Answers of the chat's commands: stored words stay words, links show pages, and what a turn leaves comes back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutText, looksBinary } from '../../src/extension/chat/cut-text.ts'
import { followups } from '../../src/extension/chat/follow-ups.ts'
import { historyReply, newestFirst, pathIn } from '../../src/extension/chat/history-reply.ts'
import { lessonsReply, whyReply } from '../../src/extension/chat/memory-reply.ts'
import { explainReply, recallReply } from '../../src/extension/chat/recall-reply.ts'
import {
  commandLink,
  escaped,
  quoted,
  type ReplyPart,
  withoutLinks,
} from '../../src/extension/chat/reply-part.ts'
import { toolWords } from '../../src/extension/chat/tool-words.ts'
import {
  accountOf,
  explainedMemory,
  keptData,
  markedMemory,
  newestListed,
  type TurnData,
  turnDataOf,
} from '../../src/extension/chat/turn-data.ts'
import { sampleDetail, sampleEpisode, sampleRecord } from './memory-samples.ts'

const l10n = {
  t: (message: string, ...args: (string | number)[]) =>
    message.replace(/\{(\d)\}/g, (_, at: string) => String(args[Number(at)])),
}
const textOf = (parts: readonly ReplyPart[]) =>
  parts.map((part) => (part.type === 'markdown' ? part.text : `<${part.type}>`)).join('')
const root = '/repo'

test('stored words cannot become links, images or blocks', () => {
  const hostile =
    '[click](command:workbench.action.quit) ![x](https://a.b) <img src=x>\n# title\n- item `code`'
  const shown = escaped(hostile)
  assert.ok(!/(?<!\\)[[\]()<>`#]/.test(shown), shown)
  assert.match(quoted('a\n\n# b'), /^> a {2}\n> {2}\n> \\# b$/m)
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.ok(!/(?<!\\)(?:\\\\)*[[\]()<>`*_#]/.test(escaped(text).replaceAll(/&(amp|lt|gt);/g, '')))
    }),
  )
})

test('a link runs a command with its memory, whatever the names hold, and leaves the text that a model reads', () => {
  const memory = { root: "/re po)/it's", id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }
  const link = commandLink('[m1]', 'casebook.openMemory', memory, 'Say "hello" (now)')
  const [, query = ''] = /\(command:casebook\.openMemory\?([^ )]*)/.exec(link) ?? []
  assert.deepEqual(JSON.parse(decodeURIComponent(query)), [memory])
  assert.equal(
    withoutLinks(`Half ${commandLink('[m1]', 'casebook.openMemory', memory)} to even ${link}.`),
    'Half to even.',
  )
})

test('what was recalled is listed with its marks and reasons; nothing is said plainly', () => {
  const record = sampleRecord({ text: 'Round half to even. [x](y)' })
  const one = {
    record,
    root,
    score: 1,
    freshness: 'drifted' as const,
    anchors: [],
    channels: [],
    factors: { utility: 0.5, anchor: 0.6, kind: 1 },
    tokens: 10,
    why: 'names rounding',
  }
  const reply = {
    memories: [one],
    demonstrations: [],
    cut: [],
    shadow: [],
    unknown: [],
    block: '',
    regime: '',
  }
  const parts = recallReply(l10n, { ...reply, milliseconds: 1 })
  assert.equal(parts[0]?.type === 'memory' && parts[0].label, 'm1')
  assert.match(textOf(parts), /Round half to even\. \\\[x\\\]/)
  assert.match(textOf(parts), /code changed · names rounding/)
  const none = recallReply(l10n, { ...reply, memories: [], unknown: ['Ledgerr'], milliseconds: 1 })
  assert.match(textOf(none), /holds nothing.*called Ledgerr/)
})

test('the account of a list comes back with the chat, and explains what was shown, whatever came after', () => {
  const record = sampleRecord({ text: 'Proxies come from the environment.' })
  const one = {
    record,
    root,
    score: 0.5,
    freshness: 'fresh' as const,
    anchors: [],
    channels: [{ channel: 'words', rank: 1, score: 2, contribution: 0.1, detail: 'proxies' }],
    factors: { utility: 0.5, anchor: 1, kind: 1 },
    tokens: 10,
    why: 'It shares words with the question: proxies.',
  }
  const account = accountOf({
    memories: [one],
    demonstrations: [],
    cut: Array.from({ length: 50 }, () => ({ ...one, why: 'Over the budget.' })),
    shadow: [],
    unknown: [],
    block: '',
    regime: 'All fit.',
    milliseconds: 1,
  })
  const recalled = [
    { root, id: record.id },
    { root, id: 'by-a-tool' },
  ]
  const question: TurnData = { ...data, recalled, account }
  const before = [
    question,
    { ...data, command: 'remember', prompt: '', recalled: [{ root, id: 'new' }] },
  ].map((turn) => turnDataOf(JSON.parse(JSON.stringify(keptData(turn)))) ?? assert.fail())
  const listed = newestListed(before)
  assert.deepEqual(listed?.recalled, recalled)
  assert.equal(markedMemory(before, 'm1')?.id, record.id)
  const text = textOf(explainReply(l10n, listed?.recalled ?? [], listed?.account ?? assert.fail()))
  assert.match(text, /Proxies come.*words \\#1 \\\(proxies\\\).*score 0\.500/s)
  assert.match(text, /A tool that the model used found it.*Found and left out.*Over the budget/s)
  const detail = whyReply(l10n, root, sampleDetail(record), explainedMemory(before, record.id))
  assert.match(textOf(detail), /shares words with the question\\: proxies/)
  assert.equal(explainedMemory(before, 'by-a-tool'), undefined)
})

test('the history of a file tells its fixes with how they ended, and commits', () => {
  const goal = 'Fix rounding of negative amounts'
  const record = sampleRecord({ kind: 'episode', text: goal, episode: sampleEpisode({ goal }) })
  const kept = sampleEpisode({ goal, outcome: { ...sampleEpisode().outcome, source: 'history' } })
  const old = {
    memory: { root, id: 'old' },
    record: sampleRecord({ kind: 'episode', episode: kept }),
    why: '',
  }
  const told = textOf(historyReply(l10n, { about: 'x', episodes: [old], commits: [] }))
  assert.match(told, /kept, not reverted/)
  assert.doesNotMatch(told, /passed/)
  const commit = {
    type: 'commit' as const,
    root,
    sha: 'a'.repeat(40),
    time: 1_704_067_200,
    subject: 'Tidy up',
    files: [],
    score: 1,
    explain: [],
  }
  const episodes = [{ memory: { root, id: record.id }, record, why: '' }]
  const text = textOf(historyReply(l10n, { about: 'ledger/money.py', episodes, commits: [commit] }))
  assert.match(text, /Fixed before.*Fix rounding of negative amounts.*Commits.*Tidy up/s)
  assert.match(textOf(historyReply(l10n, { about: 'x', episodes: [], commits: [] })), /x has no history/)
  const open = { about: 'notes.md', isOpenFile: true, episodes: [], commits: [] }
  assert.match(textOf(historyReply(l10n, open)), /The open file, notes\.md:.*has no history.*Name another/s)
})

test('the history of a path holds only what touched it, newest first, each once', () => {
  const path = 'src/sessions.py'
  const episodeOf = (file: string, year: number, sha?: string) => {
    const patch = sha === undefined ? null : { commit: sha, added: 1, removed: 0 }
    const files = [{ path: file, change: 'M' }]
    const episode = sampleEpisode({ endedAt: Date.UTC(year, 1), files, patch })
    return { record: sampleRecord({ kind: 'episode', episode }), why: '' }
  }
  const commitOf = (file: string, year: number, sha: string) => ({
    type: 'commit' as const,
    root,
    sha,
    time: Date.UTC(year, 1) / 1000,
    subject: sha,
    files: [file],
    score: 1,
    explain: [],
  })
  const old = episodeOf(path, 2014, 'a')
  const found = [old, episodeOf(path, 2026), episodeOf('src/models.py', 2020), old, episodeOf(path, 2017)]
  const commits = [
    commitOf(path, 2014, 'a'),
    commitOf(path, 2015, 'b'),
    commitOf('src/models.py', 2019, 'c'),
    commitOf(path, 2018, 'd'),
  ]
  const past = newestFirst({ path, episodes: found, commits })
  const years = past.episodes.map(({ record }) => new Date(record.episode?.endedAt ?? 0).getUTCFullYear())
  assert.deepEqual(years, [2026, 2017, 2014])
  assert.deepEqual(
    past.commits.map(({ sha }) => sha),
    ['d', 'b'],
  )
  assert.equal(newestFirst({ path: 'sessions.py', episodes: found, commits }).commits.length, 2)
  assert.equal(newestFirst({ path: 'src/', episodes: found, commits }).episodes.length, 4)
  const bySymbol = newestFirst({ path: 'resolve_redirects', episodes: found, commits })
  assert.deepEqual([bySymbol.episodes.length, bySymbol.commits.length], [4, 3])
  assert.equal(pathIn('.\\src\\a.py'), 'src/a.py')
})

test('lessons say what to do or to avoid, and how many more there are', () => {
  const avoid = sampleRecord({ text: 'Do not round twice.' })
  if (avoid.lesson) avoid.lesson.polarity = 'avoid'
  const parts = lessonsReply(l10n, root, { records: [avoid], total: 3 })
  assert.ok(parts.some((part) => part.type === 'memory' && part.label === 'Avoid'))
  assert.match(textOf(parts), /2 more/)
  const none = { records: [], total: 0 }
  assert.match(textOf(lessonsReply(l10n, root, none)), /no lessons yet\..*\/remember/)
  assert.match(textOf(lessonsReply(l10n, root, { ...none, words: 'zebra' })), /No lesson speaks of zebra/)
})

const data: TurnData = {
  chatId: 'c',
  command: '',
  prompt: 'How?',
  recalled: [
    { root, id: 'one' },
    { root, id: 'two' },
  ],
  cited: [{ root, id: 'two' }],
  paths: ['src/a.ts'],
  root,
}

test('an answer that names very much does not cost the chat its memory', () => {
  const many = Array.from({ length: 150 }, (_, at) => ({ root, id: `m${at}` }))
  const large = { ...data, recalled: many, cited: many, paths: many.map(({ id }) => `${id}.ts`) }
  assert.equal(turnDataOf(keptData(large))?.chatId, data.chatId)
  assert.deepEqual(keptData(data), data)
})

test('what a turn left comes back through JSON, and nothing else does', () => {
  assert.deepEqual(turnDataOf(JSON.parse(JSON.stringify(data))), data)
  for (const other of [undefined, null, {}, { ...data, chatId: '' }, { ...data, cited: 'all' }]) {
    assert.equal(turnDataOf(other), null)
  }
})

test('a mark means the memory of the newest turn that recalled any', () => {
  const newer = { ...data, recalled: [{ root, id: 'three' }] }
  const silent = { ...data, recalled: [] }
  assert.equal(markedMemory([data, newer, silent], 'm1')?.id, 'three')
  assert.equal(markedMemory([data, newer], '[m2]'), null)
  assert.equal(markedMemory([data], 'money'), null)
})

test('what may come next follows from what was said', () => {
  assert.deepEqual(
    followups(l10n, data).map(({ command, prompt }) => `/${command} ${prompt}`),
    ['/why ', '/why m2', '/history src/a.ts'],
  )
  assert.deepEqual(followups(l10n, { ...data, command: 'remember' }), [])
  assert.deepEqual(followups(l10n, undefined), [])
})

test('attached text is cut with a word about it; bytes are no text', () => {
  assert.deepEqual(cutText('short'), { text: 'short', omitted: null })
  const long = cutText('line\n'.repeat(1_000))
  assert.equal(long.text.split('\n').length, 400)
  assert.match(long.omitted ?? '', /first 400 of 1001 lines/)
  assert.ok(cutText('x'.repeat(100_000)).text.length <= 16_000)
  assert.ok(looksBinary(new Uint8Array([1, 0, 2])) && !looksBinary(new TextEncoder().encode('text')))
})

test('a tool at work is told with what it is about', () => {
  const call = (name: string, given: unknown) => ({ id: '1', name, arguments: given })
  assert.equal(
    toolWords(l10n, call('casebook_search', { query: 'rounding', limit: 3 })),
    'Searching the code: rounding',
  )
  assert.equal(
    toolWords(l10n, call('SYS_SEARCH_TOOLS', { keywords: ['send mail'] })),
    'Looking for tools: send mail',
  )
  assert.equal(toolWords(l10n, call('other', '')), 'Using other…')
})
