/** Shell lines that change files, and where a line goes before it runs its tests. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesFiles } from '../../src/memory/episodes/shell-edits.ts'
import { testRunOf } from '../../src/memory/episodes/test-command.ts'

const changing = [
  "sed -i 's/a/b/' a.py",
  "sed -E -i.bak 's/a/b/' a.py",
  'perl -pi -e s/a/b/ a.py',
  'git checkout -- a.py',
  'git stash',
  'git stash pop',
  'git reset --hard HEAD~1',
  'git apply fix.patch',
  'patch -p1 < fix.diff',
  'cat > a.py <<EOF\nx = 1\nEOF',
  'echo 1 >> config.json',
  'rm -f tests/test_a.py',
  'mv a.py b.py',
  'git checkout -b fix && git apply x',
]
const harmless = [
  'sed -n 1,20p a.py',
  'git status',
  'git diff > /tmp/x.json',
  'git stash list',
  'git checkout -b fix',
  'git commit -am done',
  'pytest > out.txt 2>&1',
  'cat a.py',
  'rm -rf build',
  'grep -ri "git apply" .',
  'echo done > notes.md',
  'black --check .',
]
test('lines that change files are known', () => {
  for (const line of changing) assert.ok(changesFiles(line), line)
})
test('lines that only look are not', () => {
  for (const line of harmless) assert.ok(!changesFiles(line), line)
})

test('the folder of a run is where the line went before it', () => {
  const folders = [
    'pytest',
    'cd sub && pytest',
    '(cd sub && pytest)',
    'cd a; cd b; npm test',
    'cd a && cd /b && npm test',
  ]
  assert.deepEqual(
    folders.map((line) => testRunOf(line)?.folder),
    ['', 'sub', 'sub', 'a/b', '/b'],
  )
  assert.equal(testRunOf('cat > run.sh <<EOF\nnpm test\nEOF\necho ok'), null)
  assert.equal(testRunOf('cat > run.sh <<EOF\nls\nEOF\nnpm test')?.runner, 'npm test')
})
