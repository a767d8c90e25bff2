import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { locate } from '../../src/agent/tools/locate.ts'
import { open } from '../../src/agent/tools/open.ts'
import { recall } from '../../src/agent/tools/recall.ts'
import { remember } from '../../src/agent/tools/remember.ts'

interface Contributed {
  name: string
  modelDescription: string
  inputSchema: unknown
}

const root = new URL('../../', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  contributes: { languageModelTools: Contributed[] }
}

test('package.json says of the tools what they say of themselves', () => {
  const told = [recall, remember, locate, open].map(({ name, description, inputSchema }) => ({
    name,
    modelDescription: description,
    inputSchema: JSON.parse(JSON.stringify({ type: 'object', ...inputSchema })) as unknown,
  }))
  const contributed = manifest.contributes.languageModelTools.map(
    ({ name, modelDescription, inputSchema }) => ({ name, modelDescription, inputSchema }),
  )
  assert.deepEqual(contributed, told)
})

test('the skill names only tools that there are', () => {
  const skill = readFileSync(new URL('media/plugin/skills/casebook/SKILL.md', root), 'utf8')
  const named = new Set([...skill.matchAll(/`(casebook_\w+)`/g)].map((match) => match[1]))
  const server = ['recall', 'locate', 'search', 'open', 'history', 'why', 'remember', 'cite']
  for (const name of named) assert.ok(server.includes(name?.replace('casebook_', '') ?? ''), name)
  assert.ok(named.size >= 6)
})
