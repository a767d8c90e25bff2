/** The model server that is set, read without a schema library: it is asked for while the window opens. */

import * as vscode from 'vscode'
import { serverUrl } from '../../llm/endpoint.ts'

export interface EndpointInUse {
  baseUrl: string
  /** With its port. */
  host: string
  model: string
}

/** Null when no usable address or no model is set. In an untrusted workspace its own settings do not count. */
export function endpointInUse(): EndpointInUse | null {
  const section = vscode.workspace.getConfiguration('casebook.model')
  const baseUrl = String(section.get('baseUrl') ?? '')
  const model = String(section.get('model') ?? '')
  const url = serverUrl(baseUrl)
  return url === null || model === '' ? null : { baseUrl, host: url.host, model }
}
