/** Masking of structures: every text, no pointer. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openRandom } from '../../src/cli/bench/random.ts'
import { plantSecrets } from '../../src/cli/bench/secrets.ts'
import { redact } from '../../src/memory/safety/redact.ts'
import { redactDeep } from '../../src/memory/safety/redact-deep.ts'
import { ordinary } from './ordinary.ts'

const planted = [1, 2, 3].flatMap((seed) => plantSecrets(openRandom(seed)))
const token = plantSecrets(openRandom(3)).find((item) => item.kind === 'slack-token')?.text ?? ''
const sha = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'

test('masks each text of a draft and leaves its pointers', async () => {
  const draft = {
    kind: 'lesson',
    text: `Use ${token}`,
    anchors: [{ path: 'src/token.ts', symbol: 'readToken', blob: sha, commit: sha }],
    provenance: { sources: [{ type: 'commit', ref: sha }], author: 'person', method: 'remember' },
    lesson: { procedure: ['one', token], params: { api_key: 'gK3vQ9zL2mXp7Rt', name: 'gK3vQ9zL2mXp7Rt' } },
    episode: { attempts: [{ content: { text: token, artifact: sha } }], startedAt: 5 },
    none: null,
  }
  const before = structuredClone(draft)
  const { value, masked, kinds } = await redactDeep(draft, redact)
  assert.equal(masked, 4)
  assert.deepEqual(kinds, { 'slack-token': 3, secret: 1 })
  assert.deepEqual(draft, before)
  assert.deepEqual(value.anchors, draft.anchors)
  assert.deepEqual(value.provenance, draft.provenance)
  assert.match(value.lesson.procedure[1] ?? '', /masked: slack-token/)
  assert.equal(value.lesson.params.api_key, '[masked: secret]')
  assert.equal(value.lesson.params.name, 'gK3vQ9zL2mXp7Rt')
  assert.equal(value.episode.attempts[0]?.content.artifact, sha)
  assert.equal(value.episode.startedAt, 5)
  assert.equal((await redactDeep(value, redact)).masked, 0)
})

test('looking at all texts at once misses nothing that looking at each would find', async () => {
  const texts = fc.constantFrom(...planted.map(({ text }) => text), ...ordinary)
  const cuts = fc.tuple(texts, fc.nat({ max: 200 })).map(([text, at]) => text.slice(0, at))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(texts, cuts), { maxLength: 6 }), async (parts) => {
      let each = 0
      for (const part of parts) each += (await redact(part)).masked
      assert.equal((await redactDeep({ notes: parts }, redact)).masked, each)
    }),
    { numRuns: 600, seed: 3 },
  )
})
