/** The tools of one question: those that this chat has at hand, Casebook's own and the editor's. */

import { type ChatRun, runWithToolMemory, type ToolMemoryOptions } from '../../agent/chat/chat-run.ts'
import { chatTools, ownTools } from '../../agent/chat/own-tools.ts'
import type { WindowTools } from '../tools/add-tools.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import type { ChatTurn } from './turn.ts'

/** `root`: where Casebook's own tools look. */
export async function toolsOfTurn(turn: ChatTurn, tools: WindowTools, root: string): Promise<ChatRun> {
  const { data, memory, request, log } = turn
  const [chats, { readSettings }] = await Promise.all([tools.open(), import('../settings.ts')])
  // Beside recall and search: a list that changed takes a while to be taken in.
  void chats.sync()
  const settings = readSettings(log).tools
  const knowledge = windowKnowledge(memory, root)
  const { windowWorkspace } = await import('../agents/window-workspace.ts')
  const workspace = windowWorkspace({ root, knowledge, allowed: tools.allowed(data.chatId) })
  const runner: ToolMemoryOptions['runner'] = (work) => ({
    async run(call, signal) {
      const runs = await tools.runner({
        token: request.toolInvocationToken,
        own: ownTools({ knowledge, root, sessionId: data.chatId, workspace, ...work }),
      })
      return await runs.run(call, signal)
    },
  })
  return (asking) =>
    chats.inTurn(data.chatId, (session) => {
      const { store, shelf } = chats
      const named = request.toolReferences.map(({ name }) => name)
      return runWithToolMemory({
        session,
        store,
        shelf,
        settings,
        prompt: request.prompt,
        own: chatTools(workspace).map(({ name }) => name),
        named,
        runner,
      })(asking)
    })
}
