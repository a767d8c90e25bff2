/** A host for the built panel: serves the page with its real policy to Chromium and answers its calls. */

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { panelHtml } from '../../src/extension/panel-html.ts'
import { panelRequest } from '../../src/extension/panel-messages.ts'
import type { PanelApi, PanelEvents } from '../../src/protocol.ts'
import { connect } from '../../src/rpc.ts'
import { type ThemeName, themes } from './themes.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const screenshots = join(project, 'out/screenshots')
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const browserMissing = existsSync(browserPath) ? false : `no Chromium at ${browserPath}`

export interface PanelHost {
  browser: Browser
  origin: string
  bundle: Uint8Array
  close(): Promise<void>
}

export interface OpenPanel {
  page: Page
  /** Messages of the page that were refused at the door. */
  refused: unknown[]
  /** Errors of the page and violations of its policy. */
  complaints: string[]
  tell(state: Parameters<PanelEvents['state']>[0]): Promise<void>
  tellTools(chat: string): Promise<void>
  screenshot(name: string): Promise<void>
}

export async function startPanelHost(): Promise<PanelHost> {
  const built = await esbuild.build({
    absWorkingDir: project,
    entryPoints: ['webview/main.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  })
  const bundle = built.outputFiles[0]?.contents ?? new Uint8Array()
  const server = await serve(bundle)
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  })
  return {
    browser,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bundle,
    async close() {
      await browser.close()
      server.close()
    },
  }
}

export async function openPanel(
  host: PanelHost,
  api: PanelApi,
  theme: ThemeName = 'dark',
): Promise<OpenPanel> {
  const context = await host.browser.newContext({
    viewport: { width: 340, height: 760 },
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  const refused: unknown[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  let receive: (message: unknown) => void = () => {}
  await page.exposeFunction('panelToHost', (message: unknown) => {
    const request = panelRequest(message)
    if (request === null) refused.push(message)
    else receive(request)
  })
  await page.addInitScript(asEditorPage, themes[theme])
  const events = connect<PanelEvents, PanelApi>(api, {
    post: (message) => page.evaluate((data) => window.postMessage(data, '*'), message),
    on: (listener) => {
      receive = listener
    },
  })
  await page.goto(host.origin)
  return {
    page,
    refused,
    complaints,
    tell: (state) => events.state.asEvent(state),
    tellTools: (chat) => events.toolsChanged.asEvent(chat),
    async screenshot(name) {
      await mkdir(screenshots, { recursive: true })
      await page.screenshot({ path: join(screenshots, `panel-${name}-${theme}.png`), fullPage: true })
    },
  }
}

/** Runs in the page before anything else: what the editor puts there. */
function asEditorPage({ kind, variables }: { kind: string; variables: Record<string, string> }): void {
  const editor = globalThis as unknown as {
    panelToHost(message: unknown): void
    acquireVsCodeApi(): unknown
  }
  editor.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => editor.panelToHost(message),
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null'),
    setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
  })
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
  })
  document.addEventListener('DOMContentLoaded', () => {
    const { style } = document.documentElement
    for (const [name, value] of Object.entries(variables)) style.setProperty(name, value)
    style.setProperty('--vscode-font-family', 'system-ui, sans-serif')
    style.setProperty('--vscode-font-size', '13px')
    style.setProperty('--vscode-editor-font-family', 'monospace')
    style.setProperty('--vscode-editor-font-size', '12px')
    style.background = 'var(--vscode-sideBar-background)'
    document.body.className = kind
    document.body.style.margin = '0'
  })
}

function serve(bundle: Uint8Array): Promise<Server> {
  const icons = join(project, 'node_modules/@vscode/codicons/dist')
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname
    const send = (type: string, body: string | Uint8Array) =>
      response.writeHead(200, { 'content-type': type }).end(body)
    if (path === '/panel.js') return send('text/javascript', bundle)
    if (path === '/codicon.css') return send('text/css', await readFile(join(icons, 'codicon.css')))
    if (path === '/codicon.ttf') return send('font/ttf', await readFile(join(icons, 'codicon.ttf')))
    if (path !== '/') return response.writeHead(204).end()
    const origin = `http://${request.headers.host}`
    const html = panelHtml({
      cspSource: origin,
      script: `${origin}/panel.js`,
      icons: `${origin}/codicon.css`,
      nonce: randomBytes(18).toString('base64'),
      language: 'en',
      translations: {},
    })
    return send('text/html', html)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
