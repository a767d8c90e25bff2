/** The page's end of its calls to the extension, and what it keeps over being hidden. */

import type { PanelApi, PanelCommand, PanelEvents } from '../src/protocol.ts'
import { connect } from '../src/rpc.ts'
import { type CheckedReply, type CheckedState, envelope, panelState, searchReply } from './messages.ts'
import { type CheckedTools, panelTools } from './tool-messages.ts'

interface EditorPage {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}

declare function acquireVsCodeApi(): EditorPage

/** What the page may ask, with answers that were checked. */
export interface PanelCalls {
  state(): Promise<CheckedState>
  search(query: string): Promise<CheckedReply>
  reveal: PanelApi['reveal']
  examine: PanelApi['examine']
  command(command: PanelCommand, root?: string): Promise<void>
  tools(chat?: string): Promise<CheckedTools>
  toolAct: PanelApi['toolAct']
  toolMode: PanelApi['toolMode']
  exportTools: PanelApi['exportTools']
  /** What the page was like before it was hidden. */
  kept(): Kept
  keep(change: Partial<Kept>): void
}

export interface Kept {
  query: string
  /** Whether the tools are shown. */
  tools: boolean
}

export function connectPanel(
  onState: (state: CheckedState) => void,
  onTools: (chat: string) => void,
): PanelCalls {
  const editor = acquireVsCodeApi()
  const events: PanelEvents = {
    state: (state) => onState(panelState.parse(state)),
    toolsChanged: (chat) => onTools(String(chat)),
  }
  const extension = connect<PanelApi, PanelEvents>(events, {
    post: (message) => editor.postMessage(message),
    on: (listener) =>
      window.addEventListener('message', ({ data }) => {
        if (envelope.safeParse(data).success) listener(data)
      }),
  })
  return {
    state: async () => panelState.parse(await extension.state()),
    search: async (query) => searchReply.parse(await extension.search({ query, limit: 30 })),
    reveal: (hit) => extension.reveal(hit),
    examine: (commit) => extension.examine(commit),
    command: (command, root) =>
      root === undefined ? extension.command(command) : extension.command(command, root),
    tools: async (chat) =>
      panelTools.parse(await (chat === undefined ? extension.tools() : extension.tools(chat))),
    toolAct: (wish) => extension.toolAct(wish),
    toolMode: (wish) => extension.toolMode(wish),
    exportTools: (chat) => extension.exportTools(chat),
    kept: () => keptIn(editor.getState()),
    keep: (change) => editor.setState({ ...keptIn(editor.getState()), ...change }),
  }
}

function keptIn(state: unknown): Kept {
  const { query, tools } = (typeof state === 'object' && state !== null ? state : {}) as Record<
    string,
    unknown
  >
  return { query: typeof query === 'string' ? query : '', tools: tools === true }
}
