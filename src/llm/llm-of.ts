/** The small port that memory asks models through, over one that streams. */

import type { Llm } from '../memory/ports.ts'
import { type ChatModel, complete } from './model.ts'

export function llmOf(model: ChatModel): Llm {
  return {
    id: model.id,
    remote: model.remote,
    async chat(request, signal) {
      const { text, model: name, usage } = await complete(model, request, { signal })
      return { text, model: name, usage }
    },
  }
}
