/** The gates G1 to G7: each turns something away, and each lets something pass. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admit, gates } from '../../src/memory/learn/admit.ts'
import type { Evidence } from '../../src/memory/learn/evidence.ts'
import type { RecordDraft } from '../../src/memory/record.ts'
import { draftOf, from, lessonOf, person, session } from './learning.ts'

const source =
  'ran pytest --no-cov tests/unit/test_a.py under Python 3.11; src/a.py failed in parse_config (20 tests)'

const evidence: Evidence = {
  textOf: ({ ref }) => (ref === 's1' ? source : null),
  knowsEntity: (entity) => ['src/a.py', 'parse_config'].includes(entity),
  shownIn: (id) => (id === 's1' ? [{ id: 'M1', text: 'parse_config in src/a.py fails on empty files' }] : []),
  secretsIn: (text) => (text.match(/ghp_\w+/g) ?? []).length,
}

const good = draftOf('Unit tests of src/a.py run with pytest --no-cov under Python 3.11')

/** One draft that the gate refuses, and one that is as near as may be and passes. */
const fixtures: Record<(typeof gates)[number], { refuses: RecordDraft; passes: RecordDraft }> = {
  G1: {
    refuses: { ...good, confidence: 'certain' as never },
    passes: { ...good, confidence: 'observed' },
  },
  G2: { refuses: { ...good, provenance: from([session('s1'), session('s9')]) }, passes: good },
  G3: {
    refuses: { ...good, text: 'Unit tests of src/a.py run with pytest --no-cov under Python 3.12' },
    passes: {
      ...good,
      entities: ['src/a.py', 'parse_config', 'tests/unit/test_a.py', 'pytest', 'Elsewhere'],
    },
  },
  G4: {
    refuses: { ...good, text: 'pytest of src/a.py', cue: 'set the token ghp_abcdef first' },
    passes: { ...good, text: 'pytest of src/a.py needs the token [masked:github]', masked: 1 },
  },
  G5: {
    refuses: { ...good, text: 'parse_config of src/a.py fails on empty files' },
    passes: { ...good, text: 'parse_config of src/a.py fails on empty files under Python 3.11' },
  },
  G6: {
    refuses: { ...good, text: 'Write a test before the fix', entities: ['pytest'] },
    passes: {
      ...good,
      text: 'Write a test before the fix',
      anchors: [{ path: 'src/a.py', blob: 'b', commit: null }],
    },
  },
  G7: {
    refuses: { ...good, text: Array.from({ length: 101 }, () => 'word').join(' ') },
    passes: { ...good, text: Array.from({ length: 100 }, () => 'word').join(' ') },
  },
}

for (const gate of gates)
  test(`${gate} refuses its fixture and passes the one beside it`, () => {
    const refused = admit(fixtures[gate].refuses, evidence)
    assert.equal(refused.ok, false)
    assert.equal(refused.ok === false && refused.gate, gate)
    assert.deepEqual(admit(fixtures[gate].passes, evidence), {
      ok: true,
      draft: fixtures[gate].passes,
      notes: [],
    })
  })

test('gates judge in order: of several faults the first is told', () => {
  const worst = { ...fixtures.G7.refuses, provenance: from([session('s9')]), entities: ['nothing'] }
  const refused = admit(worst, evidence)
  assert.equal(refused.ok === false && refused.gate, 'G2')
})

test('a person may know more than the sources: G3, G5 and G6 become notes', () => {
  const said = { ...fixtures.G3.refuses, provenance: person, entities: [] }
  const admission = admit(said, evidence)
  assert.equal(admission.ok, true)
  assert.equal(admission.ok === true && admission.notes.length, 2)
  const secret = admit({ ...said, text: 'the token of the build is ghp_abc' }, evidence)
  assert.equal(secret.ok === false && secret.gate, 'G4')
})

test('four of five entities must be in the sources', () => {
  const entities = ['src/a.py', 'parse_config', 'pytest', 'Nowhere', 'Elsewhere']
  const refused = admit({ ...good, entities }, evidence)
  assert.equal(refused.ok === false && refused.gate, 'G3')
})

test('literals are read as wholes: a number in a longer one is not in the sources', () => {
  const passes = { ...good, text: 'src/a.py has 20 tests of parse_config' }
  assert.equal(admit(passes, evidence).ok, true)
  const refused = admit({ ...good, text: 'src/a.py has 2 tests of parse_config' }, evidence)
  assert.equal(refused.ok === false && refused.gate, 'G3')
})

test('masking that leaves nothing is refused', () => {
  const refused = admit({ ...good, text: 'password [masked:password]', masked: 1 }, evidence)
  assert.equal(refused.ok === false && refused.gate, 'G4')
})

test("a model's sentence about `it` is refused, since nobody will know what it is", () => {
  const refused = admit({ ...good, text: 'It needs pytest --no-cov' }, evidence)
  assert.equal(refused.ok === false && refused.gate, 'G6')
})

test('counts that the program made itself need no source, but its paths do', () => {
  const counted = {
    ...good,
    text: 'pytest of src/a.py passed 9 of 12 runs',
    provenance: from([session('s1')], 'indexer'),
  }
  assert.equal(admit(counted, evidence).ok, true)
  const refused = admit({ ...counted, text: 'pytest of src/b.py passed 9 of 12 runs' }, evidence)
  assert.equal(refused.ok === false && refused.gate, 'G3')
})

test('a lesson whose literal occurs in one episode only fits one case', () => {
  const lesson = { ...good, kind: 'lesson' as const, lesson: lessonOf('do') }
  const { fact: _, ...draft } = lesson
  const refused = admit(draft, { ...evidence, episodesNaming: () => 1 })
  assert.equal(refused.ok === false && refused.gate, 'G6')
  assert.equal(admit(draft, { ...evidence, episodesNaming: () => 2 }).ok, true)
})
