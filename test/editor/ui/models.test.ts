/** A person sets up a model in a real VS Code: nothing is sent before they say so, and what is wrong is told. */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Script } from '../../../src/llm/scripted.ts'
import { type ScriptedServer, sendError, startScriptedServer } from '../../../src/llm/scripted-server.ts'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench, type Workbench } from '../../harness/workbench.ts'

const key = 'sk-casebook-right-key'
/** Milliseconds until what appears stands still, for screenshots. */
const fading = 400

for (const theme of ['dark', 'light'] as const) {
  test(`a model is set up, with a wrong key first, and is then in the picker of the chat (${theme})`, async (t) => {
    using repo = makeRepo('python-small')
    const server = await startScriptedServer(trials, { models: ['scripted', 'other'] })
    t.after(() => server.close())
    onlyWith(server, key)
    const workbench = await openWorkbench({ folder: repo.dir, theme })
    t.after(() => workbench.close())
    const { page } = workbench
    const { host } = new URL(server.baseUrl)
    try {
      await workbench.command('Casebook: Set Up Model')
      await pick(workbench, 'Another server', `models-kinds-${theme}`)
      await answer(workbench, 'Base URL of the server', server.baseUrl)
      await answer(workbench, `sent to ${host} alone`, 'sk-casebook-wrong-key')
      await pick(workbench, `Choose from the list of ${host}`, `models-choose-${theme}`)
      await pick(workbench, 'scripted')
      await row(workbench, 'Test scripted').waitFor()
      assert.equal(server.requests.length, 0, 'nothing was asked before the test')
      await pick(workbench, 'Test scripted', `models-test-${theme}`)

      const dialog = page.getByRole('dialog')
      await dialog
        .getByText(/Incorrect API key/)
        .first()
        .waitFor()
      await workbench.screenshot(`models-wrong-key-${theme}`)
      await dialog.getByRole('button', { name: 'Change Key' }).click()
      await answer(workbench, `sent to ${host} alone`, key)
      await pick(workbench, 'Test scripted')
      // Toasts are off while tests drive the workbench; screen readers are told when the message is there.
      const said = `scripted at ${host} is set up.`
      await page.getByText(said).first().waitFor({ state: 'attached' })
      await workbench.command('Notifications: Show Notifications')
      await page.locator('.notifications-center', { hasText: said }).waitFor()
      await page.waitForTimeout(fading)
      await workbench.screenshot(`models-set-up-${theme}`)
      await workbench.command('Notifications: Hide Notifications')
      assert.equal(server.requests.at(-1)?.headers.authorization, `Bearer ${key}`)

      await workbench.command('Chat: Open Chat')
      await page.locator('.chat-input-toolbars').getByText('scripted').click()
      await page.locator('.action-widget', { hasText: host }).waitFor()
      await page.waitForTimeout(fading)
      await workbench.screenshot(`models-picker-${theme}`)
      await page.keyboard.press('Escape')

      await workbench.command('Casebook: Show Model Calls')
      await page.locator('.tab.active', { hasText: 'model calls' }).waitFor()
      // The editor writes spaces that do not break.
      await page
        .locator('.view-line', { hasText: /answered,\s+on\s+this\s+machine/ })
        .first()
        .waitFor()
      await workbench.screenshot(`models-calls-${theme}`)
    } catch (error) {
      await workbench.screenshot(`failed-models-${theme}`)
      throw error
    }
  })
}

test('whoever leaves half way has set nothing up', async (t) => {
  using repo = makeRepo('python-small')
  const server = await startScriptedServer(trials)
  t.after(() => server.close())
  const workbench = await openWorkbench({ folder: repo.dir })
  t.after(() => workbench.close())
  const { page } = workbench
  try {
    await workbench.command('Casebook: Set Up Model')
    await pick(workbench, 'Another server')
    await answer(workbench, 'Base URL of the server', server.baseUrl)
    await answer(workbench, 'alone', '')
    await pick(workbench, 'Type the name')
    await answer(workbench, 'Name of the model', 'scripted')
    await row(workbench, 'Test scripted').waitFor()
    await page.keyboard.press('Escape')
    await workbench.command('Casebook: Choose Model')
    await row(workbench, 'Set Up Model').waitFor()
    await workbench.screenshot('models-choose-none')
    assert.equal(await row(workbench, 'scripted').count(), 0)
    assert.equal(server.requests.length, 0)
  } catch (error) {
    await workbench.screenshot('failed-models-left')
    throw error
  }
})

