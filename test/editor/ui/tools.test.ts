/** The tools of a chat in the panel of a real VS Code: shown, pinned, banned, there again after a reload. In all themes. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ListedTool } from '../../../src/agent/toolbox/document.ts'
import { addTools, newSession, newTurn, removeTools, touchTool } from '../../../src/agent/toolbox/session.ts'
import { openMemory } from '../../casebook/open-memory.ts'
import { type FixtureRepo, makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench, type Workbench } from '../../harness/workbench.ts'

const tools: ListedTool[] = [
  ['editor', 'runTests', 'Runs the unit tests of the workspace and says which fail.'],
  ['github', 'mcp_github_list_issues', 'Lists the open issues of a repository.'],
  ['github', 'mcp_github_create_pull_request', 'Opens a pull request from a branch.'],
  ['weather', 'mcp_weather_get_forecast', 'The weather of the next days at a place.'],
].map(([server = '', name = '', description = '']) => ({ server, name, description, schema: {} }))

/** As a chat of an earlier window left it. */
async function leaveChat(t: TestContext, { dir }: FixtureRepo): Promise<void> {
  const book = await openMemory(t, dir, { settings: { autoIndex: false } })
  await book.tools.sync(tools)
  const session = newSession('8e9f', 'hybrid')
  session.messages.push({ role: 'user', content: 'Which issues are open, and do the tests pass?' })
  const turn = (at: number) => {
    session.turns.push({ ...newTurn(Date.UTC(2026, 10, 20, 9, at)), outcome: 'answered' })
  }
  turn(1)
  addTools(
    session,
    ['runTests', 'mcp_github_list_issues', 'mcp_github_create_pull_request'],
    'found for issues',
  )
  turn(4)
  touchTool(session, 'runTests')
  turn(9)
  removeTools(session, ['mcp_github_create_pull_request'], 'unused')
  for (const record of session.turns) {
    record.countEnd = record === session.turns[2] ? 2 : 3
    record.tokens = { input: 800, output: 90, offered: 210, all: 5_400 }
  }
  await book.tools.saveChat(session)
  await book.close()
}

async function openTools(workbench: Workbench) {
  // Clicking the icon would close what is open already.
  await workbench.command('Casebook: Focus on Memory View')
  const panel = workbench.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame')
  await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
  const section = panel.locator('casebook-tools')
  if ((await section.locator('details[open]').count()) === 0) await section.locator('summary').click()
  await section.getByRole('list', { name: 'Tools at hand' }).waitFor()
  return section
}

for (const theme of ['dark', 'light', 'contrast'] as const) {
  test(`the tools of a chat are shown, pinned and banned (${theme})`, async (t) => {
    using repo = makeRepo('python-small')
    await leaveChat(t, repo)
    const contrast = { 'workbench.colorTheme': 'Default High Contrast' }
    const workbench = await openWorkbench({
      folder: repo.dir,
      ...(theme === 'contrast' ? { settings: contrast } : { theme }),
    })
    try {
      const section = await openTools(workbench)
      const rows = section.getByRole('list', { name: 'Tools at hand' }).getByRole('listitem')
      assert.equal(await rows.count(), 2)
      await rows.first().getByText('since turn 1 · called in turn 2').waitFor()
      await section.locator('summary').evaluate((one) => one.scrollIntoView())
      await workbench.screenshot(`tools-${theme}`)
      await section.getByRole('list', { name: 'Turns' }).scrollIntoViewIfNeeded()
      await section.getByText('unused').waitFor()
      await workbench.screenshot(`tools-turns-${theme}`)
      if (theme === 'dark') await pinAndBan(workbench)
    } catch (error) {
      await workbench.screenshot(`failed-tools-${theme}`)
      throw error
    } finally {
      await workbench.close()
    }
  })
}

async function pinAndBan(workbench: Workbench): Promise<void> {
  const { page } = workbench
  let section = await openTools(workbench)
  const button = (name: string) => section.getByRole('button', { name, exact: true })
  await button('Pin runTests').click()
  await section.locator('[aria-label="Pin runTests"][aria-pressed="true"]').waitFor()
  await button('Ban mcp_github_list_issues').click()
  await section.getByRole('list', { name: 'Banned tools' }).getByText('mcp_github_list_issues').waitFor()
  await section.getByLabel('Mode').selectOption('Workflow: chosen once a turn')
  await workbench.command('Casebook: Pin Tool to a Chat')
  await page.locator('.quick-input-widget input').first().fill('weather tomorrow')
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'mcp_weather_get_forecast' }).waitFor()
  await workbench.screenshot('tools-pin')
  await page.keyboard.press('Enter')
  await section.getByRole('list', { name: 'Tools at hand' }).getByText('mcp_weather_get_forecast').waitFor()
  await page.reload()
  await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 })
  section = await openTools(workbench)
  await section.locator('[aria-label="Pin runTests"][aria-pressed="true"]').waitFor()
  await section.getByRole('list', { name: 'Banned tools' }).getByText('mcp_github_list_issues').waitFor()
  assert.equal(await section.getByLabel('Mode').inputValue(), 'workflow')
  await workbench.screenshot('tools-after-reload')
}
