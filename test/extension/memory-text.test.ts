import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextOf, descriptionOf, freshnessText, iconOf, labelOf } from '../../src/extension/memory-text.ts'
import { sampleEpisode, sampleRecord } from './memory-samples.ts'

test('labels a memory by its first words, an episode by its task', () => {
  assert.equal(labelOf(sampleRecord({ text: '\n---\n  Use   tabs.\nMore.' })), 'Use tabs.')
  const episode = sampleEpisode({ goal: 'Crash on start (#12)\nTrace…' })
  assert.equal(labelOf(sampleRecord({ kind: 'episode', text: 'Summary', episode })), 'Crash on start (#12)')
  assert.equal(
    labelOf(sampleRecord({ kind: 'episode', text: 'Summary', episode: sampleEpisode({ goal: '' }) })),
    'Summary',
  )
  const long = labelOf(sampleRecord({ text: `word${'y'.repeat(500)}` }))
  assert.ok(long.length <= 120 && long.endsWith('…'))
})

test('says what is unusual about a memory, and when it began to hold', () => {
  assert.match(descriptionOf(sampleRecord()), /^2026-11-2\d$/)
  const odd = sampleRecord({
    status: 'stale',
    branch: 'feature/x',
    inhibited: true,
    flags: ['instruction-like'],
  })
  assert.match(descriptionOf(odd), /^code changed · muted · on feature\/x · instruction like · 2026/)
})

test('shows the state where a person should look, else the kind', () => {
  assert.equal(iconOf(sampleRecord({ status: 'stale' })), 'warning')
  assert.equal(iconOf(sampleRecord({ status: 'candidate' })), 'question')
  assert.equal(iconOf(sampleRecord({ status: 'superseded', pinned: true })), 'archive')
  assert.equal(iconOf(sampleRecord({ pinned: true })), 'pinned')
  assert.equal(iconOf(sampleRecord({ kind: 'fact' })), 'book')
  assert.equal(iconOf(sampleRecord({ kind: 'episode' })), 'pass')
  const kept = sampleEpisode({ outcome: { ...sampleEpisode().outcome, source: 'history' } })
  assert.equal(iconOf(sampleRecord({ kind: 'episode', episode: kept })), 'git-commit')
  const failed = sampleEpisode({ outcome: { ...sampleEpisode().outcome, verdict: 'failed' } })
  assert.equal(iconOf(sampleRecord({ kind: 'episode', episode: failed })), 'error')
})

test('has the marks that the menus go by', () => {
  assert.equal(contextOf(sampleRecord()), 'memory;lesson;kept;unpinned;heard;')
  assert.equal(
    contextOf(sampleRecord({ status: 'contested', pinned: true })),
    'memory;lesson;kept;pinned;heard;',
  )
  assert.equal(contextOf(sampleRecord({ status: 'candidate' })), 'memory;lesson;candidate;unpinned;heard;')
  assert.equal(
    contextOf(sampleRecord({ kind: 'fact', status: 'superseded', inhibited: true })),
    'memory;fact;archived;unpinned;muted;',
  )
})

test('never calls changed code fresh', () => {
  const words = (['fresh', 'moved', 'drifted', 'gone', 'none'] as const).map(freshnessText)
  assert.deepEqual(words, ['fresh', 'moved', 'code changed', 'code is gone', ''])
})
