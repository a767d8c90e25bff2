/** The page's end of its calls to the extension, and what it keeps over being hidden. */

import type { PanelApi, PanelCommand, PanelEvents } from '../src/protocol.ts'
import { connect } from '../src/rpc.ts'
import { type CheckedReply, type CheckedState, envelope, panelState, searchReply } from './messages.ts'

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
  /** The query of the page before it was hidden. */
  keptQuery(): string
  keepQuery(query: string): void
}

export function connectPanel(onState: (state: CheckedState) => void): PanelCalls {
  const editor = acquireVsCodeApi()
  const events: PanelEvents = { state: (state) => onState(panelState.parse(state)) }
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
    keptQuery: () => queryOf(editor.getState()),
    keepQuery: (query) => editor.setState({ query }),
  }
}

function queryOf(state: unknown): string {
  if (typeof state !== 'object' || state === null || !('query' in state)) return ''
  return typeof state.query === 'string' ? state.query : ''
}
