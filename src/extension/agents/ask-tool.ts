/** Runs one tool of memory for a model of this editor. Loaded with the first call. */

import { randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import { answerText, describe } from '../../agent/tools/answer.ts'
import type { Tool, ToolCall } from '../../agent/tools/tool.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import type { WindowMemory } from '../window-memory.ts'

export interface AskedTool {
  tool: Tool
  input: unknown
  memory: WindowMemory
  root: string | undefined
}

/** Throws what went wrong in words for the model, as the editor's tools do. */
export async function askTool(asked: AskedTool, token: vscode.CancellationToken): Promise<string> {
  const stop = new AbortController()
  const watch = token.onCancellationRequested(() => stop.abort())
  try {
    // Asked for its state, the service says why there is no memory: no folder, or no trust.
    const root = asked.root ?? (await asked.memory.call('status'))[0]?.root
    return await answerText(await asked.tool.run(asked.input, callOf({ ...asked, root }, stop.signal)))
  } catch (error) {
    if (token.isCancellationRequested) throw new vscode.CancellationError()
    const remedy = (error as { remedy?: string }).remedy
    const words = remedy === undefined ? describe(error) : `${(error as Error).message} ${remedy}`
    throw new Error((await answerText({ blocks: [], notes: [words] })).trim())
  } finally {
    watch.dispose()
  }
}

function callOf({ memory, root = '' }: AskedTool, signal: AbortSignal): ToolCall {
  return {
    knowledge: windowKnowledge(memory, root),
    agent: 'editor',
    // The editor does not tell which chat asks: marks of one would name memories of another.
    sessionId: `editor-${randomUUID()}`,
    marks: new Map(),
    // No tool for credit is offered here: what was shown would never be credited.
    mayWrite: false,
    signal,
  }
}
