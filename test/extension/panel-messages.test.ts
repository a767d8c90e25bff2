import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { panelHtml } from '../../src/extension/panel-html.ts'
import { panelRequest } from '../../src/extension/panel-messages.ts'

const span = { startLine: 3, endLine: 9 }

test('lets the calls of the panel pass', () => {
  const calls: [string, unknown[]][] = [
    ['state', []],
    ['search', [{ query: 'x', limit: 30 }]],
    ['reveal', [{ root: '/r', path: 'src/..a/b.ts', span }]],
    ['examine', [{ root: '/r', sha: '0123abc' }]],
    ['command', ['pause']],
    ['command', ['rebuild', '/r']],
  ]
  for (const [m, a] of calls)
    assert.deepEqual(panelRequest({ t: 'q', i: '1', m, a }), { t: 'q', i: '1', m, a })
})

test('refuses paths that leave their root, unknown commands and answers to nothing', () => {
  const messages = [
    ...['../x', 'a/../../x', '/etc/passwd', 'C:\\x', 'a\\..\\..\\x'].map((path) => ({
      t: 'q',
      i: '1',
      m: 'reveal',
      a: [{ root: '/r', path, span }],
    })),
    { t: 'q', i: '1', m: 'command', a: ['format-disk'] },
    { t: 'q', i: '1', m: '__proto__', a: [] },
    { t: 's', i: '1', r: 1 },
  ]
  for (const message of messages) assert.equal(panelRequest(message), null, JSON.stringify(message))
})

test('never throws, whatever arrives', () => {
  fc.assert(fc.property(fc.anything(), (message) => void panelRequest(message)))
})

test('keeps translations inside their attribute', () => {
  const html = panelHtml({
    cspSource: 'https://editor',
    script: 'https://editor/panel.js',
    icons: 'https://editor/codicon.css',
    nonce: 'abc',
    language: 'de',
    translations: { Search: '"></casebook-panel><script>alert(1)</script>' },
  })
  assert.equal(html.match(/<script/g)?.length, 1)
  assert.ok(html.includes('default-src &#39;none&#39;; script-src &#39;nonce-abc&#39;'))
})
