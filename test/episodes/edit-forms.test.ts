/** The forms in which editors and their agents write what changed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openTalk, takeTurn } from '../../src/memory/episodes/anthropic-turns.ts'
import { searchReplaceHunks, withTextEdits } from '../../src/memory/episodes/edit-forms.ts'
import { requestSteps } from '../../src/memory/episodes/importers/copilot-request.ts'
import { spokenCalls } from '../../src/memory/episodes/spoken-calls.ts'
import { editsOf } from '../../src/memory/episodes/task-edits.ts'
import { uriPath, userFolders } from '../../src/memory/episodes/vscode-folders.ts'

test('blocks of Cline become hunks without numbers, those of Roo with them', () => {
  const cline = '------- SEARCH\na\nb\nc\n=======\na\nB\nc\n+++++++ REPLACE'
  assert.equal(searchReplaceHunks(cline), '@@\n a\n-b\n+B\n c')
  const roo = '<<<<<<< SEARCH\n:start_line:12\n-------\na\nb\n=======\na\nB\n\\=======\n>>>>>>> REPLACE'
  assert.equal(searchReplaceHunks(roo), '@@ -12,2 +12,3 @@\n a\n-b\n+B\n+=======')
  assert.equal(
    searchReplaceHunks('------- SEARCH\na\n=======\nb'),
    '',
    'a block that was cut was not carried out',
  )
})

test('text edits of the editor are carried out as it does', () => {
  const range = (startLineNumber: number, startColumn: number, endLineNumber: number, endColumn: number) => ({
    startLineNumber,
    startColumn,
    endLineNumber,
    endColumn,
  })
  const edits = [
    { text: 'ONE', range: range(1, 1, 1, 4) },
    { text: '', range: range(2, 1, 3, 1) },
  ]
  assert.equal(withTextEdits('one\ntwo\nthree\n', edits), 'ONE\nthree\n')
  assert.equal(withTextEdits('one', [{ text: 'x', range: range(9, 1, 9, 1) }]), null)
  assert.equal(withTextEdits('one', [{ text: 'x' }]), null)
  assert.equal(
    withTextEdits('abcdef', [
      { text: '', range: range(1, 1, 1, 4) },
      { text: '', range: range(1, 3, 1, 5) },
    ]),
    null,
  )
})

test('replacing any part of any text gives that text', () => {
  const law = fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (head, old, tail, now) => {
    const before = `${head}${old}${tail}`
    const spot = (to: number) => {
      const lines = before.slice(0, to).split('\n')
      return [lines.length, (lines.at(-1) ?? '').length + 1] as const
    }
    const [startLineNumber, startColumn] = spot(head.length)
    const [endLineNumber, endColumn] = spot(head.length + old.length)
    const range = { startLineNumber, startColumn, endLineNumber, endColumn }
    assert.equal(withTextEdits(before, [{ text: now, range }]), `${head}${now}${tail}`)
  })
  fc.assert(law)
})

test('calls written as tags are taken from the text, whatever the files hold', () => {
  const content = 'a = "<path>no</path>"\n</write_to_file>\n<content>'
  const { said, calls } = spokenCalls(
    `<thinking>hm</thinking>I write it.\n<write_to_file>\n<path>a.py</path>\n<content>\n${content}\n</content>\n</write_to_file>\nand\n<execute_command><command>ls && echo "<b>"</command></execute_command>`,
  )
  assert.deepEqual(calls, [
    { name: 'write_to_file', input: { path: 'a.py', content } },
    { name: 'execute_command', input: { command: 'ls && echo "<b>"' } },
  ])
  assert.match(said, /^I write it\.\s+and$/)
})

test('any text is taken apart without a fault', () => {
  const piece = fc.constantFrom(
    '<write_to_file>',
    '</write_to_file>',
    '<path>',
    '</path>',
    '<content>',
    '</content>',
    '\n',
    'x',
    '<diff>',
  )
  const law = fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    for (const call of spokenCalls(pieces.join('')).calls) editsOf(call, new Map(), false)
  })
  fc.assert(law, { numRuns: 500 })
})

test('a file that was seen before is compared with what was seen', () => {
  const call = { name: 'write_to_file', input: { path: 'a.py', content: 'a\nB\n' } }
  assert.deepEqual(editsOf(call, new Map([['a.py', 'a\nb\n']]), false), [
    { path: 'a.py', diff: '@@ -1,2 +1,2 @@\n a\n-b\n+B' },
  ])
  assert.deepEqual(editsOf(call, new Map(), true), [{ path: 'a.py', before: '', after: 'a\nB\n' }])
})

test('several files in one call are several edits', () => {
  const block = '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE'
  const file = (path: string) =>
    `<file><path>${path}</path><diff><content><![CDATA[\n${block}\n]]></content></diff></file>`
  const edits = editsOf(
    { name: 'apply_diff', input: { args: file('a.py') + file('b.py') } },
    new Map(),
    false,
  )
  assert.deepEqual(edits, [
    { path: 'a.py', diff: '@@\n-a\n+b' },
    { path: 'b.py', diff: '@@\n-a\n+b' },
  ])
})

test('paths of the editor become paths of files', () => {
  assert.equal(uriPath('file:///home/ana/my%20shop'), '/home/ana/my shop')
  assert.equal(uriPath('file:///c%3A/work/shop'), 'c:/work/shop')
  assert.equal(uriPath('vscode-remote://wsl%2Bubuntu/home/ana/shop'), '/home/ana/shop')
  assert.equal(uriPath({ $mid: 1, path: '/c:/work', scheme: 'file', fsPath: 'c:\\work' }), 'c:/work')
  assert.equal(uriPath({ path: '/x', scheme: 'untitled' }), undefined)
  assert.equal(uriPath('file:///100%'), '/100%')
  assert.equal(uriPath({ path: ['/x'] }), undefined)
})

test('folders of the editors are known on all systems', () => {
  const machine = { home: '/h', env: {}, repositories: [] }
  assert.ok(userFolders({ ...machine, platform: 'linux' }).includes('/h/.config/Code - Insiders/User'))
  assert.ok(
    userFolders({ ...machine, platform: 'darwin' }).includes('/h/Library/Application Support/VSCodium/User'),
  )
  const windows = userFolders({ ...machine, platform: 'win32', env: { APPDATA: '/roaming' } })
  assert.ok(windows.includes('/roaming/Cursor/User'))
})

test('texts made of nothing but tags and line ends take no longer than others', async () => {
  const started = performance.now()
  const many = (piece: string) => piece.repeat(Math.floor(500_000 / piece.length))
  const hostile = [
    '<file>',
    '<feedback>',
    '<write_to_file>\n',
    '<content>',
    '\n',
    '```\n',
    '<thinking>',
    '[x] ',
    '------- SEARCH\n',
    '=======\n',
    ' ',
  ].map(many)
  for (const text of hostile) {
    spokenCalls(text)
    editsOf({ name: 'apply_diff', input: { path: 'a', args: text, diff: text } }, new Map(), false)
    const talk = openTalk('tagged')
    const when = { at: null, place: { file: '/x' } }
    takeTurn(talk, { role: 'assistant', content: text, ...when })
    takeTurn(talk, { role: 'user', content: `[execute_command for 'x'] Result: ${text}`, ...when })
    takeTurn(talk, { role: 'user', content: text, ...when })
    const response = [{ value: text }, { kind: 'textEditGroup', uri: '/a', edits: [[{ text }]] }]
    requestSteps({ message: text, response }, { placeOf: () => ({ file: '/x' }), texts: new Map() })
  }
  assert.ok(performance.now() - started < 8_000, `${performance.now() - started} ms`)
})
