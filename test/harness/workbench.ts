/** The workbench of a real VS Code in a browser page, for tests that look and click. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FrameLocator, Page } from 'playwright-core'
import { launchChromium } from './browser.ts'
import { type EditorServer, startServer } from './editor-server.ts'
import { homeEnvironment } from './home.ts'
import { outFolder, projectFolder } from './project.ts'

export interface WorkbenchOptions {
  /** Opened as the workspace; absent: an empty window. */
  folder?: string
  /** The extension's folder, or null when only installed extensions shall run. Default: this project. */
  development?: string | null
  /** The file whose `run()` the extension host calls; absent: a workbench to click in. */
  testsPath?: string
  /** Where extensions were installed before. Default: an empty folder. */
  extensionsFolder?: string
  askForTrust?: boolean
  settings?: Record<string, unknown>
  theme?: 'light' | 'dark'
  /** Where agents would have left their sessions. Default: an empty folder, never the person's own. */
  home?: string
  env?: NodeJS.ProcessEnv
}

export interface Workbench {
  readonly page: Page
  readonly server: EditorServer
  /** Saves what is visible as `out/screenshots/NAME.png`. */
  screenshot(name: string): Promise<void>
  /** Opens Casebook's container in the activity bar and returns the inside of its panel. */
  panel(): Promise<FrameLocator>
  /** Runs a command of the palette by its title, for example `Casebook: Health`. */
  command(title: string): Promise<void>
  close(): Promise<void>
}

const themes = { light: 'Light Modern', dark: 'Dark Modern' }

/** Nothing that moves, asks or looks into the network. */
const calmSettings = {
  'security.workspace.trust.untrustedFiles': 'open',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'update.mode': 'none',
}

/** Opens a server of its own with a fresh profile. The page waits for the workbench unless tests run in it. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const profile = mkdtempSync(join(tmpdir(), 'casebook-editor-'))
  const server = await startServer({
    dataFolder: join(profile, 'data'),
    extensionsFolder: options.extensionsFolder ?? join(profile, 'extensions'),
    askForTrust: options.askForTrust ?? false,
    settings: {
      ...calmSettings,
      'workbench.colorTheme': themes[options.theme ?? 'dark'],
      ...options.settings,
    },
    env: { ...homeEnvironment(options.home ?? join(profile, 'home')), ...options.env },
  })
  const browser = await launchChromium()
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: options.theme ?? 'dark',
  })
  const close = async () => {
    await browser.close()
    await server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    if (options.testsPath === undefined) await show(page, workbenchUrl(server.authority, options))
  } catch (error) {
    await page.screenshot({ path: screenshotFile('workbench-did-not-open') })
    await close()
    throw error
  }
  return {
    page,
    server,
    close,
    screenshot: async (name) => void (await page.screenshot({ path: screenshotFile(name) })),
    panel: () => openPanel(page),
    command: (title) => runCommand(page, title),
  }
}

/** The address that opens a folder with a development extension, the way VS Code's own tests do. */
export function workbenchUrl(authority: string, options: WorkbenchOptions): string {
  const remote = (path: string) => `vscode-remote://${authority}${path}`
  const development = options.development === undefined ? projectFolder : options.development
  const payload = [['skipWelcome', 'true']]
  if (development !== null) payload.push(['extensionDevelopmentPath', remote(development)])
  if (options.testsPath !== undefined) payload.push(['extensionTestsPath', remote(options.testsPath)])
  const query = new URLSearchParams({ payload: JSON.stringify(payload) })
  if (options.folder?.endsWith('.code-workspace')) query.set('workspace', options.folder)
  else if (options.folder !== undefined) query.set('folder', options.folder)
  else query.set('ew', 'true')
  return `http://${authority}/?${query}`
}

async function show(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 })
  // Themes come with the extensions, a little after the rest.
  await page.locator('.monaco-workbench[class*="-themes-"]').waitFor({ timeout: 60_000 })
}

async function openPanel(page: Page): Promise<FrameLocator> {
  await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Casebook"]') }).click()
  await page.mouse.move(640, 400)
  return page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame')
}

async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1')
  const input = page.locator('.quick-input-widget input').first()
  await input.fill(`>${title}`)
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first()
  await row.waitFor()
  // Similar commands are added to the list a little later, and a key that comes in that moment is lost.
  for (let tries = 1; ; tries++) {
    await page.keyboard.press('Enter')
    const isGone = await row.waitFor({ state: 'hidden', timeout: 2_000 }).then(
      () => true,
      () => false,
    )
    if (isGone) return
    if (tries === 5) throw new Error(`The palette does not take Enter for "${title}".`)
  }
}

function screenshotFile(name: string): string {
  const folder = join(outFolder, 'screenshots')
  mkdirSync(folder, { recursive: true })
  return join(folder, `${name}.png`)
}
