/** Restores an export into a folder and says when the checking is over: killed by a test. */

import { writeSync } from 'node:fs'
import { importMemory } from '../../src/memory/share/import.ts'
import { memoryIn } from '../store/memory-fixtures.ts'

const [folder = '', file = ''] = process.argv.slice(2)
await importMemory(memoryIn(folder), file, {
  actor: { type: 'importer', name: 'ada' },
  restore: true,
  onProgress({ phase, done }) {
    if (phase === 'write' && done === 0) writeSync(1, 'writing\n')
  },
})
