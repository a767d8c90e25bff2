/** How the brief of a session words its lessons. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whenOf } from '../../src/agent/brief.ts'

test('a cue goes on after "When" in lower case; names keep their capitals', () => {
  const after = (cue: string) => whenOf({ cue, text: 'Do this.' })
  assert.equal(after('An issue speaks of proxies.'), 'When an issue speaks of proxies: ')
  assert.equal(after('When tests need data'), 'When tests need data: ')
  assert.equal(after('URLError is raised'), 'When URLError is raised: ')
  assert.equal(after('I/O fails'), 'When I/O fails: ')
  assert.equal(after('I see a timeout'), 'When I see a timeout: ')
  assert.equal(after(''), '')
})

test('a cue that the lesson says itself is not said twice', () => {
  const text = 'Issues that mention "registration", "nested" or "names" were usually fixed in src/a.py.'
  assert.equal(whenOf({ cue: 'an issue mentions "registration", "nested" or "names"', text }), '')
  const stored = 'Issues that speak of registration, nested, names were fixed in src/a.py.'
  assert.equal(whenOf({ cue: 'An issue speaks of registration, nested, names.', text: stored }), '')
})
