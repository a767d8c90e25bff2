/** The tree of memories in a real VS Code: a thought is remembered, shown, opened, taken back. Looked at in all themes. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FixtureCommit, makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench, type Workbench } from '../../harness/workbench.ts'

const thought = 'Amounts are rounded half to even, because the auditors compare yearly totals.'

const fixes: FixtureCommit[] = [
  {
    message: 'Fix rounding of negative amounts (#12)\n\nround_half_even raised ValueError for -1/2.',
    files: {
      'ledger/rounding.py':
        'def round_half_even(a, b):\n    return -round_half_even(-a, b) if a < 0 else a // b\n',
      'tests/test_rounding.py': 'def test_negative():\n    assert True\n',
    },
  },
  {
    message: 'Fix: entries of a closed journal are refused (#14)',
    files: { 'ledger/closing.py': 'def close(journal):\n    journal.is_closed = True\n' },
  },
]

for (const theme of ['dark', 'light', 'contrast'] as const) {
  test(`a thought is remembered, shown and opened (${theme})`, async () => {
    using repo = makeRepo('python-small', { commits: fixes })
    const contrast = { 'workbench.colorTheme': 'Default High Contrast' }
    const workbench = await openWorkbench({
      folder: repo.dir,
      ...(theme === 'contrast' ? { settings: contrast } : { theme }),
    })
    try {
      const panel = await workbench.panel()
      await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
      await remember(workbench)
      await tree(workbench, thought).waitFor({ timeout: 20_000 })
      await workbench.screenshot(`memories-${theme}`)

      await tree(workbench, thought).click()
      await workbench.page
        .locator('.view-line', { hasText: 'When it matters' })
        .or(workbench.page.locator('.view-line', { hasText: 'Why do you know this?' }))
        .first()
        .waitFor()
      await workbench.screenshot(`memory-page-${theme}`)
      if (theme === 'dark') await recallAndUndo(workbench)
    } catch (error) {
      await workbench.screenshot(`failed-memories-${theme}`)
      throw error
    } finally {
      await workbench.close()
    }
    assert.equal(repo.git('status', '--porcelain'), '', 'nothing to commit appeared')
  })
}

test('the tree reads nothing before the folder is trusted, and says so; then it says that it is empty', async () => {
  using repo = makeRepo('python-small')
  const workbench = await openWorkbench({ folder: repo.dir, askForTrust: true })
  try {
    await workbench.page.locator('.statusbar', { hasText: 'Restricted Mode' }).waitFor()
    await workbench.panel()
    const welcome = workbench.page.locator('.welcome-view-content', { hasText: 'Restricted Mode' })
    await welcome.waitFor({ timeout: 20_000 })
    await workbench.screenshot('memories-restricted')
    assert.ok(!existsSync(join(repo.dir, '.git/casebook')), 'no store in Restricted Mode')
    const { page } = workbench
    await page.getByText('Manage', { exact: true }).first().click()
    await page.getByRole('button', { name: 'Trust', exact: true }).first().click()
    await page.locator('.welcome-view-content', { hasText: 'No memories yet' }).waitFor({ timeout: 60_000 })
    await page.keyboard.press('Escape')
    await workbench.screenshot('memories-empty')
  } catch (error) {
    await workbench.screenshot('failed-memories-restricted')
    throw error
  } finally {
    await workbench.close()
  }
})

/** With the keyboard alone. */
async function remember(workbench: Workbench): Promise<void> {
  const { page } = workbench
  await workbench.command('Casebook: Remember…')
  await page.locator('.quick-input-title', { hasText: 'Remember' }).waitFor()
  await page.keyboard.type(thought)
  await page.keyboard.press('Enter')
  await page.locator('.quick-input-title', { hasText: 'What is it?' }).waitFor()
  await page.keyboard.press('Enter')
}

async function recallAndUndo(workbench: Workbench): Promise<void> {
  const { page } = workbench
  // Toasts are off while tests drive the workbench.
  await workbench.command('Notifications: Show Notifications')
  await page.locator('.notifications-center', { hasText: 'Remembered.' }).waitFor()
  await workbench.screenshot('memories-remembered')
  await workbench.command('Notifications: Hide Notifications')
  await workbench.command('Casebook: Recall…')
  await page.locator('.quick-input-title', { hasText: 'Recall' }).waitFor()
  await page.keyboard.type('rounding of totals')
  await page.locator('.quick-input-list .monaco-list-row', { hasText: thought.slice(0, 40) }).waitFor()
  await workbench.screenshot('memories-recall')
  await page.keyboard.press('Escape')
  await workbench.command('Casebook: Undo Last Memory Change')
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: `Remembered: ${thought.slice(0, 20)}` })
    .waitFor()
  await workbench.screenshot('memories-undo')
  await page.keyboard.press('Enter')
  await tree(workbench, thought).waitFor({ state: 'detached', timeout: 20_000 })
}

function tree(workbench: Workbench, text: string) {
  return workbench.page.locator('.pane-body .monaco-list-row', { hasText: text.slice(0, 40) }).first()
}
