/** A model behind the scripted server: requests are held to the API's schema and recorded as they crossed. */

import type { TestContext } from 'node:test'
import { openChatModel } from '../../src/llm/chat-openai.ts'
import type { ChatModel } from '../../src/llm/model.ts'
import type { Script, ScriptedAnswer } from '../../src/llm/scripted.ts'
import { type ScriptedServer, startScriptedServer } from '../../src/llm/scripted-server.ts'

export interface ServedModel extends ChatModel {
  server: ScriptedServer
}

const silent = { info: () => {}, warn: () => {}, error: () => {} }

export async function servedModel(t: TestContext, script: Script, name = 'middling'): Promise<ServedModel> {
  const server = await startScriptedServer(script)
  t.after(() => server.close())
  const settings = { baseUrl: server.baseUrl, model: name, apiKey: '' }
  return { ...openChatModel(settings, silent, { retries: 0 }), server }
}

/** The names of the tools of each request, oldest first; null where none were offered. */
export function offeredIn({ server }: ServedModel): (string[] | null)[] {
  return server.requests.map(({ body }) => body.tools?.map((tool) => tool.function.name) ?? null)
}

export function systemsIn({ server }: ServedModel): string[] {
  return server.requests.map(({ body }) => String(body.messages[0]?.content))
}

/** The results of tools that the last request held. */
export function resultsIn({ server }: ServedModel): string[] {
  const messages = server.requests.at(-1)?.body.messages ?? []
  return messages.flatMap((message) => (message.role === 'tool' ? [String(message.content)] : []))
}

export const prunes = /names? the tools that neither/i
export const searches = /name what is missing/i

/** Answers of a model that looks after tools. */
export const list = (names: readonly string[]): ScriptedAnswer => ({ content: JSON.stringify(names) })
export const calls = (...wanted: [name: string, given: unknown][]): ScriptedAnswer => ({
  tool_calls: wanted.map(([name, given]) => ({ name, arguments: given })),
})
