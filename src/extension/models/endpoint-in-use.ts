/** The model server that is set, read without a schema library: it is asked for while the window opens. */

import * as vscode from 'vscode'
import { serverUrl } from '../../llm/endpoint.ts'

export interface EndpointInUse {
  baseUrl: string
  /** With its port. */
  host: string
  model: string
  /** Tokens of a request with its answer; null where it is not known. */
  contextTokens: number | null
}

/** Null when no usable address or no model is set. In an untrusted workspace its own settings do not count. */
export function endpointInUse(): EndpointInUse | null {
  const section = vscode.workspace.getConfiguration('casebook.model')
  const baseUrl = String(section.get('baseUrl') ?? '')
  const model = String(section.get('model') ?? '')
  const tokens = Number(section.get('contextTokens') ?? 0)
  const url = serverUrl(baseUrl)
  if (url === null || model === '') return null
  return { baseUrl, host: url.host, model, contextTokens: tokens > 0 ? tokens : null }
}
