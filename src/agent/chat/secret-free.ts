/** The memory asked without the secrets of a question, so that what it says of unknown names repeats none of them. */

import { redact } from '../../memory/safety/redact.ts'
import type { Knowledge } from '../ports.ts'

type Asked = Pick<Knowledge, 'recall' | 'search'>

/** What stands in place of a secret has no words to look for. */
const masks = /\[masked: [a-z0-9-]{1,40}\]/g

/** Secrets are left out of what is asked, and masked in what is said about it. */
export function secretFree(knowledge: Asked): Asked {
  return {
    async recall({ text, output, ...request }, signal) {
      const asked = {
        ...request,
        text: await withoutSecrets(text),
        ...(output !== undefined && { output: await withoutSecrets(output) }),
      }
      const { nothingFound, unknown, ...reply } = await knowledge.recall(asked, signal)
      return {
        ...reply,
        unknown: await Promise.all(unknown.map(masked)),
        ...(nothingFound !== undefined && { nothingFound: await masked(nothingFound) }),
      }
    },
    async search(query, asking) {
      const { nothingFound, ...reply } = await knowledge.search(await withoutSecrets(query), asking)
      return { ...reply, ...(nothingFound !== undefined && { nothingFound: await masked(nothingFound) }) }
    },
  }
}

export async function masked(text: string): Promise<string> {
  return (await redact(text)).text
}

async function withoutSecrets(text: string): Promise<string> {
  return (await masked(text)).replace(masks, ' ')
}
