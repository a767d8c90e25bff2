import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { changedText } from '../../src/agent/workspace/change.ts'
import { isAskedEachTime, shownCommand } from '../../src/agent/workspace/consent.ts'
import { runShell } from '../../src/agent/workspace/shell.ts'
import { openWorkTree, placeIn, type Wish } from '../../src/agent/workspace/work-tree.ts'
import { UserError } from '../../src/memory/ports.ts'
import { makeRepo } from '../harness/fixture-repo.ts'

const code = 'def vat_of(price):\n    return price * 0.2\n\n\ndef total(items):\n    return sum(items)\n'

function tree(t: TestContext, { answer = true, may = { edit: true, run: true } } = {}) {
  const repo = makeRepo({ 'shop/tax.py': code })
  t.after(() => repo.cleanup())
  const wishes: Wish[] = []
  const workspace = openWorkTree({
    root: repo.dir,
    may,
    ask: async (wish) => {
      wishes.push(wish)
      return answer
    },
  })
  return { root: repo.dir, workspace, wishes }
}

test('lines of a file are read, with how many there are', async (t) => {
  const { workspace } = tree(t)
  assert.deepEqual(await workspace.read('./shop/../shop/tax.py', { from: 5, to: 99 }), {
    path: 'shop/tax.py',
    text: 'def total(items):\n    return sum(items)',
    from: 5,
    to: 6,
    lines: 6,
  })
  await assert.rejects(workspace.read('shop/tax.py', { from: 7 }), /has 6 lines/)
})

test('what is outside, linked, secret, binary, huge or missing is refused in words', async (t) => {
  const { workspace, root } = tree(t)
  writeFileSync(join(root, '.env'), 'KEY=1\n')
  writeFileSync(join(root, 'blob.bin'), Buffer.from([1, 0, 2]))
  writeFileSync(join(root, 'huge.txt'), 'x'.repeat(2_000_001))
  symlinkSync('/etc', join(root, 'away'))
  symlinkSync('shop/tax.py', join(root, 'alias.py'))
  const refusals: [string, RegExp][] = [
    ['../other/file.py', /no file of this repository/],
    ['/etc/passwd', /no file of this repository/],
    ['C:\\Windows\\win.ini', /no file of this repository/],
    ['.git/config', /belongs to git/],
    ['.GIT/hooks/pre-commit', /belongs to git/],
    ['vendor/lib/.git/config', /belongs to git/],
    ['.git./config', /belongs to git/],
    ['GIT~1/config', /belongs to git/],
    ['.g\u200cit/config', /belongs to git/],
    ['.env', /holds secrets/],
    ['blob.bin', /no text/],
    ['huge.txt', /2000001 bytes/],
    ['away/passwd', /is a link/],
    ['alias.py', /is a link/],
    ['none.py', /There is no file/],
  ]
  for (const [path, words] of refusals) await assert.rejects(workspace.read(path), words, path)
  await assert.rejects(workspace.edit('away/new.py', { before: null, after: 'x' }), /is a link/)
  assert.equal(existsSync('/etc/new.py'), false)
})

test('no path leads out of the repository', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('..', '.', 'a', 'b.py', '', '/', '\\', 'C:', '\0'), { maxLength: 8 }),
      (parts) => {
        try {
          const place = placeIn(parts.join('/'))
          assert.ok(!place.startsWith('..') && !place.startsWith('/') && !place.includes('\0'), place)
        } catch (error) {
          assert.ok(error instanceof UserError)
        }
      },
    ),
  )
})

test('a piece that occurs once is replaced, after the person allowed it; the mode stays', async (t) => {
  const { workspace, root, wishes } = tree(t)
  chmodSync(join(root, 'shop/tax.py'), 0o755)
  const change = { before: 'price * 0.2', after: 'max(0, price * 0.2)' }
  await workspace.edit('shop/tax.py', change)
  assert.equal(readFileSync(join(root, 'shop/tax.py'), 'utf8'), code.replace(change.before, change.after))
  assert.equal(statSync(join(root, 'shop/tax.py')).mode & 0o777, 0o755)
  assert.deepEqual(wishes, [{ kind: 'edit', path: 'shop/tax.py', ...change }])
  await workspace.edit('shop/new/file.py', { before: null, after: 'x = 1\n' })
  assert.equal(readFileSync(join(root, 'shop/new/file.py'), 'utf8'), 'x = 1\n')
})

