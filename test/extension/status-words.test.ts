/** Sentences about Casebook's own work do not come back to a model as its words. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutStatuses } from '../../src/extension/chat/status-words.ts'

test('takes out what Casebook said of its work, and leaves the answer as it is', () => {
  const nothing = '_No memory fits the question._\n\n'
  const stopped = '\n\n_It was stopped here: too many steps ($&)._'
  assert.equal(withoutStatuses(`${nothing}_It_ is so.${stopped}`, [nothing, stopped]), '_It_ is so.')
  assert.equal(withoutStatuses(nothing, [nothing]), '')
  assert.equal(withoutStatuses('_Kept._', [nothing]), '_Kept._')
})
