/** What only the history says was not tested: nobody is told that it passed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordEntry } from '../../src/agent/tools/record-entry.ts'
import { memoryPageText } from '../../src/extension/memory-page-text.ts'
import { endedWords } from '../../src/memory/safety/ended-words.ts'
import { labelOf } from '../../src/memory/safety/quote.ts'
import { sampleDetail, sampleEpisode, sampleRecord } from '../extension/memory-samples.ts'

const { outcome } = sampleEpisode()
const ofHistory = (verdict: 'passed' | 'failed') =>
  sampleRecord({
    kind: 'episode',
    text: 'Fix silly check',
    episode: sampleEpisode({ outcome: { ...outcome, verdict, source: 'history', evidence: [] } }),
  })

test('a commit that stands was kept; one that was taken back says so; tests say what they said', () => {
  assert.equal(endedWords({ verdict: 'passed', source: 'history' }), 'kept, not reverted')
  assert.equal(endedWords({ verdict: 'failed', source: 'history' }), 'reverted')
  assert.equal(endedWords({ verdict: 'passed', source: 'tests' }), 'passed, says tests')
  assert.equal(endedWords({ verdict: 'unknown', source: null }), 'unknown')
})

test('what a model and a person read of an old commit never says that it passed', () => {
  const record = ofHistory('passed')
  assert.match(recordEntry(record).text, /^Ended: kept, not reverted/)
  for (const text of [recordEntry(record).text, memoryPageText(sampleDetail(record))]) {
    assert.match(text, /kept, not reverted/)
    assert.doesNotMatch(text, /passed/)
  }
  assert.match(labelOf({ record: ofHistory('failed'), freshness: 'none' }), /^episode, reverted \(/)
})