test('a window with an endpoint asks it nothing by itself, and a folder takes neither place nor key', async (t) => {
  using repo = makeRepo('python-small')
  const [mine, theirs] = await Promise.all([recordingServer(), recordingServer()])
  t.after(() => Promise.all([mine.close(), theirs.close()]))
  mkdirSync(join(repo.dir, '.vscode'))
  const ofFolder = { 'casebook.model.baseUrl': theirs.baseUrl, 'casebook.model.model': 'evil' }
  writeFileSync(join(repo.dir, '.vscode/settings.json'), JSON.stringify(ofFolder))
  const settings = { 'casebook.model.baseUrl': mine.baseUrl, 'casebook.model.model': 'good' }
  const workbench = await openWorkbench({ folder: repo.dir, settings, askForTrust: true })
  t.after(() => workbench.close())
  const { page } = workbench
  try {
    await page.locator('.statusbar', { hasText: 'Restricted Mode' }).waitFor()
    await workbench.command('Casebook: Set Model Key')
    await answer(workbench, 'Leave empty to forget it', key)
    await workbench.command('Casebook: Choose Model')
    await row(workbench, `Another model of ${new URL(mine.baseUrl).host}`).waitFor()
    await workbench.screenshot('models-restricted')
    assert.equal(await row(workbench, 'evil').count(), 0)
    await page.keyboard.press('Escape')

    const panel = await workbench.panel()
    await page.locator('.statusbar').getByText('Restricted Mode').click()
    await page.getByRole('button', { name: 'Trust', exact: true }).first().click()
    await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
    // Longer than anything that a window does at its start.
    await page.waitForTimeout(3_000)
    assert.deepEqual([...mine.requests, ...theirs.requests], [])

    // The folder is trusted: its server may be asked, without the key of another.
    await workbench.command('Casebook: Choose Model')
    await pick(workbench, `Another model of ${new URL(theirs.baseUrl).host}`)
    await until(() => theirs.requests.length > 0)
    assert.doesNotMatch(JSON.stringify(theirs.requests), /sk-casebook/)
    assert.deepEqual(mine.requests, [])
  } catch (error) {
    await workbench.screenshot('failed-models-restricted')
    throw error
  }
})

/** What the questions of the test are answered by a model that can do all. */
const trials: Script = [
  {
    when: { tool: /add_numbers/, result: null },
    reply: ({ lastUser }) => {
      const [a, b] = [...lastUser.matchAll(/\d+/g)].map(Number)
      return { tool_calls: [{ name: 'add_numbers', arguments: { a, b } }] }
    },
    times: Number.POSITIVE_INFINITY,
  },
  { when: { result: /\d/ }, reply: 'That is the sum.', times: Number.POSITIVE_INFINITY },
  { reply: { content: 'one, two, three, four', pause: 20 }, times: Number.POSITIVE_INFINITY },
]

function onlyWith(server: ScriptedServer, right: string): void {
  server.misbehave = ({ headers }, response) => {
    if (headers.authorization === `Bearer ${right}`) return false
    sendError(response, 401, 'Incorrect API key provided')
    return true
  }
}

/** Notes whatever comes, and has nothing. */
async function recordingServer() {
  const requests: { url: string; authorization: string }[] = []
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '' })
    sendError(response, 404, 'There is no such page.')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function row({ page }: Workbench, text: string) {
  return page.locator('.quick-input-list .monaco-list-row', { hasText: text })
}

async function pick(workbench: Workbench, text: string, screenshot?: string): Promise<void> {
  await row(workbench, text).first().waitFor()
  if (screenshot !== undefined) {
    await workbench.page.waitForTimeout(fading)
    await workbench.screenshot(screenshot)
  }
  await row(workbench, text).first().click()
}

/** Answers the question whose prompt holds `prompt`; what stood there is replaced. */
async function answer({ page }: Workbench, prompt: string, text: string): Promise<void> {
  await page.locator('.quick-input-message', { hasText: prompt }).waitFor()
  await page.locator('.quick-input-widget input').first().fill(text)
  await page.keyboard.press('Enter')
}

async function until(check: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!check()) {
    assert.ok(Date.now() < end, 'it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
