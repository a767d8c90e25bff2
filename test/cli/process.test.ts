import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openTerminal } from '../../src/cli/terminal.ts'
import type { Progress } from '../../src/protocol.ts'
import { type Files, makeRepo } from '../harness/fixture-repo.ts'
import { runCli, startCli } from './run-cli.ts'

const bar: Progress = { phase: 'parse', done: 5, total: 10, rate: 100, etaSeconds: 1 }

/** Pauses two thirds of the time, so that a run lasts long enough to be interrupted. */
const slow = { CASEBOOK_DUTY_CYCLE: '0.33' }

/** A stream as Node gives it for a terminal. */
function terminalStream(): NodeJS.WriteStream & PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, columns: 100 }) as unknown as NodeJS.WriteStream &
    PassThrough
}

async function written(stream: PassThrough): Promise<string> {
  stream.end()
  return await text(stream)
}

test('a terminal gets a bar that is gone before anything else is printed', async () => {
  const stderr = terminalStream()
  const terminal = openTerminal(terminalStream(), stderr)
  terminal.progress({ ...bar, done: 1 })
  await sleep(350)
  terminal.progress(bar)
  terminal.progress({ ...bar, done: 6 })
  terminal.note('a note')
  const output = await written(stderr)
  assert.doesNotMatch(output, /1\/10/, 'nothing for work that is soon done')
  assert.match(output, /Reading .*5\/10 files/)
  assert.doesNotMatch(output, /6\/10/, 'drawn at most every 100 ms')
  assert.ok(output.endsWith('\r\u001b[2Ka note\n'))
})

test('a pipe gets no bar', async () => {
  const stderr = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough
  const terminal = openTerminal(new PassThrough() as unknown as NodeJS.WriteStream, stderr)
  terminal.progress(bar)
  terminal.clear()
  assert.equal(await written(stderr), '')
})

test('indexing in a pipe writes results only', async () => {
  using repo = makeRepo('python-small')
  const { code, stdout, stderr } = await runCli(['index'], { cwd: repo.dir })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^\d+ files indexed .*\n.*excluded\.\n$/)
  assert.equal(stderr, '')
})

test('code, paths and messages of a repository cannot command the terminal', async () => {
  using repo = makeRepo({
    'evil\u001b[31m.py': 'def evil_name():\n    x = "\u001b]0;owned\u0007 \u009b2J"\n',
  })
  const sha = repo.commit('evil_name\u001b[2J and more', { 'b.py': 'evil_name()\n' })
  for (const line of [
    ['search', 'evil_name', '--explain'],
    ['search', 'evil_name', '--json'],
    ['commits', 'evil_name'],
    ['examine', sha],
    ['excluded'],
    ['locate', '-'],
  ]) {
    const { code, stdout, stderr } = await runCli(line, { cwd: repo.dir, stdin: 'evil_name fails' })
    assert.equal(code, 0, stderr)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/, line.join(' '))
  }
})

test('a reader that leaves early is no failure', async () => {
  using repo = makeRepo('python-small')
  const child = startCli(['search', 'ledger', '--json'], { cwd: repo.dir })
  child.stdout.destroy()
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stderr, /EPIPE/)
})

test('Ctrl-C ends an index run, and the next run goes on where it stopped', {
  skip: process.platform === 'win32',
}, async () => {
  using repo = makeRepo(manyFiles(800))
  const child = startCli(['index'], { cwd: repo.dir, env: slow })
  const ended = Promise.all([text(child.stderr), once(child, 'close')])
  await untilFilesAreStored(repo.dir)
  child.kill('SIGINT')
  const [stderr, [code]] = await ended
  assert.match(stderr, /Stopping…[\s\S]*casebook: stopped\. What was done so far is kept\./)
  assert.equal(code, 130)
  const { code: again, stdout } = await runCli(['index', '--json'], { cwd: repo.dir })
  assert.equal(again, 0)
  const summary = JSON.parse(stdout) as { files: number; parsed: number }
  assert.equal(summary.files, 800)
  assert.ok(summary.parsed < 800, `${summary.parsed} read again`)
})

test('a search answers while another process is indexing, and says from how much', async () => {
  using repo = makeRepo(manyFiles(800))
  const child = startCli(['index'], { cwd: repo.dir, env: { CASEBOOK_DUTY_CYCLE: '0.05' } })
  const ended = once(child, 'close')
  await untilFilesAreStored(repo.dir)
  const { code, stdout, stderr } = await runCli(['search', 'made_up_function'], { cwd: repo.dir })
  child.kill('SIGKILL')
  await ended
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^folder\d+\/file\d+\.py:/)
  assert.match(stderr, /Another Casebook is indexing .*\n.* from \d{1,2} % of the files/)
})

test('a killed run leaves a store that the next one can use', {
  skip: process.platform === 'win32',
}, async () => {
  using repo = makeRepo(manyFiles(800))
  const child = startCli(['index'], { cwd: repo.dir, env: slow })
  const ended = once(child, 'close')
  await untilFilesAreStored(repo.dir)
  child.kill('SIGKILL')
  await ended
  const { code, stdout, stderr } = await runCli(['search', 'made_up_function_799'], { cwd: repo.dir })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^folder19\/file799\.py:/)
})

function manyFiles(total: number): Files {
  return Object.fromEntries(
    Array.from({ length: total }, (_, index) => {
      const body = `def made_up_function_${index}(value):\n    """Does thing ${index}."""\n    return value + ${index}\n`
      return [`folder${index % 30}/file${index}.py`, body.repeat(4)]
    }),
  )
}

/** Until the first files are in the store of the repository. */
async function untilFilesAreStored(repo: string): Promise<void> {
  const file = join(repo, '.git/casebook/index.db')
  for (;;) {
    await sleep(50)
    if (existsSync(file) && countStored(file) > 0) return
  }
}

function countStored(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  try {
    return Number(db.prepare('select count(*) as n from view_file where blob_id is not null').get()?.n)
  } catch {
    // The tables are not there yet.
    return 0
  } finally {
    db.close()
  }
}
