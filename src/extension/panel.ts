/** The Casebook view: a page beside the code, served with the state of the memory and answered when it asks. */

import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import type { PanelApi, PanelCommand, PanelEvents } from '../protocol.ts'
import { connect } from '../rpc.ts'
import { latestOnly } from './latest-only.ts'
import { openSpan } from './open-span.ts'
import { panelHtml } from './panel-html.ts'
import type { WindowTools } from './tools/add-tools.ts'
import { type PanelToolApi, panelTools } from './tools/panel-tools.ts'
import type { WindowMemory } from './window-memory.ts'

const commandNames: Record<PanelCommand, string> = {
  index: 'casebook.index',
  rebuild: 'casebook.rebuild',
  pause: 'casebook.pause',
  resume: 'casebook.resume',
  stop: 'casebook.stop',
  health: 'casebook.health',
  excluded: 'casebook.showExcluded',
  log: 'casebook.showLog',
  search: 'casebook.search',
  trust: 'workbench.trust.manage',
  'open-folder': 'vscode.openFolder',
}

export interface Panel {
  /** How many pages asked for the state since activation. */
  pages(): number
}

export function addPanel(context: vscode.ExtensionContext, memory: WindowMemory, tools: WindowTools): Panel {
  let pages = 0
  const onPage = () => {
    pages += 1
  }
  const api = { ...panelApi(memory, onPage), ...panelTools(tools) }
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView: (view) => showPanel(context, { memory, tools, api, view }),
  }
  context.subscriptions.push(vscode.window.registerWebviewViewProvider('casebook.panel', provider))
  return { pages: () => pages }
}

interface ShownPanel {
  memory: WindowMemory
  tools: WindowTools
  api: PanelApi
  view: vscode.WebviewView
}

async function showPanel(context: vscode.ExtensionContext, shown: ShownPanel): Promise<void> {
  const { panelRequest } = await import('./panel-messages.ts')
  const { memory, tools, api, view } = shown
  const { webview } = view
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist')
  webview.options = { enableScripts: true, localResourceRoots: [dist] }
  const listeners: vscode.Disposable[] = []
  const page = connect<PanelEvents, PanelApi>(api, {
    post: (message) => webview.postMessage(message),
    on: (listener) => {
      webview.onDidReceiveMessage(
        (message) => {
          const request = panelRequest(message)
          if (request !== null) listener(request)
        },
        undefined,
        listeners,
      )
    },
  })
  listeners.push(
    memory.onDidChange((state) => void page.state.asEvent(state).catch(pageIsGone)),
    tools.onDidChange((chat) => void page.toolsChanged.asEvent(chat).catch(pageIsGone)),
  )
  view.onDidDispose(() => vscode.Disposable.from(...listeners).dispose())
  webview.html = panelHtml({
    cspSource: webview.cspSource,
    script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'panel.js')).toString(),
    icons: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'codicon.css')).toString(),
    nonce: randomBytes(18).toString('base64'),
    language: vscode.env.language,
    translations: plainTranslations(),
  })
}

function panelApi(memory: WindowMemory, onPage: () => void): Omit<PanelApi, keyof PanelToolApi> {
  const search = latestOnly((request: Parameters<PanelApi['search']>[0]) => memory.call('search', request))
  return {
    state: async () => {
      onPage()
      return memory.state()
    },
    // A question that was overtaken gets an empty answer, which the page drops by its number.
    search: async (request) => (await search(request)) ?? { hits: [], coverage: 0, milliseconds: 0 },
    reveal: async (place) => {
      if (memory.state().roots.some(({ root }) => root === place.root)) await openSpan(memory, place)
    },
    examine: async (commit) => {
      await vscode.commands.executeCommand('casebook.examineCommit', commit)
    },
    command: async (command, root) => {
      await vscode.commands.executeCommand(commandNames[command], ...(root === undefined ? [] : [root]))
    },
  }
}

/** The editor drops messages to a page that was closed meanwhile: nobody is there to be told. */
function pageIsGone(): void {}

function plainTranslations(): Record<string, string> {
  return { ...vscode.l10n.bundle }
}
