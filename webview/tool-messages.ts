/** What the extension tells of the tools of a chat: checked before it is shown. */

import * as z from 'zod/mini'

const measured = z.nullable(z.number())

const metrics = z.object({
  turns: z.number(),
  added: z.number(),
  removed: z.number(),
  removalRatio3: measured,
  residual3: measured,
  toolCorrectness: measured,
  tokensSaved: z.number(),
})

const tool = z.object({
  name: z.string(),
  server: z.string(),
  description: z.string(),
  tokens: z.number(),
  pinned: z.boolean(),
  since: z.number(),
  lastUsed: measured,
  why: z.string(),
})

const turn = z.object({
  turn: z.number(),
  at: z.number(),
  changes: z.array(z.object({ op: z.enum(['added', 'removed']), name: z.string(), why: z.string() })),
  active: z.number(),
  calls: z.number(),
  failedCalls: z.number(),
  outcome: z.enum(['answered', 'steps', 'failed', 'stopped', 'running']),
})

const report = z.object({
  chat: z.string(),
  title: z.nullable(z.string()),
  mode: z.nullable(z.enum(['autonomous', 'workflow', 'hybrid'])),
  active: z.array(tool),
  banned: z.array(z.string()),
  turns: z.array(turn),
  metrics,
  known: z.number(),
  tokens: z.object({ active: z.number(), all: z.number() }),
})

export const panelTools = z.object({
  chats: z.array(z.object({ id: z.string(), title: z.nullable(z.string()) })),
  report: z.nullable(report),
})

export type CheckedTools = z.infer<typeof panelTools>
export type CheckedReport = z.infer<typeof report>
export type CheckedTool = z.infer<typeof tool>
export type CheckedTurn = z.infer<typeof turn>