test('a change that is not clear changes nothing, and says where it nearly fits', async (t) => {
  const { workspace, root, wishes } = tree(t)
  const edits: [string | null, RegExp][] = [
    ['    return', /more than once/],
    ['return prise', /is not in/],
    ['', /is empty/],
    [null, /is there already/],
  ]
  for (const [before, words] of edits)
    await assert.rejects(workspace.edit('shop/tax.py', { before, after: 'y' }), words)
  await assert.rejects(
    workspace.edit('shop/tax.py', { before: 'def total(items):\n  return 0', after: 'y' }),
    (error: UserError) => /line 5/.test(error.remedy) && /return sum/.test(error.remedy),
  )
  assert.equal(readFileSync(join(root, 'shop/tax.py'), 'utf8'), code)
  assert.deepEqual(wishes, [], 'nobody is asked about what cannot be done')
})

test('work that somebody saved meanwhile is not overwritten', async (t) => {
  const repo = makeRepo({ 'a.py': 'x = 1\n' })
  t.after(() => repo.cleanup())
  const workspace = openWorkTree({
    root: repo.dir,
    may: { edit: true, run: false },
    ask: async () => {
      writeFileSync(join(repo.dir, 'a.py'), 'x = 1\ny = 2\n')
      return true
    },
  })
  await assert.rejects(workspace.edit('a.py', { before: 'x = 1', after: 'x = 3' }), /changed meanwhile/)
  assert.equal(readFileSync(join(repo.dir, 'a.py'), 'utf8'), 'x = 1\ny = 2\n')
})

test('files with Windows line ends keep them', () => {
  const text = changedText('a', 'one\r\ntwo\r\nthree\r\n', { before: 'one\ntwo', after: 'uno\ndos' })
  assert.equal(text, 'uno\r\ndos\r\nthree\r\n')
})

test('a file in another encoding is not rewritten in ours', async (t) => {
  const { workspace, root } = tree(t)
  const latin = Buffer.from('name = "Jos\xe9"\nrate = 1\n', 'latin1')
  writeFileSync(join(root, 'old.py'), latin)
  await assert.rejects(workspace.edit('old.py', { before: 'rate = 1', after: 'rate = 2' }), /UTF-8/)
  assert.deepEqual(readFileSync(join(root, 'old.py')), latin)
})

test('what a change replaces is exactly the piece, wherever it stands', () => {
  const word = fc.stringMatching(/^[a-z\n ]{0,12}$/)
  fc.assert(
    fc.property(word, word, word, (head, after, tail) => {
      const text = `${head}#HERE#${tail}`
      assert.equal(changedText('f', text, { before: '#HERE#', after }), `${head}${after}${tail}`)
    }),
  )
})

test('a refusal of the person is told, and nothing happens', async (t) => {
  const { workspace, root } = tree(t, { answer: false })
  await assert.rejects(workspace.edit('shop/tax.py', { before: '0.2', after: '0.3' }), /refused/)
  await assert.rejects(workspace.run('touch made', { seconds: 5, why: 'x' }), /refused/)
  assert.equal(readFileSync(join(root, 'shop/tax.py'), 'utf8'), code)
  assert.equal(existsSync(join(root, 'made')), false)
})

test('where it may not be done the person is not even asked', async (t) => {
  const { workspace, wishes } = tree(t, { may: { edit: false, run: false } })
  await assert.rejects(workspace.edit('shop/tax.py', { before: '0.2', after: '0.3' }), /not allowed/)
  await assert.rejects(workspace.run('true', { seconds: 5, why: 'x' }), /not allowed/)
  assert.deepEqual(wishes, [])
})

