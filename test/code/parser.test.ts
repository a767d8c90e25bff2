import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { languageOf } from '../../src/memory/code/languages.ts'
import { openParser } from '../../src/memory/code/parser.ts'
import { sourceAssets } from './assets.ts'

const parser = await openParser(sourceAssets())
after(() => parser.close())

test('gives a class header, its methods and a function as chunks with their names', () => {
  const method = (name: string) => `    def ${name}(self):\n${'        self.step()\n'.repeat(8)}\n`
  const source = `import os\n\n\nclass Engine:\n    """Runs."""\n\n${method('start')}${method('stop')}`
  const parsed = parser.parse(source, languageOf('engine.py'))
  assert.deepEqual(
    parsed.chunks.map(({ kind, name }) => `${kind} ${name}`),
    ['header ', 'header Engine', 'definition Engine.start', 'definition Engine.stop'],
  )
  assert.deepEqual(parsed.imports, [{ module: 'os', names: [] }])
})
