/** Offers the memory of each trusted folder to the agents of this editor as an MCP server. */

import * as vscode from 'vscode'
import { agreedSettings } from './embedder-consent.ts'
import { serverLaunches } from './mcp-server.ts'

export interface McpOffer {
  /** What the editor is offered now. Asks nothing and reads no file. */
  definitions(): vscode.McpStdioServerDefinition[]
  /** The same with the settings of now, as it is when the editor starts it. */
  resolved(definition: vscode.McpStdioServerDefinition): Promise<vscode.McpStdioServerDefinition>
}

const providerId = 'casebook.mcp'
const shaping = ['casebook.mcpWrite', 'casebook.mcpThrough'] as const

export function addMcpProvider(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): McpOffer {
  const changed = new vscode.EventEmitter<void>()
  const definitions = () => definitionsOf(context)
  const resolved = (definition: vscode.McpStdioServerDefinition) => resolve(context, log, definition)
  const offer = { definitions, resolved }
  context.subscriptions.push(
    changed,
    vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (shaping.some((name) => change.affectsConfiguration(name))) changed.fire()
    }),
  )
  // Editors made from VS Code may not have it.
  if (typeof vscode.lm.registerMcpServerDefinitionProvider !== 'function') return offer
  context.subscriptions.push(
    vscode.lm.registerMcpServerDefinitionProvider(providerId, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: definitions,
      resolveMcpServerDefinition: resolved,
    }),
  )
  return offer
}

function definitionsOf(context: vscode.ExtensionContext): vscode.McpStdioServerDefinition[] {
  if (!vscode.workspace.isTrusted) return []
  // The agent plugin brings it then: twice would be the same tools twice.
  if (vscode.workspace.getConfiguration('casebook').get('mcpThrough') === 'plugin') return []
  const local = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
  const folders = local.map(({ name, uri }) => ({ name, path: uri.fsPath }))
  const entry = vscode.Uri.joinPath(context.extensionUri, 'dist', 'mcp.cjs').fsPath
  const allowWrite = vscode.workspace.getConfiguration('casebook').get('mcpWrite') === true
  const version = String(context.extension.packageJSON.version)
  return serverLaunches(folders, { entry, allowWrite }).map(
    ({ label, args }) =>
      new vscode.McpStdioServerDefinition(label, process.execPath, args, environment, version),
  )
}

/** The editor's own program runs as Node with this. */
const environment = { ELECTRON_RUN_AS_NODE: '1' }

/** Settings come in here and not before: the editor keeps what is provided, and this may hold a key. */
async function resolve(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  definition: vscode.McpStdioServerDefinition,
): Promise<vscode.McpStdioServerDefinition> {
  const [{ readSettings }, { environmentOf }, { consentVariable }] = await Promise.all([
    import('./settings.ts'),
    import('../environment.ts'),
    import('../embedder-consent.ts'),
  ])
  const settings = await agreedSettings(context, readSettings(log))
  const { kind, baseUrl, apiKey } = settings.embedder
  definition.env = { ...environmentOf(settings), ...environment }
  if (kind === 'endpoint' && URL.canParse(baseUrl)) {
    definition.env[consentVariable] = new URL(baseUrl).host
    if (apiKey !== '') definition.env.CASEBOOK_EMBEDDER_API_KEY = apiKey
  }
  return definition
}
