/** Through the door: an issue is led by the index to the episode of the file that it is about. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCasebook } from '../../src/casebook.ts'
import { defaultSettings } from '../../src/config.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { episodeDraft } from '../recall/records/records.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

test('recall at the start of a task asks the index which files the issue is about', async () => {
  using repo = makeRepo({
    'src/stripes.py':
      'def paint_stripes(table):\n    """Every second row of a printed table."""\n    return table\n',
    'src/mail.py': 'def send_letter(to):\n    return to\n',
  })
  const settings = { ...defaultSettings, historyMemory: 0 }
  const book = await openCasebook({ repo: repo.dir, settings, log })
  try {
    await book.index({ reason: 'test' })
    const files = [{ path: 'src/stripes.py', change: 'M' as const }]
    const { record } = await book.memories.record(
      episodeDraft('The zebra crossing was painted once more after the winter.', { files }),
    )
    const text = `paint_stripes forgets rows.\n${'Every second row of a printed table stays white. '.repeat(4)}`
    const { memories } = await book.memories.recall({ text, moment: 'task-start', quiet: true })
    const channel = memories[0]?.channels.find((one) => one.channel === 'located')
    assert.equal(memories[0]?.record.id, record.id)
    assert.equal(channel?.detail, 'src/stripes.py')
  } finally {
    await book.close()
  }
})
