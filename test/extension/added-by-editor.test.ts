/** What the editor puts beside a question is not what the person attached. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAddedByEditor, type KnownReference } from '../../src/extension/chat/added-by-editor.ts'

const place = { scheme: 'file', path: '/ws/a.ts' }

test('lists of skills, instructions and prompts that the editor adds are its own', () => {
  const added: KnownReference[] = [
    { id: 'vscode.customizations.index', value: '<skills>\n<skill>/home/me/x</skill></skills>' },
    { id: 'another.id', value: 'x', modelDescription: 'Chat customizations index' },
    { id: 'another.id', value: '\n<skills>\n/home/me/.vscode/extensions/x' },
    { id: 'vscode.instructions.file.root__file:///ws/AGENTS.md', value: place },
    { id: 'vscode.prompt.instructions__file:///ws/x.instructions.md', value: place },
    { id: 'vscode.prompt.file__file:///ws/x.prompt.md', value: place },
    { id: 'x', value: place, modelDescription: 'Prompt instructions file' },
    { id: 'me/repo', value: 'Owner: me', modelDescription: 'Information about the current repository.' },
    { id: 'vscode.implicit.string', value: 'the page that is open' },
    { id: 'vscode.of.a.later.editor', value: 'x' },
  ]
  for (const one of added) assert.equal(isAddedByEditor(one), true, JSON.stringify(one))
})

test('files, selections, symbols and texts of the person stay, and so does the file that is open', () => {
  const attached: KnownReference[] = [
    { id: 'file:///ws/vscode.ts', value: place },
    { id: 'sym:parse', value: { uri: place, range: {} } },
    { id: 'terminal', value: 'Traceback (most recent call last)', modelDescription: 'Output of npm test' },
    { id: 'pasted', value: 'The list of <skills> is long' },
    { id: 'vscode.implicit.file', value: place },
    { id: 'vscode.implicit.selection', value: { uri: place, range: {} } },
  ]
  for (const one of attached) assert.equal(isAddedByEditor(one), false, JSON.stringify(one))
})
