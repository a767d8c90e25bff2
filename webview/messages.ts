/** What the extension may tell the page: checked before it is used, so that a mismatch is seen and not shown. */

import * as z from 'zod/mini'

const span = z.object({ startLine: z.number(), endLine: z.number() })

const state = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('idle') }),
  z.object({ kind: z.literal('indexing'), reason: z.string() }),
  z.object({ kind: z.literal('paused'), reason: z.string() }),
  z.object({ kind: z.literal('waiting'), reason: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string(), remedy: z.string() }),
])

const progress = z.object({
  phase: z.enum(['scan', 'parse', 'history', 'vectors', 'memory']),
  done: z.number(),
  total: z.number(),
  rate: z.number(),
  etaSeconds: z.nullable(z.number()),
  current: z.optional(z.string()),
})

const rootStatus = z.object({
  root: z.string(),
  name: z.string(),
  state,
  progress: z.nullable(progress),
  files: z.number(),
  indexedFiles: z.number(),
  excludedFiles: z.number(),
  chunks: z.number(),
  symbols: z.number(),
  commits: z.number(),
  languages: z.array(z.object({ language: z.string(), files: z.number() })),
  head: z.nullable(z.string()),
  branch: z.nullable(z.string()),
  lastRun: z.nullable(
    z.object({ at: z.number(), reason: z.string(), seconds: z.number(), parsed: z.number() }),
  ),
  lastError: z.nullable(z.string()),
  notices: z.array(z.string()),
})

export const panelState = z.object({
  access: z.enum(['ready', 'untrusted', 'no-folder', 'unsupported']),
  service: z.enum(['starting', 'running', 'restarting']),
  roots: z.array(rootStatus),
  problems: z.array(z.object({ folder: z.string(), message: z.string(), remedy: z.string() })),
})

const channelScore = z.object({
  channel: z.string(),
  rank: z.nullable(z.number()),
  score: z.number(),
  contribution: z.number(),
  detail: z.optional(z.string()),
})

const shared = { root: z.string(), score: z.number(), explain: z.array(channelScore) }

const hit = z.discriminatedUnion('type', [
  z.object({
    ...shared,
    type: z.literal('chunk'),
    path: z.string(),
    span,
    name: z.string(),
    kind: z.enum(['header', 'definition', 'window']),
    preview: z.string(),
  }),
  z.object({
    ...shared,
    type: z.literal('commit'),
    sha: z.string(),
    time: z.number(),
    subject: z.string(),
    files: z.array(z.string()),
  }),
])

export const searchReply = z.object({
  hits: z.array(hit),
  nothingFound: z.optional(z.string()),
  coverage: z.number(),
  milliseconds: z.number(),
})

/** A message of the call protocol: a question or an answer. */
export const envelope = z.looseObject({ t: z.enum(['q', 's']) })

export type CheckedState = z.infer<typeof panelState>
export type CheckedRoot = z.infer<typeof rootStatus>
export type CheckedReply = z.infer<typeof searchReply>
export type CheckedHit = z.infer<typeof hit>
export type CheckedScore = z.infer<typeof channelScore>
