/** A person's first minutes with Casebook in a real VS Code, in light and dark. Screenshots: `out/screenshots/`. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Files, makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench } from '../../harness/workbench.ts'

for (const theme of ['dark', 'light'] as const) {
  test(`the index fills while one watches, then a search opens the file at its range (${theme})`, async () => {
    using repo = makeRepo('python-small', {
      commits: [{ message: 'Add many modules', files: manyModules(2500) }],
    })
    const workbench = await openWorkbench({ folder: repo.dir, theme })
    try {
      const panel = await workbench.panel()
      await panel
        .getByText(/\d+ of \d+|%/)
        .first()
        .waitFor({ timeout: 60_000 })
      await workbench.screenshot(`index-filling-${theme}`)
      await panel.getByText('Up to date').waitFor({ timeout: 120_000 })
      await workbench.screenshot(`index-ready-${theme}`)

      await workbench.command('Casebook: Search Memory')
      await workbench.page.locator('.quick-input-title', { hasText: 'Search Memory' }).waitFor()
      await workbench.page.keyboard.type('round_half_even')
      const first = workbench.page.locator('.quick-input-list .monaco-list-row', {
        hasText: 'ledger/money.py',
      })
      await first.first().waitFor({ timeout: 15_000 })
      await workbench.screenshot(`search-${theme}`)
      await first.first().click()
      await workbench.page.locator('.tab.active', { hasText: 'money.py' }).waitFor()
      await workbench.page.locator('.view-line', { hasText: 'def round_half_even' }).waitFor()
      await workbench.screenshot(`search-opened-${theme}`)
    } catch (error) {
      await workbench.screenshot(`failed-smoke-${theme}`)
      throw error
    } finally {
      await workbench.close()
    }
    assert.equal(repo.git('status', '--porcelain'), '', 'nothing to commit appeared')
  })
}

test('nothing is read before the folder is trusted, then it is indexed', async () => {
  using repo = makeRepo('python-small')
  const workbench = await openWorkbench({ folder: repo.dir, askForTrust: true })
  try {
    const { page } = workbench
    await page.locator('.statusbar', { hasText: 'Restricted Mode' }).waitFor()
    const panel = await workbench.panel()
    await panel.getByText(/trust/i).first().waitFor()
    await workbench.screenshot('restricted-mode')
    assert.ok(!existsSync(join(repo.dir, '.git/casebook')), 'no store in Restricted Mode')

    await page.getByText('Manage', { exact: true }).first().click()
    await page.getByRole('button', { name: 'Trust', exact: true }).first().click()
    await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
  } catch (error) {
    await workbench.screenshot('failed-restricted-mode')
    throw error
  } finally {
    await workbench.close()
  }
})

/** Enough work that filling can be seen. */
function manyModules(count: number): Files {
  const files: Files = {}
  for (let number = 0; number < count; number++) {
    const functions = Array.from({ length: 12 }, (_, index) => {
      const name = `handle_case_${number}_${index}`
      return `def ${name}(record, limit=${index}):\n    """Handles record ${number}."""\n    return record[:limit]\n`
    })
    files[`modules/part_${number % 50}/module_${number}.py`] = functions.join('\n\n')
  }
  return files
}
