/** Several roots in one window of a real VS Code: a memory for each, one search over all. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench } from '../../harness/workbench.ts'

test('two repositories and a folder without git are searched together', async () => {
  using python = makeRepo('python-small')
  using typescript = makeRepo('typescript-small')
  using plain = makeRepo('no-git')
  const folder = mkdtempSync(join(tmpdir(), 'casebook-roots-'))
  const workspace = join(folder, 'several.code-workspace')
  writeFileSync(
    workspace,
    JSON.stringify({ folders: [python, typescript, plain].map(({ dir }) => ({ path: dir })) }),
  )
  const workbench = await openWorkbench({ folder: workspace })
  try {
    const panel = await workbench.panel()
    await panel.getByText('Up to date').nth(2).waitFor({ timeout: 60_000 })
    await workbench.screenshot('several-roots')
    for (const [query, file] of [
      ['exponential back-off with jitter', 'src/backoff.ts'],
      ['journal entry does not sum to zero', 'ledger/journal.py'],
      ['count words of a text', 'main.py'],
    ] as const) {
      await workbench.command('Casebook: Search Memory')
      await workbench.page.locator('.quick-input-title', { hasText: 'Search Memory' }).waitFor()
      await workbench.page.keyboard.type(query)
      const rows = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: file })
      await rows.first().waitFor({ timeout: 15_000 })
      await workbench.page.keyboard.press('Escape')
    }
  } catch (error) {
    await workbench.screenshot('failed-several-roots')
    throw error
  } finally {
    await workbench.close()
    rmSync(folder, { recursive: true })
  }
  for (const { dir } of [python, typescript]) assert.ok(existsSync(join(dir, '.git/casebook/index.db')), dir)
  assert.ok(existsSync(join(plain.dir, '.casebook/.gitignore')), 'a plain folder keeps its memory to itself')
})
