/** Past sessions in a real VS Code: the one question, the choice, the summary, the view of sources. Looked at in both themes. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { pastGoals, writeSessions } from '../../harness/home.ts'
import { openWorkbench, type Workbench } from '../../harness/workbench.ts'

for (const theme of ['dark', 'light'] as const) {
  test(`sessions are offered once, chosen, imported and shown (${theme})`, async (t) => {
    using repo = makeRepo('python-small')
    const home = makeRepo({}, { git: false })
    t.after(home.cleanup)
    writeSessions(home.dir, repo.dir)
    const workbench = await openWorkbench({ folder: repo.dir, theme, home: home.dir })
    const { page } = workbench
    try {
      const panel = await workbench.panel()
      await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
      // Toasts are off while tests drive the workbench.
      await workbench.command('Notifications: Show Notifications')
      const question = page.locator('.notifications-center', {
        hasText: 'Found 4 sessions of 2 agents for this repository.',
      })
      await question.waitFor({ timeout: 20_000 })
      await workbench.screenshot(`sessions-offer-${theme}`)
      await question.getByRole('button', { name: 'Import…' }).click()
      await page.locator('.quick-input-title', { hasText: 'Found 4 sessions' }).waitFor()
      await row(workbench, 'Claude Code').waitFor()
      await workbench.screenshot(`sessions-choice-${theme}`)
      await page.keyboard.press('Enter')

      await workbench.command('Notifications: Show Notifications')
      const summary = page.locator('.notifications-center', { hasText: '1 passed, 1 failed, 1 unknown' })
      await summary.waitFor({ timeout: 20_000 })
      await workbench.screenshot(`sessions-summary-${theme}`)
      await summary.getByRole('button', { name: 'Show Details' }).click()
      await page.locator('.view-line', { hasText: 'Import of past sessions' }).waitFor()

      await workbench.command('Casebook: Focus on Sources View')
      const claude = page.locator('.pane-body .monaco-list-row', { hasText: 'Claude Code' }).first()
      await claude.waitFor({ timeout: 20_000 })
      await claude.click()
      const passed = page.locator('.pane-body .monaco-list-row', { hasText: pastGoals.passed.slice(0, 20) })
      await passed.last().waitFor()
      await workbench.screenshot(`sources-${theme}`)
      await passed.last().click()
      await page.locator('.view-line', { hasText: 'Session of claude-code' }).waitFor()
      await workbench.screenshot(`session-page-${theme}`)
    } catch (error) {
      await workbench.screenshot(`failed-sessions-${theme}`)
      throw error
    } finally {
      await workbench.close()
    }
  })
}

test('asks nothing and looks nowhere before the folder is trusted', async (t) => {
  using repo = makeRepo('python-small')
  const home = makeRepo({}, { git: false })
  t.after(home.cleanup)
  writeSessions(home.dir, repo.dir)
  const workbench = await openWorkbench({ folder: repo.dir, askForTrust: true, home: home.dir })
  t.after(() => workbench.close())
  await workbench.page.locator('.statusbar', { hasText: 'Restricted Mode' }).waitFor()
  const panel = await workbench.panel()
  await panel.getByText(/trust/i).first().waitFor({ timeout: 30_000 })
  await workbench.page.locator('.pane-header', { hasText: 'Sources' }).click()
  const welcome = workbench.page.locator('.welcome-view-content', { hasText: 'Restricted Mode' })
  await welcome.nth(1).waitFor({ timeout: 20_000 })
  await workbench.screenshot('sources-restricted')
  assert.ok(!existsSync(join(repo.dir, '.git/casebook')), 'no store in Restricted Mode')
})

function row(workbench: Workbench, text: string) {
  return workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first()
}
