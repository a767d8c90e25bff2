/** What the editor says of its tools, as the store lists them; what they answer, as a model reads it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isOwnTool,
  listEditorTools,
  serverOf,
  signatureOf,
} from '../../../src/extension/tools/listed-tools.ts'
import { longestResult, resultText } from '../../../src/extension/tools/result-text.ts'

const tool = (name: string, tags: string[] = []) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object' },
  tags,
})

test('tools of MCP servers go by the first word of their server, all others belong to the editor', () => {
  assert.equal(serverOf(tool('mcp_github_create_issue', ['mcp'])), 'github')
  assert.equal(serverOf(tool('mcp_my_server_list', ['mcp'])), 'my')
  assert.equal(serverOf(tool('mcp_github_create_issue')), 'editor')
  assert.equal(serverOf(tool('run_in_terminal', ['terminal'])), 'editor')
  assert.equal(serverOf(tool('odd', ['mcp'])), 'mcp')
  assert.equal(serverOf(tool('mcp_casebook_forget_all', ['mcp'])), 'mcp-casebook')
  assert.equal(serverOf(tool('mcp_editor_x', ['mcp'])), 'mcp-editor')
})

test('a tool without a schema is listed, one with an impossible name is not', () => {
  const listed = listEditorTools([
    { name: 'plain', description: '', inputSchema: undefined, tags: [] },
    tool('x'.repeat(300)),
    tool(''),
  ])
  assert.deepEqual(listed, [{ name: 'plain', server: 'editor', description: '', schema: {} }])
})

test('Casebook knows its own tools, whichever way the editor shows them', () => {
  assert.ok(isOwnTool({ name: 'casebook_recall' }))
  assert.ok(isOwnTool({ name: 'mcp_casebook_casebook_recall' }))
  assert.ok(!isOwnTool({ name: 'mcp_notebook_casebook_recall' }))
  assert.ok(!isOwnTool({ name: 'casebookish' }))
})

test('a list is the same list in any order, and another one with any change', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(names, (given) => {
      const listed = listEditorTools(given.map((name) => tool(name)))
      const signature = signatureOf(listed)
      assert.equal(signatureOf([...listed].reverse()), signature)
      assert.notEqual(signatureOf(listed.slice(1)), signature)
      const [first, ...rest] = listed
      assert.ok(first)
      assert.notEqual(signatureOf([{ ...first, description: 'Other.' }, ...rest]), signature)
      assert.notEqual(signatureOf([{ ...first, server: 'other' }, ...rest]), signature)
    }),
  )
})

test('an answer becomes text: text, JSON and rendered prompts as they are, pictures by name and size', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const prompt = {
    node: {
      type: 1,
      children: [
        { type: 2, text: 'Hello ' },
        { type: 1, children: [{ type: 2, text: 'world' }] },
      ],
    },
  }
  const parts = [
    { value: 'first' },
    { value: prompt },
    { mimeType: 'application/json', data: bytes('{"a":1}') },
    { mimeType: 'text/plain', data: bytes('plain') },
    { mimeType: 'image/png', data: new Uint8Array(12) },
    null,
    { strange: true },
  ]
  assert.equal(resultText(parts), 'first\nHello world\n{"a":1}\nplain\n[image/png, 12 bytes, not shown]')
  assert.equal(resultText([]), '(The tool answered nothing.)')
})

test('a very long answer is cut and says so', () => {
  const text = resultText([{ value: 'x'.repeat(longestResult + 5) }])
  assert.ok(text.endsWith('[5 more characters were left out]'))
})

test('no answer of a tool makes the text fail', () => {
  fc.assert(fc.property(fc.array(fc.anything()), (parts) => assert.equal(typeof resultText(parts), 'string')))
})
