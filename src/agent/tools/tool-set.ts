/** Tools of ours as the loop takes them: checked, run, masked and quoted. */

import type { ToolCall as ModelCall, OfferedTool } from '../../llm/model.ts'
import type { ToolResult, ToolSet } from '../ports.ts'
import { answerText } from './answer.ts'
import { BadArguments, type Tool, type ToolCall } from './tool.ts'

/** `about`: what each call works with, save its signal. */
export function toolSet(tools: readonly Tool[], about: Omit<ToolCall, 'signal'>): ToolSet {
  const offered = tools.map(asOffered)
  return {
    offered: async () => offered,
    async run(call, signal = new AbortController().signal) {
      const tool = tools.find(({ name }) => name === call.name)
      if (tool === undefined) return { content: `Error: no tool named ${call.name} is known.`, ok: false }
      return await runTool(tool, call, { ...about, signal })
    },
  }
}

export function asOffered({ name, description, inputSchema }: Tool): OfferedTool {
  return { name, description, schema: inputSchema }
}

/** Throws what the tool throws, save arguments that it cannot take: those are told to the model. */
async function runTool(tool: Tool, call: ModelCall, work: ToolCall): Promise<ToolResult> {
  try {
    return { content: await answerText(await tool.run(call.arguments, work)), ok: true }
  } catch (error) {
    if (error instanceof BadArguments)
      return { content: `Error: ${error.message}.`.replace(/\.\.$/, '.'), ok: false }
    throw error
  }
}
