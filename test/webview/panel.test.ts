import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { PanelApi, PanelState, RootStatus, SearchReply } from '../../src/protocol.ts'
import {
  failedRoot,
  found,
  foundNothing,
  foundSoFar,
  hostile,
  idleRoot,
  indexingRoot,
  ready,
} from './panel-data.ts'
import { browserMissing, type OpenPanel, openPanel, type PanelHost, startPanelHost } from './panel-host.ts'
import type { ThemeName } from './themes.ts'

interface Answers {
  state: PanelState
  replies?: Record<string, SearchReply>
}

/** A host that answers from data and writes down what it was asked. */
function recorded({ state, replies = {} }: Answers): { api: PanelApi; asked: unknown[] } {
  const asked: unknown[] = []
  const api: PanelApi = {
    state: async () => state,
    async search(request) {
      asked.push(['search', request.query])
      return replies[request.query] ?? foundNothing
    },
    async reveal(hit) {
      asked.push(['reveal', hit])
    },
    async examine(commit) {
      asked.push(['examine', commit])
    },
    async command(...command) {
      asked.push(['command', ...command])
    },
    tools: async () => ({ chats: [], report: null }),
    async toolAct() {},
    async toolMode() {},
    async exportTools() {},
  }
  return { api, asked }
}

describe('the panel in Chromium', { skip: browserMissing }, () => {
  let host: PanelHost
  const open: OpenPanel[] = []
  before(async () => {
    host = await startPanelHost()
  })
  after(async () => await host.close())

  async function show(answers: Answers, theme?: ThemeName) {
    const { api, asked } = recorded(answers)
    const panel = await openPanel(host, api, theme)
    open.push(panel)
    return { ...panel, asked }
  }

  test('stays under its size budget of 120 kB', () => {
    const size = gzipSync(host.bundle).length
    assert.ok(size < 120_000, `${size} bytes`)
  })

  test('shows the state of a root and what can be done about it', async () => {
    const { page, asked } = await show({ state: ready(idleRoot) })
    const card = page.getByRole('article', { name: 'xarray' })
    await card.getByText('Up to date').waitFor()
    await card.getByText('21,934').waitFor()
    await card.getByText('because git changed: HEAD moved').waitFor()
    await card.getByRole('button', { name: 'Excluded (37)' }).click()
    await card.getByRole('button', { name: 'Rebuild' }).click()
    assert.deepEqual(asked, [
      ['command', 'excluded', idleRoot.root],
      ['command', 'rebuild', idleRoot.root],
    ])
  })

  test('shows progress, rate, time left and coverage, and offers to pause', async () => {
    const { page, asked } = await show({ state: ready(indexingRoot) })
    await page.getByText('545 of 1,604 files · 212/s · 5.0 s left').waitFor()
    await page.getByText('Search works already, from 33 % of files.').waitFor()
    const bar = page.getByRole('progressbar', { name: 'Indexing xarray' })
    assert.equal(await bar.getAttribute('aria-valuenow'), '34')
    await page.getByRole('button', { name: 'Pause' }).click()
    assert.deepEqual(asked, [['command', 'pause', indexingRoot.root]])
  })

  test('leads on where indexing was stopped', async () => {
    const stopped: RootStatus = { ...indexingRoot, state: { kind: 'idle' }, progress: null }
    const { page, asked } = await show({ state: ready(stopped) })
    await page.getByText('Not indexed to the end').waitFor()
    await page.getByRole('button', { name: 'Index now' }).click()
    assert.deepEqual(asked, [['command', 'index', indexingRoot.root]])
  })

  test('follows the service and announces only changes of state', async () => {
    const { page, tell } = await show({ state: ready(indexingRoot) })
    await page.getByText('545 of 1,604 files').waitFor()
    const said = page.getByRole('status')
    await tell(ready({ ...indexingRoot, indexedFiles: 900 }))
    await page.getByText('from 56 % of files').waitFor()
    assert.equal(await said.textContent(), '')
    await tell(ready(idleRoot))
    await page.getByText('Up to date').waitFor()
    assert.equal(await said.textContent(), 'xarray: ready, 1,604 files are searchable.')
  })

  test('searches while one types, explains a rank and opens the code', async () => {
    const { page, asked } = await show({ state: ready(idleRoot), replies: { interp_like: found } })
    await page
      .getByRole('searchbox', { name: 'Search the memory' })
      .pressSequentially('interp_like', { delay: 5 })
    const rows = page.getByRole('list', { name: 'Results' }).getByRole('listitem')
    await rows.first().waitFor()
    assert.equal(await rows.count(), 3)
    const first = rows.first()
    await first.getByRole('button', { name: /^Why this rank/ }).click()
    await first.getByRole('cell', { name: 'names interp_like' }).waitFor()
    await first.getByRole('button', { name: /Dataset\.interp_like/ }).click()
    await rows
      .nth(2)
      .getByRole('button', { name: /Fix interp_like/ })
      .click()
    // A slow machine types slowly: then parts of the word are asked for, too.
    assert.deepEqual(asked.slice(-3), [
      ['search', 'interp_like'],
      [
        'reveal',
        { root: idleRoot.root, path: 'xarray/core/dataset.py', span: { startLine: 2_210, endLine: 2_268 } },
      ],
      ['examine', { root: idleRoot.root, sha: '1f3f2d7a9be04c0e8a1b2c3d4e5f60718293a4b5' }],
    ])
  })

  test('is walked with the keyboard alone', async () => {
    const { page, asked } = await show({ state: ready(idleRoot), replies: { interp_like: found } })
    await page.getByRole('searchbox').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('interp_like')
    await page.getByRole('list', { name: 'Results' }).waitFor()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.type('s')
    await page.getByRole('paragraph').filter({ hasText: 'occurs nowhere' }).waitFor()
    const calls = asked.map((call) => (call as unknown[])[0])
    assert.deepEqual(
      calls.filter((name, at) => name !== calls[at - 1]),
      ['search', 'reveal', 'search'],
    )
  })

  test('says that nothing was found, and how much was searched', async () => {
    const { page } = await show({
      state: ready(indexingRoot),
      replies: { dataset: foundSoFar, nope: { ...foundNothing, coverage: 0.345 } },
    })
    const box = page.getByRole('searchbox')
    await box.fill('dataset')
    await page.getByText('Searched 34 % of files so far.').waitFor()
    await box.fill('nope')
    await page.getByRole('paragraph').filter({ hasText: 'occurs nowhere in the code' }).waitFor()
    await page.getByText('Searched 34 % of files so far.').waitFor()
    assert.equal(await page.getByRole('listitem').filter({ hasText: 'Dataset' }).count(), 0)
  })

  test('shows stored text as text, whatever it holds', async () => {
    const evil = { ...idleRoot, name: hostile, branch: hostile, lastError: hostile }
    const state: PanelState = {
      ...ready(evil),
      problems: [{ folder: hostile, message: hostile, remedy: hostile }],
    }
    const { page } = await show({ state, replies: { x: { ...found, nothingFound: hostile } } })
    await page.getByRole('searchbox').fill('x')
    await page.getByRole('list', { name: 'Results' }).waitFor()
    assert.equal(await page.locator('img').count(), 0)
    assert.equal(await page.locator('casebook-panel script').count(), 0)
    assert.equal(await page.title(), 'Casebook')
    assert.ok((await page.getByText('<script>').count()) > 3)
  })

  test('keeps the query over being hidden', async () => {
    const { page } = await show({ state: ready(idleRoot), replies: { interp_like: found } })
    await page.getByRole('searchbox').fill('interp_like')
    await page.getByRole('list', { name: 'Results' }).waitFor()
    await page.reload()
    await page.getByRole('list', { name: 'Results' }).waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), 'interp_like')
  })

  test('leads on from every empty state', async () => {
    const steps = {
      untrusted: 'Manage Workspace Trust',
      'no-folder': 'Open Folder',
      unsupported: 'Open Folder',
    }
    for (const [access, label] of Object.entries(steps)) {
      const state = { ...ready(), access: access as PanelState['access'] }
      const { page, asked, screenshot } = await show({ state })
      await page.getByRole('button', { name: label }).click()
      assert.equal(asked.length, 1)
      await screenshot(access)
    }
  })

  test('refuses messages that no page of ours would send', async () => {
    const { page, refused, asked } = await show({ state: ready(idleRoot) })
    await page.getByText('Up to date').waitFor()
    const messages = [
      { t: 'q', i: '1', m: 'constructor', a: [] },
      { t: 'q', i: '2', m: 'command', a: ['workbench.action.terminal.new'] },
      {
        t: 'q',
        i: '3',
        m: 'reveal',
        a: [{ root: '/', path: '../etc/passwd', span: { startLine: 1, endLine: 1 } }],
      },
      'nonsense',
    ]
    for (const message of messages) {
      await page.evaluate(
        (data) => (window as unknown as { panelToHost(m: unknown): void }).panelToHost(data),
        message,
      )
    }
    assert.deepEqual(refused, messages)
    assert.deepEqual(asked, [])
  })

  for (const theme of ['dark', 'light', 'high-contrast'] as const) {
    test(`looks right in ${theme}`, async () => {
      const state: PanelState = {
        ...ready(indexingRoot, failedRoot, { ...idleRoot, root: '/r', name: 'docs' }),
      }
      const home = await show({ state }, theme)
      await home.page.getByText('545 of 1,604 files').waitFor()
      await home.screenshot('roots')
      const results = await show({ state: ready(idleRoot), replies: { interp_like: found } }, theme)
      await results.page.getByRole('searchbox').fill('interp_like')
      await results.page
        .getByRole('button', { name: /^Why this rank/ })
        .first()
        .click()
      await results.page.locator('.hit-open').first().focus()
      await results.screenshot('results')
    })
  }

  test('never broke its policy and logged no error', () => {
    assert.deepEqual(
      open.flatMap((panel) => panel.complaints),
      [],
    )
  })
})
