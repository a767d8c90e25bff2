/** A model is asked only after the person saw which one and what it gets, with a key that is no setting. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openCasebook } from '../../../src/casebook.ts'
import { parseSettings } from '../../../src/config.ts'
import { startScriptedServer } from '../../../src/llm/scripted-server.ts'
import { sampleEpisode } from '../../extension/memory-samples.ts'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench, type Workbench } from '../../harness/workbench.ts'

const key = 'sk-casebook-test-key'

test('sends episodes to a model only after the person agreed', async (t) => {
  using repo = makeRepo('python-small')
  await rememberEpisode(repo.dir)
  const server = await startScriptedServer([{ reply: '{}', times: Number.POSITIVE_INFINITY }])
  t.after(() => server.close())
  const { host } = new URL(server.baseUrl)
  const settings = { 'casebook.model.baseUrl': server.baseUrl, 'casebook.model.model': 'scripted' }
  const workbench = await openWorkbench({ folder: repo.dir, settings })
  t.after(() => workbench.close())
  const panel = await workbench.panel()
  await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
  await enterKey(workbench, host)

  await workbench.command('Casebook: Distil Memories')
  const dialog = workbench.page.getByRole('dialog')
  await dialog.getByText(`Send episodes of this repository to ${host}?`).waitFor()
  const detail = (await dialog.textContent()) ?? ''
  for (const fact of [
    /Model: scripted/,
    /at most 10/,
    /Secrets are masked/,
    /Cost: what the server charges/,
  ]) {
    assert.match(detail, fact)
  }
  await workbench.screenshot('model-consent')
  assert.equal(server.requests.length, 0, 'nothing was sent before')
  await dialog.getByRole('button', { name: 'Send and Distil' }).click()
  await until(() => server.requests.length > 0)
  assert.equal(server.requests[0]?.headers.authorization, `Bearer ${key}`)
  assert.match(JSON.stringify(server.requests[0]?.body), /off by a cent/)
  assert.doesNotMatch(readFileSync(`${repo.dir}/.git/config`, 'utf8'), /sk-casebook/)
})

/** What an agent's session would leave behind. */
async function rememberEpisode(repo: string): Promise<void> {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const casebook = await openCasebook({ repo, settings: parseSettings({ workers: 1 }), log })
  const goal = 'Totals are off by a cent in the ledger'
  const failed = {
    kind: 'patch' as const,
    content: { text: 'return numerator // denominator' },
    feedback: { text: 'FAILED tests/test_journal.py::test_totals' },
    exitCode: 1,
    passed: false,
    analysis: '',
    advice: '',
    files: ['ledger/money.py'],
    at: null,
  }
  await casebook.memories.record({
    kind: 'episode',
    text: goal,
    provenance: { sources: [{ type: 'session', ref: 's1' }], author: 'importer', method: 'import/session' },
    confidence: 'observed',
    status: 'active',
    episode: sampleEpisode({ goal, attempts: [failed] }),
  })
  await casebook.close()
}

async function enterKey(workbench: Workbench, host: string): Promise<void> {
  const { page } = workbench
  await workbench.command('Casebook: Set Model Key')
  await page.locator('.quick-input-title', { hasText: `Key for ${host}` }).waitFor()
  await page.keyboard.type(key)
  await workbench.screenshot('model-key')
  await page.keyboard.press('Enter')
  // The service opens the memory again with the key.
  await page.waitForTimeout(1_500)
}

async function until(check: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!check()) {
    assert.ok(Date.now() < end, 'it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
