/** Long-term memory through the service: each call to its root, recall over all, jobs that end, events that tell. */

import '../harness/own-data-folder.ts'
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sendError, startScriptedServer } from '../../src/llm/scripted-server.ts'
import type { RecordDraft } from '../../src/memory/record.ts'
import type { MemoryArguments, MemoryCall, MemoryChange, MemoryReply } from '../../src/protocol.ts'
import { createService } from '../../src/service/calls.ts'
import { sampleEpisode } from '../extension/memory-samples.ts'
import { eventually } from '../extension/service-process.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

interface Opened {
  ask: <K extends MemoryCall>(call: K, args: MemoryArguments<K>, rest?: Rest) => Promise<MemoryReply<K>>
  cancel: (job: string) => Promise<void>
  requests: () => Promise<number | undefined>
  changes: MemoryChange[]
}

interface Rest {
  root?: string
  job?: string
}

async function open(t: TestContext, repos: readonly FixtureRepo[], settings: object = {}): Promise<Opened> {
  const changes: MemoryChange[] = []
  const service = createService({
    status: () => {},
    memories: (change) => void changes.push(change),
    sessions: () => {},
    log: () => {},
    busy: () => {},
  })
  t.after(() => service.close())
  for (const { dir } of repos) await service.calls.open(dir, { workers: 1, autoIndex: false, ...settings })
  return {
    ask: (call, args, rest = {}) => service.calls.memory({ call, args, ...rest }),
    requests: async () => (await service.calls.health())[0]?.networkRequests,
    cancel: (job) => service.calls.cancelMemory(job),
    changes,
  }
}

const rule = { text: 'Round half to even in money.', kind: 'lesson' as const }

test('remembers, lists, shows and undoes in the only root, and tells each change', async (t) => {
  using repo = makeRepo('python-small')
  const { ask, changes } = await open(t, [repo])
  const { record } = await ask('remember', [rule])
  assert.deepEqual(changes, [{ root: repo.dir, by: 'remember' }])
  assert.equal((await ask('list', [{ kinds: ['lesson'] }])).records[0]?.id, record.id)
  assert.equal((await ask('show', [record.id])).record.text, rule.text)
  assert.equal((await ask('stats', [])).lessons, 1)
  assert.equal(changes.length, 1, 'reading changes nothing')
  await ask('undo', [])
  assert.equal((await ask('list', [{ kinds: ['lesson'] }])).total, 0)
  assert.equal(changes.at(-1)?.by, 'undo')
})

test('keeps name, message and remedy of a failure', async (t) => {
  using repo = makeRepo('python-small')
  const { ask } = await open(t, [repo])
  await assert.rejects(ask('show', ['01ARZ3NDEKTSV4RRFFQ69G5FAV']), (error: Error & { remedy?: string }) => {
    assert.equal(error.name, 'UserError')
    assert.ok((error.remedy ?? '').length > 5)
    return true
  })
  await assert.rejects(ask('eval' as MemoryCall, [] as never), /no call "eval"/)
  await assert.rejects(ask('constructor' as MemoryCall, [] as never), /no call/)
})

test('asks which root is meant where several are open, and recalls over all of them', async (t) => {
  using python = makeRepo('python-small')
  using typescript = makeRepo('typescript-small')
  const { ask } = await open(t, [python, typescript])
  await assert.rejects(ask('remember', [rule]), /Several folders/)
  await ask('remember', [rule], { root: python.dir })
  await ask('remember', [{ ...rule, text: 'Retry with jitter, never in lockstep.' }], {
    root: typescript.dir,
  })
  const reply = await ask('recall', [{ text: 'how to round money, how to retry with jitter', quiet: true }])
  assert.deepEqual(
    new Map(reply.memories.map(({ root, record }) => [root, record.text])),
    new Map([
      [python.dir, rule.text],
      [typescript.dir, 'Retry with jitter, never in lockstep.'],
    ]),
  )
  const one = await ask('recall', [{ text: 'round money', quiet: true }], { root: python.dir })
  assert.deepEqual(
    one.memories.map(({ root }) => root),
    [python.dir],
  )
  assert.match(one.block, /Round half to even/)
})

test('counts what was shown to an agent, and nothing for a person who looks around', async (t) => {
  using repo = makeRepo('python-small')
  const { ask } = await open(t, [repo])
  const { record } = await ask('remember', [rule])
  const shown = async () => (await ask('show', [record.id])).record.counters.shown
  await ask('recall', [{ text: 'round money half to even', quiet: true }])
  assert.equal(await shown(), 0)
  await ask('recall', [{ text: 'round money half to even' }])
  assert.ok(await eventually(async () => (await shown()) === 1))
})

