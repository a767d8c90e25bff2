/** The extension's table of contents. */

import * as vscode from 'vscode'
import { addAgentLaunch } from './agents/agent-launch.ts'
import { addLanguageTools } from './agents/language-tools.ts'
import { addChat } from './chat/participant.ts'
import { addCommands } from './commands.ts'
import { addDocuments } from './documents.ts'
import { addEmbedderConsent } from './embedder-consent.ts'
import { addFreshness } from './freshness.ts'
import { addMcpProvider, type McpOffer } from './mcp-provider.ts'
import { addMemoryTree } from './memory-tree.ts'
import { addModels } from './models/add-models.ts'
import type { WindowModels } from './models/window-models.ts'
import { openWindowMemory } from './open-window-memory.ts'
import { addPanel } from './panel.ts'
import { addSessionOffer } from './session-offer.ts'
import { addSourceTree } from './source-tree.ts'
import { addStatusBar } from './status-bar.ts'
import { addTools, type WindowTools } from './tools/add-tools.ts'
import { addToolCommands } from './tools/tool-commands.ts'
import type { ShownTree } from './tree-view.ts'
import type { WindowMemory } from './window-memory.ts'

/** What other extensions and the tests may use. */
export interface CasebookExtension {
  /** Milliseconds that `activate` held the extension host. */
  activationMilliseconds: number
  memory: WindowMemory
  /** How many pages of the panel were served. */
  panelPages(): number
  mcp: McpOffer
  models: WindowModels
  tree: ShownTree
  sources: ShownTree
  tools: WindowTools
}

export function activate(context: vscode.ExtensionContext): CasebookExtension {
  const began = performance.now()
  const log = vscode.window.createOutputChannel('Casebook', { log: true })
  const memory = openWindowMemory(context, log)
  const documents = addDocuments(context, memory)
  addStatusBar(context, memory)
  addCommands(context, { memory, documents, log })
  const models = addModels(context, log)
  const tools = addTools(context, memory, log)
  addToolCommands(context, tools, log)
  addChat({ context, memory, documents, log, models, tools })
  const panel = addPanel(context, memory, tools)
  const tree = addMemoryTree(context, memory, log)
  const sources = addSourceTree(context, memory, log)
  addFreshness(context, memory, log)
  addEmbedderConsent(context, memory)
  const mcp = addMcpProvider(context, log)
  addLanguageTools(context, memory)
  addAgentLaunch(context, log)
  addSessionOffer(context, memory, log)
  return {
    activationMilliseconds: performance.now() - began,
    memory,
    panelPages: panel.pages,
    mcp,
    models,
    tree,
    sources,
    tools,
  }
}
