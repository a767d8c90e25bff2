/** The tools of one question: Casebook's own. */

import type { MemoryName } from '../../agent/chat/credit.ts'
import { ownTools } from '../../agent/chat/own-tools.ts'
import type { ToolSet } from '../../agent/ports.ts'
import type { ChatModel } from '../../llm/model.ts'
import { windowKnowledge } from '../window-knowledge.ts'
import type { ChatTurn } from './turn.ts'

export interface AskingTools {
  model: ChatModel
  tools(shown: MemoryName[]): ToolSet
}

export async function askWithTools<Answer>(
  { memory, data }: ChatTurn,
  { model, root }: { model: ChatModel; root: string },
  ask: (asking: AskingTools) => Promise<Answer>,
): Promise<Answer> {
  const knowledge = windowKnowledge(memory, root)
  return await ask({ model, tools: (shown) => ownTools({ knowledge, root, sessionId: data.chatId, shown }) })
}
