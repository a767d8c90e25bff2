/** What the panel may send: everything else is refused at the door. */

import { z } from 'zod'

const span = z.object({ startLine: z.number().int().min(1), endLine: z.number().int().min(1) })
/** Longer questions are cut by the page; this only stops nonsense. */
const query = z.string().max(20_000)
const root = z.string().max(4_096)
/** A path inside a root: it may not leave it. */
const path = z
  .string()
  .max(4_096)
  .refine((value) => !/^([\\/]|[A-Za-z]:)/.test(value) && !value.split(/[\\/]/).includes('..'))

const command = z.enum([
  'index',
  'rebuild',
  'pause',
  'resume',
  'stop',
  'health',
  'excluded',
  'log',
  'search',
  'trust',
  'open-folder',
])

const chat = z.string().min(1).max(256)
const tool = z.string().min(1).max(256)

/** The arguments of each call of `PanelApi`. */
const calls = {
  state: z.tuple([]),
  search: z.tuple([
    z.object({ query, limit: z.number().int().min(1).max(100).optional(), root: root.optional() }),
  ]),
  reveal: z.tuple([z.object({ root, path, span })]),
  examine: z.tuple([z.object({ root, sha: z.string().regex(/^[0-9a-f]{7,64}$/) })]),
  command: z.union([z.tuple([command]), z.tuple([command, root])]),
  tools: z.union([z.tuple([]), z.tuple([chat])]),
  toolAct: z.tuple([z.object({ chat, act: z.enum(['pin', 'unpin', 'ban', 'unban']), tool })]),
  toolMode: z.tuple([z.object({ chat, mode: z.enum(['autonomous', 'workflow', 'hybrid']).nullable() })]),
  exportTools: z.tuple([chat]),
}

const request = z.object({
  t: z.literal('q'),
  i: z.string().max(64),
  m: z.enum(Object.keys(calls) as (keyof typeof calls)[]),
  a: z.array(z.unknown()).max(2),
})

/** The message as it may be handed on, or null with nothing done. */
export function panelRequest(message: unknown): unknown {
  const parsed = request.safeParse(message)
  if (!parsed.success) return null
  const args = calls[parsed.data.m].safeParse(parsed.data.a)
  return args.success ? { ...parsed.data, a: args.data } : null
}
