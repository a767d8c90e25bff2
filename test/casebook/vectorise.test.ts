/** Which texts are embedded in the background: those of the view, as they were parsed, and no others. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openGit } from '../../src/memory/git.ts'
import { vectorise } from '../../src/memory/indexing/vectorise.ts'
import { openView } from '../../src/memory/store/files.ts'
import { openIndex } from '../../src/memory/store/index-db.ts'
import { countMissing, registerEmbedder } from '../../src/memory/store/vectors.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

/** Indexes, lets `meanwhile` happen, then embeds; gives what was sent and what still lacks a vector. */
async function embedded(t: TestContext, repo: FixtureRepo, meanwhile: () => void) {
  const casebook = await openMemory(t, repo.dir)
  await casebook.index({ reason: 'test' })
  await casebook.close()
  meanwhile()
  const git = await openGit(repo.dir)
  assert.ok(git)
  const { db } = openIndex(join(git.commonDir, 'casebook'))
  t.after(() => db.close())
  const view = openView(db, 'worktree:.')
  const sent: string[] = []
  const embedder = {
    id: 'endpoint:test/2',
    dimensions: 2,
    remote: false,
    embed: async (texts: readonly string[]) => {
      sent.push(...texts)
      return texts.map(() => new Float32Array([1, 0]))
    },
  }
  const embedderId = registerEmbedder(db, embedder).id
  const nothing = () => undefined
  await vectorise({
    db,
    git,
    viewId: view.id,
    embedder,
    embedderId,
    maxFileSize: 1_000_000,
    signal: new AbortController().signal,
    pause: async () => undefined,
    onProgress: nothing,
    onVectors: nothing,
  })
  return { sent, missing: countMissing(db, embedderId, view.id) }
}

test('sends each text as it was parsed, with its own line ends and in pieces', async (t) => {
  const windows = 'def one():\r\n    return 1\r\n'
  using repo = makeRepo({ 'mark.py': `\ufeff${windows}`, 'long.txt': 'word '.repeat(6_000) })
  const { sent, missing } = await embedded(t, repo, () => undefined)
  assert.equal(missing, 0)
  assert.ok(sent.includes(windows.trimEnd()), JSON.stringify(sent[0]))
  assert.ok(sent.every((text) => text.length <= 12_000))
})

test('leaves out a file that changed since it was parsed', async (t) => {
  using repo = makeRepo({ 'a.py': 'def committed():\n    pass\n' })
  repo.write({ 'new.py': 'def old_text():\n    pass\n' })
  const { sent, missing } = await embedded(t, repo, () =>
    writeFileSync(join(repo.dir, 'new.py'), 'def new_text():\n    pass\n'),
  )
  assert.deepEqual(sent, ['def committed():\n    pass'])
  assert.equal(missing, 1)
})

test('sends nothing that only another work tree shows', async (t) => {
  using repo = makeRepo({ 'a.py': 'def mine():\n    pass\n' })
  using place = makeRepo({}, { git: false })
  const tree = join(place.dir, 'tree')
  repo.git('worktree', 'add', '--quiet', tree, '-b', 'side')
  writeFileSync(join(tree, 'a.py'), 'def of_the_other_tree():\n    pass\n')
  const side = await openMemory(t, tree)
  await side.index({ reason: 'test' })
  const { sent } = await embedded(t, repo, () => undefined)
  assert.deepEqual(sent, ['def mine():\n    pass'])
})
