/** Runs the tools that a chat has at hand: Casebook's own, or the editor's. */

import type { ToolResult, ToolRunner } from '../../agent/ports.ts'
import type { ToolStore } from '../../agent/toolbox/ports.ts'
import type { ToolCall } from '../../llm/model.ts'
import { neutralise } from '../../memory/safety/quote.ts'
import { redact } from '../../memory/safety/redact.ts'
import { ownServer } from './listed-tools.ts'

export interface ToolRunnerOptions {
  store: Pick<ToolStore, 'documents'>
  /** Runs Casebook's own tools; null: there are none. */
  own: ToolRunner | null
  /** By the name that the editor has for it. */
  runEditorTool(call: { name: string; input: unknown }, signal?: AbortSignal): Promise<ToolResult>
}

/** By what the store knows of the name that a model called. Failures are results. */
export function openToolRunner({ store, own, runEditorTool }: ToolRunnerOptions): ToolRunner {
  return {
    async run(call: ToolCall, signal?: AbortSignal) {
      const [document] = await store.documents([call.name])
      if (document === undefined) return { content: `Error: no tool named ${call.name} is known.`, ok: false }
      const name = document.origin
      if (document.server !== ownServer)
        return await harmless(runEditorTool({ name, input: call.arguments }, signal))
      if (own === null) return { content: `Error: ${call.name} cannot be run here.`, ok: false }
      return await own.run({ ...call, name }, signal)
    },
  }
}

/** Secrets in it do not go to a model, and it cannot pass for a note of the memory. Casebook's own do so themselves. */
async function harmless(ran: Promise<ToolResult>): Promise<ToolResult> {
  const { content, ok } = await ran
  return { content: neutralise((await redact(content)).text), ok }
}