test('exports, knows what it imports, and forgets', async (t) => {
  using repo = makeRepo('python-small')
  const { ask } = await open(t, [repo])
  const { record } = await ask('remember', [rule])
  const path = join(repo.dir, '.git', 'memories.jsonl')
  const { records } = await ask('export', [path])
  assert.equal(records, 1)
  await assert.rejects(ask('export', [path]), /is there already/)
  assert.equal((await ask('export', [path, { overwrite: true }])).records, 1)
  const again = await ask('import', [path])
  assert.equal(again.added, 0)
  assert.equal(again.known, 1)
  assert.deepEqual(await ask('from', [{ author: 'nobody at all' }]), [])
  assert.deepEqual(await ask('forget', [[record.id], 'test']), { forgotten: 1, notes: [] })
  assert.equal((await ask('list', [{}])).total, 0)
})

test('ends an export and an import, and nothing is there of them', async (t) => {
  using repo = makeRepo('python-small')
  const { ask, cancel } = await open(t, [repo])
  for (const at of [1, 2, 3]) await ask('remember', [{ ...rule, text: `${rule.text} Rule ${at}.` }])
  const path = join(repo.dir, '.git', 'memories.jsonl')
  const exporting = ask('export', [path], { job: 'out' })
  await cancel('out')
  await assert.rejects(exporting, /The export was stopped/)
  assert.deepEqual(
    readdirSync(join(repo.dir, '.git')).filter((name) => name.startsWith('memories')),
    [],
  )
  await ask('export', [path])
  await ask('forget', [(await ask('list', [{}])).records.map(({ id }) => id), 'test'])
  const importing = ask('import', [path], { job: 'in' })
  await cancel('in')
  await assert.rejects(importing, /The import was stopped/)
  assert.equal((await ask('list', [{}])).total, 0)
})

test('ends a distillation that waits for a model, and sends nothing without being told to', async (t) => {
  using repo = makeRepo('python-small')
  const server = await startScriptedServer([])
  t.after(() => server.close())
  server.misbehave = () => new Promise(() => {})
  const model = { baseUrl: server.baseUrl, model: 'scripted' }
  const { ask, cancel } = await open(t, [repo], { model })
  await ask('record', [episode('Totals are off by a cent in the ledger')])
  const without = await ask('distil', [{ useModel: false }])
  assert.equal(without.calls, 0)
  assert.equal(server.requests.length, 0)
  const ended = assert.rejects(ask('distil', [{ useModel: true }], { job: 'j1' }), /stopped/)
  assert.ok(await eventually(() => server.requests.length > 0, 5_000), 'the model was never asked')
  await cancel('j1')
  await ended
  await cancel('j1')
})

test('sends the key only to the server that is set, and says what is wrong with it', async (t) => {
  using repo = makeRepo('python-small')
  const server = await startScriptedServer([])
  t.after(() => server.close())
  server.misbehave = (_, response) => {
    sendError(response, 401, 'no such key: sk-test-4321')
    return true
  }
  const model = { baseUrl: server.baseUrl, model: 'scripted', apiKey: 'sk-test-4321' }
  const { ask, requests } = await open(t, [repo], { model })
  await ask('record', [episode('Totals are off by a cent in the ledger')])
  assert.equal(await requests(), 0)
  await assert.rejects(ask('distil', [{ useModel: true }]), (error: Error) => {
    assert.match(error.message, /refused the key/)
    assert.doesNotMatch(error.message, /4321/)
    return true
  })
  assert.equal(server.requests[0]?.headers.authorization, 'Bearer sk-test-4321')
  assert.equal(await requests(), server.requests.length)
})

function episode(goal: string): RecordDraft {
  return {
    kind: 'episode',
    text: goal,
    provenance: { sources: [{ type: 'session', ref: 's1' }], author: 'importer', method: 'import/session' },
    confidence: 'observed',
    status: 'active',
    episode: sampleEpisode({
      goal,
      attempts: [
        {
          kind: 'patch',
          content: { text: 'return numerator // denominator' },
          feedback: { text: 'FAILED tests/test_journal.py::test_totals' },
          exitCode: 1,
          passed: false,
          analysis: '',
          advice: '',
          files: ['ledger/money.py'],
          at: null,
        },
      ],
    }),
  }
}
