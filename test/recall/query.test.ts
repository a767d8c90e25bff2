import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readQuery } from '../../src/memory/recall/query.ts'

const issue = `Session drops the verb on redirects
<!-- Please search existing issues first: secretword -->
- [x] I have read the frobnicating guide

\`Session.resolve_redirects\` copies the *original* request, see requests/sessions.py and #1513.

**To Reproduce**
\`\`\`python
from requests import Session
Session().get_adapter("http://")
\`\`\`

\`\`\`
Traceback (most recent call last):
  File "/home/me/venv/lib/python3.9/site-packages/requests/sessions.py", line 12, in resolve_redirects
    prepared = req.copy()
  File "/home/me/venv/lib/python3.9/site-packages/requests/models.py", line 40, in copy
    raise ValueError("no copy")
ValueError: no copy of a consumed body
\`\`\`

Passing \`--max-redirects\` does not help, the log says "Exceeded the allowed hops".

### Environment
- OS: Linux
- Python: 3.9.1
- plumbus: 1.2.3
`

test('takes the first line as the title', () => {
  assert.equal(readQuery(issue).title, 'Session drops the verb on redirects')
})

test('reads marked names, dotted names, paths, options, quoted strings and issue numbers', () => {
  const query = readQuery(issue)
  const texts = (mentions: readonly { text: string }[]) => mentions.map(({ text }) => text)
  assert.ok(texts(query.names).includes('resolve_redirects'))
  assert.ok(texts(query.names).includes('get_adapter'))
  assert.ok(texts(query.dotted).includes('Session.resolve_redirects'))
  assert.ok(texts(query.paths).includes('requests/sessions.py'))
  assert.deepEqual(texts(query.options), ['max-redirects'])
  assert.ok(texts(query.literals).includes('Exceeded the allowed hops'))
  assert.deepEqual(query.issues, ['1513'])
})

test('counts comments, check lists and version tables as nothing', () => {
  const words = readQuery(issue).terms.map(({ text }) => text)
  for (const noise of ['secretword', 'frobnicating', 'plumbus', 'linux', 'environment', 'reproduce']) {
    assert.ok(!words.includes(noise), noise)
  }
})

test('weighs a marked name above a word of prose above a word of a log', () => {
  const weights = new Map(readQuery(issue).terms.map(({ text, weight }) => [text, weight]))
  const weight = (word: string) => weights.get(word) ?? 0
  assert.ok(weight('resolve_redirects') > weight('copies'))
  assert.ok(weight('copies') > weight('consumed'))
  assert.ok(weight('consumed') > 0)
})

test('drops the folders of the reporter from the words of a trace', () => {
  const words = readQuery(issue).terms.map(({ text }) => text)
  for (const folder of ['venv', 'site', 'packages', 'home']) assert.ok(!words.includes(folder), folder)
})

test('maps installed paths to repository suffixes and counts depth from the error', () => {
  const { frames, errors } = readQuery(issue)
  assert.deepEqual(frames, [
    { path: 'requests/sessions.py', line: 12, symbol: 'resolve_redirects', depth: 1 },
    { path: 'requests/models.py', line: 40, symbol: 'copy', depth: 0 },
  ])
  assert.deepEqual(errors.at(-1), { type: 'ValueError', message: 'no copy of a consumed body' })
})

test('tells a typed search from a pasted issue', () => {
  assert.equal(readQuery('parse config file').short, true)
  assert.equal(readQuery(issue).short, false)
})

test('answers empty text with an empty query', () => {
  const query = readQuery('  \n\n')
  assert.equal(query.title, '')
  assert.deepEqual(query.terms, [])
})
