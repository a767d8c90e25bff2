/** Masks secrets in the words of commits on their way into the index: many at once, since hardly any holds one. */

import { type Redact, redact as redactText } from '../safety/redact.ts'
import type { Commit } from '../types.ts'

/** Between messages that are looked through as one text: no rule reaches over it. */
const seam = '\n\u241e\n'

/** In the order given; a commit without a secret is the same object. */
export async function maskCommits(
  commits: readonly Commit[],
  redact: Redact = redactText,
): Promise<Commit[]> {
  const words = commits.map(({ subject, body }) => `${subject}\n${body}`).join(seam)
  if ((await redact(words)).masked === 0) return [...commits]
  return await Promise.all(commits.map((commit) => maskCommit(commit, redact)))
}

async function maskCommit(commit: Commit, redact: Redact): Promise<Commit> {
  const { text, masked } = await redact(`${commit.subject}\n${commit.body}`)
  if (masked === 0) return commit
  const [subject = '', ...body] = text.split('\n')
  return { ...commit, subject, body: body.join('\n') }
}
