import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mostBriefBytes } from '../../src/agent/brief.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { runHere } from './in-process.ts'
import { cliProgram, runCli } from './run-cli.ts'

const plugin = join(dirname(fileURLToPath(import.meta.url)), '../../media/plugin')

let repo: FixtureRepo
let data: string

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'casebook-brief-'))
  repo = makeRepo({
    'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n',
    'shop/cart.py': 'def total(items):\n    return sum(items)\n',
  })
  for (const line of [
    ['index'],
    ['remember', 'Prices given to `vat_of` are net prices in cents.'],
    ['remember', '--kind', 'lesson', '--cue', 'Tests need data.', 'Run make fixtures before the tests.'],
    ['remember', 'The total of a cart in `shop/cart.py` is never rounded.'],
  ]) {
    const { code, stderr } = await runHere(line, repo.dir)
    assert.equal(code, 0, stderr)
  }
})
after(() => {
  repo.cleanup()
  rmSync(data, { recursive: true, force: true })
})

test('the brief names what is known, with handles, as quoted data', async () => {
  const { code, stdout } = await runHere(['brief'], repo.dir)
  assert.equal(code, 0)
  assert.match(stdout, /0 past repairs, 1 lesson, 2 facts/)
  assert.match(stdout, /quoted data/)
  assert.match(stdout, /\| Prices given to `vat_of`/)
  assert.match(stdout, /\| mem:[0-9A-Z]{26}/)
  assert.match(stdout, /\| When tests need data: Run make fixtures/)
})

test('what cites code that is gone is left out', async () => {
  rmSync(join(repo.dir, 'shop/cart.py'))
  const { stdout } = await runHere(['brief'], repo.dir)
  assert.doesNotMatch(stdout, /never rounded/)
  assert.match(stdout, /Prices given/)
})

test('it keeps to its bytes, however much there is to say', async () => {
  const other = makeRepo({ 'a.py': 'x = 1\n' })
  try {
    for (const place of ['parser', 'printer', 'server', 'client', 'cache', 'queue', 'mailer', 'billing']) {
      const text = `Der ${place} prüft Größen für ${place}_straße und ${place}_maß, äußerst gründlich und öfter.`
      const { code, stderr } = await runHere(['remember', text.repeat(3)], other.dir)
      assert.equal(code, 0, stderr)
    }
    const { stdout } = await runHere(['brief'], other.dir)
    assert.ok(Buffer.byteLength(stdout) <= mostBriefBytes + 1, `${Buffer.byteLength(stdout)} bytes`)
    assert.match(stdout, /end of casebook memory/)
    const short = await runHere(['brief', '--bytes', '300'], other.dir)
    assert.ok(Buffer.byteLength(short.stdout) <= 301)
    const wrong = await runHere(['brief', '--bytes', 'many'], other.dir)
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /takes a number/)
  } finally {
    other.cleanup()
  }
})

test('a hook answers in the words of both schemas', async () => {
  const { stdout, code } = await runCli(['hook', 'session-start'], {
    stdin: JSON.stringify({ cwd: repo.dir, hookEventName: 'SessionStart' }),
    cwd: tmpdir(),
  })
  assert.equal(code, 0)
  const answer = JSON.parse(stdout)
  assert.match(answer.additionalContext, /memory of past fixes/)
  assert.deepEqual(answer.hookSpecificOutput, {
    hookEventName: 'SessionStart',
    additionalContext: answer.additionalContext,
  })
})

test('a hook where there is no memory does nothing, and makes none', async () => {
  const other = makeRepo({ 'a.py': 'x = 1\n' })
  try {
    const { stdout, code } = await runCli(['hook', 'session-start'], {
      stdin: JSON.stringify({ cwd: other.dir }),
      cwd: other.dir,
    })
    assert.deepEqual([code, stdout.trim()], [0, '{}'])
    assert.equal(existsSync(join(other.dir, '.git/casebook')), false)
  } finally {
    other.cleanup()
  }
})

test('a hook that is told nonsense, or ends without sources to import, is no failure', async () => {
  const nonsense = await runCli(['hook', 'session-start'], { stdin: 'no json', cwd: repo.dir })
  assert.deepEqual([nonsense.code, nonsense.stdout.trim()], [0, '{}'])
  const end = await runCli(['hook', 'session-end'], { stdin: '{}', cwd: repo.dir })
  assert.deepEqual([end.code, end.stdout.trim()], [0, '{}'])
})

test('a worktree is told of the memory that it shares', async () => {
  const tree = join(data, 'tree')
  execFileSync('git', ['worktree', 'add', '-q', tree], { cwd: repo.dir })
  const { stdout } = await runCli(['hook', 'session-start'], {
    stdin: JSON.stringify({ cwd: tree }),
    cwd: tmpdir(),
  })
  assert.match(stdout, /Prices given/)
})

test("the plugin's launcher runs the command that the editor wrote down, and nothing where it wrote none", () => {
  const script = join(data, 'plugin with space')
  cpSync(plugin, script, { recursive: true })
  const env = { PATH: process.env.PATH ?? '', HOME: data, XDG_DATA_HOME: join(data, 'share') }
  const run = () =>
    execFileSync('sh', [join(script, 'run.sh'), 'hook', 'session-start'], {
      env,
      input: JSON.stringify({ cwd: repo.dir }),
      encoding: 'utf8',
    })
  assert.equal(run(), '')
  const launch = join(data, 'share/casebook/agent-launch')
  mkdirSync(dirname(launch), { recursive: true })
  writeFileSync(launch, `${process.execPath}\n${cliProgram}\n`)
  assert.match(JSON.parse(run()).additionalContext, /memory of past fixes/)
  writeFileSync(launch, '/nowhere/node\n/nowhere/cli.cjs\n')
  assert.equal(run(), '')
})
