/** The tools of chats in the panel, in Chromium with the panel's real policy. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { PanelApi } from '../../src/protocol.ts'
import type { PanelTools } from '../../src/protocol-tools.ts'
import { hostile, idleRoot, ready } from './panel-data.ts'
import { browserMissing, type OpenPanel, openPanel, type PanelHost, startPanelHost } from './panel-host.ts'
import type { ThemeName } from './themes.ts'
import { otherChat, report, withTools } from './tool-data.ts'

describe('the tools of chats in the panel', { skip: browserMissing }, () => {
  let host: PanelHost
  const open: OpenPanel[] = []
  before(async () => {
    host = await startPanelHost()
  })
  after(async () => await host.close())

  /** Answers by chat; an error is what the extension throws. */
  async function show(answer: (chat?: string) => PanelTools | Error, theme?: ThemeName) {
    const asked: unknown[] = []
    const note =
      (name: string) =>
      async (...args: unknown[]) =>
        void asked.push([name, ...args])
    const api: PanelApi = {
      state: async () => ready(idleRoot),
      search: async () => ({ hits: [], coverage: 1, milliseconds: 1 }),
      reveal: note('reveal'),
      examine: note('examine'),
      command: note('command'),
      async tools(chat) {
        asked.push(['tools', chat])
        const given = answer(chat)
        if (given instanceof Error) throw given
        return given
      },
      toolAct: note('toolAct'),
      toolMode: note('toolMode'),
      exportTools: note('exportTools'),
    }
    const panel = await openPanel(host, api, theme)
    open.push(panel)
    const section = panel.page.locator('casebook-tools')
    const unfold = async () => await section.locator('summary').click()
    return { ...panel, asked, section, unfold }
  }

  test('asks nothing before somebody looks, and shows the set with its reasons then', async () => {
    const { page, asked, section, unfold } = await show(() => withTools)
    await page.getByText('Up to date').waitFor()
    assert.deepEqual(asked, [])
    await unfold()
    const tools = section.getByRole('list', { name: 'Tools at hand' }).getByRole('listitem')
    await tools.first().waitFor()
    assert.equal(await tools.count(), 3)
    await tools.nth(0).getByText('since turn 1 · called in turn 3 · 84 tokens').waitFor()
    await tools.nth(2).getByText('since turn 4 · not called yet').waitFor()
    await tools.nth(2).getByText('found for weather of tomorrow').waitFor()
    await section.getByText('A request holds 252 tokens of tools instead of 18,300.').waitFor()
    const turns = section.getByRole('list', { name: 'Turns' }).locator('> li')
    assert.match((await turns.first().textContent()) ?? '', /^\s*Turn 4 /)
    await turns.nth(1).getByRole('img', { name: 'removed' }).waitFor()
    await turns.nth(2).getByText('2 calls, 1 failed').waitFor()
    await turns.nth(2).getByText('Nothing came or went.').waitFor()
    assert.deepEqual(asked, [['tools', undefined]])
  })

  test('shows the measures, and a dash where too little is known', async () => {
    const fresh = { ...report, metrics: { ...report.metrics, removalRatio3: null, residual3: null } }
    const { section, unfold } = await show(() => ({ ...withTools, report: fresh }))
    await unfold()
    const measure = (label: string) => section.locator('.measures div', { hasText: label }).locator('dd')
    await measure('tokens saved, compared with sending all tools').waitFor()
    assert.equal(await measure('tokens saved, compared with sending all tools').textContent(), '71,520')
    assert.equal(await measure('removed for each tool added').textContent(), '–')
    assert.equal(await measure('tools left after a peak').textContent(), '–')
    await section.getByText('4 added, 1 removed.').waitFor()
  })

  test('pins, unpins, bans and allows again, says so, and asks for the new state', async () => {
    const { section, asked, unfold } = await show(() => withTools)
    await unfold()
    const button = (name: string) => section.getByRole('button', { name, exact: true })
    assert.equal(await button('Pin run_tests').getAttribute('aria-pressed'), 'true')
    await button('Pin run_tests').click()
    await button('Pin mcp_github_list_issues').click()
    const said = section.getByRole('status')
    await said.getByText('mcp_github_list_issues is pinned.').waitFor({ state: 'attached' })
    await button('Ban mcp_weather_get_forecast').click()
    await said.getByText('mcp_weather_get_forecast is banned.').waitFor({ state: 'attached' })
    await button('Allow mcp_billing_send_invoice again').click()
    await said.getByText('mcp_billing_send_invoice is allowed again.').waitFor({ state: 'attached' })
    const act = (name: string, tool: string) => ['toolAct', { chat: 'chat-1', act: name, tool }]
    assert.deepEqual(
      asked.filter((call) => (call as unknown[])[0] === 'toolAct'),
      [
        act('unpin', 'run_tests'),
        act('pin', 'mcp_github_list_issues'),
        act('ban', 'mcp_weather_get_forecast'),
        act('unban', 'mcp_billing_send_invoice'),
      ],
    )
    await section.getByRole('button', { name: 'Export metrics' }).click()
    await section.getByLabel('Mode').selectOption('Autonomous: by the model')
    await section.getByLabel('Mode').selectOption('As the setting says')
    await said.getByText('Mode changed.').waitFor({ state: 'attached' })
    const rest = asked.filter((call) => /exportTools|toolMode/.test(String((call as unknown[])[0])))
    assert.deepEqual(rest, [
      ['exportTools', 'chat-1'],
      ['toolMode', { chat: 'chat-1', mode: 'autonomous' }],
      ['toolMode', { chat: 'chat-1', mode: null }],
    ])
  })

  test('goes to another chat, and follows changes of the one that is shown', async () => {
    const { section, asked, unfold, tellTools, page } = await show((chat) =>
      chat === 'chat-2' ? otherChat : withTools,
    )
    await unfold()
    await section.getByLabel('Chat').selectOption('Chat chat-2')
    await section.getByText('This chat has no tool at hand.').waitFor()
    assert.equal(await section.getByLabel('Mode').inputValue(), '')
    const before = asked.length
    await tellTools('chat-1')
    await tellTools('chat-2')
    await page.waitForTimeout(100)
    assert.deepEqual(asked.slice(before), [['tools', 'chat-2']])
  })

  test('says what to do where no chat used tools, and what went wrong', async () => {
    let failure: Error | null = null
    const { section, unfold, page, tellTools, screenshot } = await show(
      () => failure ?? { chats: [], report: null },
    )
    await unfold()
    await section.getByText('No chat has used tools yet. Ask @casebook something').waitFor()
    await section.scrollIntoViewIfNeeded()
    await screenshot('tools-empty')
    failure = Object.assign(new Error('The memory is damaged.'), { remedy: 'Open it again.' })
    await tellTools('any')
    await page.getByRole('alert').getByText('The memory is damaged. Open it again.').waitFor()
  })

  test('is walked with the keyboard alone, and stays open over being hidden', async () => {
    const { page, section, asked } = await show(() => withTools)
    await section.locator('summary').focus()
    await page.keyboard.press('Enter')
    await section.getByRole('list', { name: 'Tools at hand' }).waitFor()
    for (let n = 0; n < 3; n++) await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await section.getByRole('status').getByText('run_tests').waitFor({ state: 'attached' })
    assert.ok(asked.some((call) => JSON.stringify(call).includes('"unpin"')))
    await page.reload()
    await section.getByRole('list', { name: 'Tools at hand' }).waitFor()
  })

  test('shows what servers and people say as text', async () => {
    const [first] = report.active
    assert.ok(first)
    const evil = { ...first, name: hostile, server: hostile, description: hostile, why: hostile }
    const turns = [{ ...report.turns[0], changes: [{ op: 'added', name: hostile, why: hostile }] }]
    const bad = { ...report, title: hostile, active: [evil], banned: [hostile], turns } as typeof report
    const { section, page, unfold } = await show(() => ({
      chats: [{ id: 'chat-1', title: hostile }],
      report: bad,
    }))
    await unfold()
    await section.getByRole('list', { name: 'Banned tools' }).waitFor()
    assert.equal(await page.locator('img').count(), 0)
    assert.equal(await page.title(), 'Casebook')
  })

  for (const theme of ['dark', 'light', 'high-contrast'] as const) {
    test(`looks right in ${theme}, and in a narrow panel`, async () => {
      const { page, section, unfold, screenshot } = await show(() => withTools, theme)
      await unfold()
      await section.getByRole('list', { name: 'Turns' }).waitFor()
      await section.getByRole('button', { name: 'Ban run_tests' }).focus()
      await screenshot('tools')
      await page.setViewportSize({ width: 200, height: 700 })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(wide <= 200, `${wide} pixels`)
      await screenshot('tools-narrow')
    })
  }

  test('never broke its policy and logged no error', () => {
    assert.deepEqual(
      open.flatMap((panel) => panel.complaints),
      [],
    )
  })
})