test('a command gives its exit code and all that it printed', async (t) => {
  const { workspace } = tree(t)
  const done = await workspace.run('cat shop/tax.py | head -1; echo oops >&2; exit 3', {
    seconds: 10,
    why: 'look',
  })
  assert.equal(done.exitCode, 3)
  assert.equal(done.ended, 'itself')
  assert.match(done.output, /def vat_of/)
  assert.match(done.output, /oops/)
})

test('a command that takes too long is ended with what it started', async (t) => {
  const { root } = tree(t)
  const done = await runShell('(sleep 3; touch late) & sleep 30', { cwd: root, seconds: 0.3 })
  assert.deepEqual([done.exitCode, done.ended], [null, 'timeout'])
  assert.ok(done.seconds < 3, `${done.seconds} s`)
  await sleep(3_200)
  assert.equal(existsSync(join(root, 'late')), false)
})

test('a command that left its group behind does not hold up the end', async (t) => {
  const { root } = tree(t)
  const began = performance.now()
  const done = await runShell('setsid sleep 6 & echo on', { cwd: root, seconds: 0.3 })
  assert.equal(done.ended, 'timeout')
  assert.match(done.output, /on/)
  assert.ok(performance.now() - began < 5_000)
})

test('what ignores a polite end is ended all the same, also when nobody listens to it', async (t) => {
  const { root } = tree(t)
  const stubborn = 'sh -c \'trap "" TERM; sleep 3; touch late\' >/dev/null 2>&1'
  await runShell(`${stubborn} & sleep 30`, { cwd: root, seconds: 0.3 })
  await sleep(1_000)
  assert.equal(existsSync(join(root, 'late')), false)
})

test('a consent shows a command whole and as it is, or is not asked for', () => {
  assert.equal(shownCommand('npm test -- --run'), 'npm test -- --run')
  assert.match(shownCommand('echo \u202etxt.exe'), /\\u202e/)
  for (const long of [`true${'\n'.repeat(40)}; rm -rf x`, `true${' '.repeat(3_000)}; rm -rf x`])
    assert.throws(() => shownCommand(long), UserError)
})

test('leave for all edits does not cover what editors, hooks and pipelines run', () => {
  for (const path of ['.vscode/tasks.json', 'a/.husky/pre-commit', 'x.code-workspace', '.envrc', 'Makefile'])
    assert.equal(isAskedEachTime(path), path !== 'Makefile', path)
  assert.equal(isAskedEachTime('src/a.b/c.ts'), false)
})

test('a stop ends it at once', async (t) => {
  const { root } = tree(t)
  const stop = new AbortController()
  const work = runShell('sleep 30', { cwd: root, seconds: 60, signal: stop.signal })
  setTimeout(() => stop.abort(new Error('enough')), 100)
  await assert.rejects(work, /enough/)
})

test('of a long output the beginning and the end are kept', async (t) => {
  const { root } = tree(t)
  const options = { cwd: root, seconds: 20, mostOutput: 2_000 }
  const done = await runShell('echo first; seq 1 20000; echo last', options)
  assert.match(done.output, /^first\n/)
  assert.match(done.output, /last\n$/)
  assert.match(done.output, /characters left out/)
  assert.ok(done.output.length < 2_100 && done.omitted > 100_000)
})

test('what Casebook was told in secret is not in the environment of a command', async (t) => {
  const { root } = tree(t)
  process.env.CASEBOOK_MODEL_API_KEY = 'sk-secret'
  t.after(() => delete process.env.CASEBOOK_MODEL_API_KEY)
  const done = await runShell('env', { cwd: root, seconds: 10 })
  assert.doesNotMatch(done.output, /sk-secret/)
  assert.match(done.output, /PATH=/)
})

test('a folder that does not exist is an error, not a hanging command', async (t) => {
  const { root } = tree(t)
  mkdirSync(join(root, 'gone'))
  await assert.rejects(runShell('true', { cwd: join(root, 'none'), seconds: 5 }))
})
