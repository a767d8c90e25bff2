/** `casebook model`: what a person sees of a model and its book, over a real server and a real process. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ledgerFolder, openLedger } from '../../src/llm/ledger-file.ts'
import { type ScriptedServer, startScriptedServer } from '../../src/llm/scripted-server.ts'
import { runCli, startCli } from './run-cli.ts'

const script = fileURLToPath(new URL('../fixtures/model-scripts/chat.json', import.meta.url))

function dataFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'calls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function served(t: TestContext): Promise<{ server: ScriptedServer; env: Record<string, string> }> {
  const server = await startScriptedServer([{ reply: 'one, two, three', times: 9 }], {
    models: ['small', 'large'],
  })
  t.after(() => server.close())
  const env = {
    CASEBOOK_MODEL_BASE_URL: server.baseUrl,
    CASEBOOK_MODEL_MODEL: 'small',
    CASEBOOK_DATA_FOLDER: dataFolder(t),
  }
  return { server, env }
}

test('tests the model step by step, and writes its own questions into the book', async (t) => {
  const { env } = await served(t)
  const { code, stdout, stderr } = await runCli(['model', 'test'], { env })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^ok {4}address /m)
  assert.match(stdout, /^ok {4}answer +It answers: the first word after \d+ ms, \d+ tokens a second/m)
  assert.match(stdout, /^fail {2}tools +The model answered without the tool/m)
  const book = await runCli(['model', 'ledger', '--json'], { env })
  const { today, entries } = JSON.parse(book.stdout)
  assert.equal(today.calls, 2)
  assert.deepEqual(
    entries.map(({ purpose, background, dollars }: Record<string, unknown>) => [
      purpose,
      background,
      dollars,
    ]),
    [
      ['test', false, 0],
      ['test', false, 0],
    ],
  )
})

test('fails with what to do where nothing answers', async (t) => {
  const { server, env } = await served(t)
  await server.close()
  const { code, stdout } = await runCli(['model', 'test'], { env })
  assert.equal(code, 1)
  assert.match(stdout, /fail {2}server +.*ECONNREFUSED[^\n]*\n +Start the server/)
  assert.match(stdout, /^- +answer/m)
  assert.equal((await runCli(['model', 'list'], { env })).code, 1)
})

test('lists the models of the server, with the one that is set', async (t) => {
  const { env } = await served(t)
  const { code, stdout } = await runCli(['model', 'list'], { env })
  assert.equal(code, 0)
  assert.match(stdout, /^\* {2}small\n {3}large\n2 models, \* is the one that is set\n$/)
})

test('shows the book: sums of days, and calls with what they took', async (t) => {
  const env = { CASEBOOK_DATA_FOLDER: dataFolder(t) }
  const empty = await runCli(['model', 'ledger'], { env })
  assert.match(empty.stdout, /^today +0 calls +0 in +0 out +price not known\n7 days/)
  const ledger = openLedger(ledgerFolder(env))
  const call = {
    purpose: 'distil',
    model: 'big@api.example',
    remote: true,
    background: true,
    inputTokens: 1_200,
    outputTokens: 30,
  }
  const more = {
    estimated: true,
    dollars: 0.0042,
    outcome: 'answered',
    milliseconds: 1_500,
    root: null,
  } as const
  await ledger.add({ at: Date.now(), ...call, ...more })
  await ledger.add({ at: Date.now() - 20 * 86_400_000, ...call, ...more })
  const week = await runCli(['model', 'ledger'], { env })
  assert.match(week.stdout, /^7 days +1 call +1,200 in +30 out +\$0\.0042$/m)
  assert.match(week.stdout, /In the background today: 1,230 of 200,000 tokens/)
  assert.match(
    week.stdout,
    /distil +big@api\.example +~1,200 in +~30 out +\$0\.0042 +1\.5 s +answered, in the background/,
  )
  const month = await runCli(['model', 'ledger', '--days', '30'], { env })
  assert.match(month.stdout, /^30 days +2 calls/m)
  assert.equal((await runCli(['model', 'ledger', '--days', 'x'], { env })).code, 2)
})

test('serves a script until it is stopped', async () => {
  const child = startCli(['model', 'serve-script', script])
  const lines = createInterface({ input: child.stderr })
  const [baseUrl] = await new Promise<string[]>((resolve) => {
    lines.on('line', (line) => resolve(/http:\S+/.exec(line) ?? []))
  })
  const body = JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content: 'hello' }] })
  const reply = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body })
  assert.match(await reply.text(), /I know nothing of that/)
  const env = { CASEBOOK_MODEL_BASE_URL: baseUrl ?? '', CASEBOOK_MODEL_MODEL: 'scripted' }
  const tried = await runCli(['model', 'test', '--json'], { env })
  assert.ok(JSON.parse(tried.stdout).takesTools, 'the model to play with passes its test')
  child.kill('SIGINT')
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.equal(code, 130)
})

test('says what is wrong with a script or a port', async () => {
  const missing = await runCli(['model', 'serve-script', 'nowhere.json'])
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /nowhere\.json cannot be read/)
  assert.equal((await runCli(['model', 'serve-script'])).code, 2)
  assert.equal((await runCli(['model', 'serve-script', script, '--port', 'x'])).code, 2)
})

test('says that no model is set, and what to set in a terminal', async (t) => {
  const env = { CASEBOOK_DATA_FOLDER: dataFolder(t), CASEBOOK_MODEL_BASE_URL: '', CASEBOOK_MODEL_MODEL: '' }
  const { code, stderr } = await runCli(['model', 'list'], { env })
  assert.equal(code, 1)
  assert.match(stderr, /No model is set/)
  assert.match(stderr, /CASEBOOK_MODEL_BASE_URL.*CASEBOOK_MODEL_MODEL/s)
})
